import Diagnostics
import NetIR

/// Holds what a spec says of training against its network.
struct TrainingCheck {
  private let network: Network

  init(_ network: Network) { self.network = network }

  func check(_ spec: Spec, _ bag: inout DiagnosticBag) {
    let settings = spec.training
    let tensors = network.layers.flatMap { layer in layer.weights.map(\.name) }
    for pattern in settings.patterns where !tensors.contains(where: pattern.matches(tensor:)) {
      let names = network.layers.filter { !$0.weights.isEmpty }.map(\.name)
      bag.report(
        .unknown(
          .unknownPattern, "no layer with parameters is called `\(pattern.text)`", word: pattern.text,
          at: pattern.span, among: names))
    }
    checkAugmentation(spec, &bag)
    let outputs = network.outputs.map { network.layers[$0].name }
    for output in spec.objectiveOutputs where !outputs.contains(output.name) {
      bag.report(
        .unknown(
          .unknownOutput, "the objective is for `\(output.name)`, which is no output", word: output.name,
          at: output.span, among: outputs))
    }
  }

  /// Steps of augmentation change images, some of them RGB alone.
  private func checkAugmentation(_ spec: Spec, _ bag: inout DiagnosticBag) {
    guard !spec.data.augmentation.isEmpty, let place = spec.data.augmentationSpan else { return }
    let shapes = network.inputs.map { network.layers[$0].shape }
    guard shapes.count == 1, shapes[0].count == 4 else {
      bag.report(
        Diagnostic(
          .wrongRank,
          "`augment` changes images, and the network takes \(shapes.map(\.crossed).joined(separator: ", "))",
          at: place, help: ["an image is channels × height × width"]))
      return
    }
    let needsColors = spec.data.augmentation.contains { step in
      switch step {
      case .hsv, .fancyPCA: true
      default: false
      }
    }
    guard needsColors, shapes[0][1] != 3 else { return }
    bag.report(
      Diagnostic(
        .wrongRank, "`hsv` and `fancy_pca` want 3 channels, and the input has \(shapes[0][1] ?? 0)", at: place,
        help: ["`brightness` and `contrast` take any number of channels"]))
  }
}

extension Network {
  /// The parameters that training changes by their gradients.
  package var trained: [Weight] {
    weights.filter { $0.role == .trainable && training.multiplier(of: $0.name) != 0 }
  }
}

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
    let outputs = network.outputs.map { network.layers[$0].name }
    for output in spec.objectiveOutputs where !outputs.contains(output.name) {
      bag.report(
        .unknown(
          .unknownOutput, "the objective is for `\(output.name)`, which is no output", word: output.name,
          at: output.span, among: outputs))
    }
  }
}

extension Network {
  /// The parameters that training changes by their gradients.
  package var trained: [Weight] {
    weights.filter { $0.role == .trainable && training.multiplier(of: $0.name) != 0 }
  }
}

import Diagnostics

/// A nonlinearity as a layer behind a layer that has one already: most layers come with `rectify`.
struct RepeatedNonlinearityLint: Lint {
  func findings(in subject: LintSubject) -> [Diagnostic] {
    subject.layers.indices.compactMap { index in
      let layer = subject.layers[index]
      guard let second = function(of: layer), let input = subject.input(of: index) else { return nil }
      var source = subject.origin(of: input, past: LintSubject.isClear)
      // The maximum of rectified numbers is rectified; of another nonlinearity behind a pool nothing is known.
      let behindPools = subject.origin(of: source) {
        LintSubject.isClear($0) || $0 is MaxPool2D || ($0 as? Pool2D)?.mode == .max
      }
      if layer.kind is NonlinearityLayer, subject.layers[behindPools].kind.nonlinearity == layer.kind.nonlinearity {
        source = behindPools
      }
      let first = subject.layers[source].kind.nonlinearity
      guard first != .linear else { return nil }
      let name = subject.layers[source].name
      let isDefault = !subject.isWritten("nonlinearity", of: source)
      return subject.warning(
        .repeatedNonlinearity,
        "`\(layer.name)` applies \(second) to what `\(name)` put through \(first.name)",
        at: index, "nonlinearity",
        notes: isDefault ? ["\(first.name) is the default of \(subject.layers[source].typeName)"] : [],
        related: [Diagnostic.Related(message: "`\(name)` is here", span: subject.layers[source].span)],
        help: ["write `nonlinearity: linear` on `\(name)`, or remove `\(layer.name)`"])
    }
  }

  /// What the layer applies to each element, if that is all that it does.
  private func function(of layer: Network.Layer) -> String? {
    switch layer.kind {
    case is NonlinearityLayer where layer.kind.nonlinearity != .linear: layer.kind.nonlinearity.name
    case is ParametricRectifier: "a learned rectifier"
    case is RandomizedRectifier: "a randomized rectifier"
    default: nil
    }
  }
}

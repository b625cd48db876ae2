import Diagnostics

/// Another number of class names than of units in the output.
struct ClassCountLint: Lint {
  func findings(in subject: LintSubject) -> [Diagnostic] {
    let classes = subject.spec.classes.count
    guard classes > 0, let output = subject.network.outputs.first, let units = subject.layers[output].shape.channels,
      units != classes
    else { return [] }
    let index = subject.origin(of: output) { LintSubject.isClear($0) || $0 is NonlinearityLayer || $0 is GlobalPool }
    let layer = subject.layers[index]
    // One sigmoid unit tells two classes apart.
    if units == 1, classes == 2 { return [] }
    return [
      subject.warning(
        .classCount, "`\(layer.name)` has \(units) outputs for \(classes) classes", at: index,
        layer.kind is Conv2D ? "num_filters" : "num_units", label: "\(units), not \(classes)",
        related: subject.spec.classesSpan.map {
          [Diagnostic.Related(message: "the \(classes) classes are named here", span: $0)]
        } ?? [], help: ["name every class, in the order of the units, or change their number"])
    ]
  }
}

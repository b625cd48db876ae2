import Diagnostics
import YAMLSyntax

/// A random change of a training example.
package enum AugmentationStep: Sendable, Equatable {}

enum AugmentationReader {
  static func read(_ node: Node, _ bag: inout DiagnosticBag) -> [AugmentationStep] {
    if node.isNull || node.elements?.isEmpty == true { return [] }
    bag.report(
      Diagnostic(
        .notYetSupported, "this version cannot augment training examples yet", at: node.span,
        help: ["leave `augment` out, or prepare more examples with another program"]))
    return []
  }
}

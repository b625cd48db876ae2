import Diagnostics
import YAMLSyntax

/// Reads what a spec says of training: the section `train`, and nolearn's flat keys.
struct TrainingReader {
  private(set) var objective: WrittenObjective?
  private(set) var optimizer = Optimizer.nesterovMomentum

  /// The section `train`.
  mutating func read(_ node: Node, _ bag: inout DiagnosticBag) {
    for entry in node.section("train", SpecKeys.train.map(\.key), &bag) {
      switch entry.key.scalarText {
      case "update": readUpdate(entry.value, &bag)
      case "objective": readObjective(entry.value)
      default: break
      }
    }
  }

  /// One of nolearn's keys beside the layers.
  mutating func read(flat entry: Node.Entry, _ bag: inout DiagnosticBag) {
    switch entry.key.scalarText {
    case "update": readUpdate(entry.value, &bag)
    case "objective", "objective_loss_function": readObjective(entry.value)
    case "regression":
      if case .bool(let isRegression) = entry.value.resolved, objective == nil {
        let name = isRegression ? "squared_error" : "categorical_crossentropy"
        objective = WrittenObjective(name: name, span: entry.key.span)
      }
    default: break
    }
  }

  private mutating func readObjective(_ node: Node) {
    guard let call = NamedCall(node) else { return }
    objective = WrittenObjective(name: call.name, span: call.span)
  }

  private mutating func readUpdate(_ node: Node, _ bag: inout DiagnosticBag) {
    guard let call = NamedCall(node) else {
      bag.report(
        Diagnostic(
          .wrongType, "`update` must be an update rule such as `adam`, not \(node.kindName)", at: node.span))
      return
    }
    guard let optimizer = Optimizer(rawValue: call.name) else {
      bag.report(
        .unknown(
          .outOfRange, "unknown update rule `\(call.name)`", word: call.name, at: call.span,
          among: Optimizer.allCases.map(\.rawValue)))
      return
    }
    self.optimizer = optimizer
  }
}

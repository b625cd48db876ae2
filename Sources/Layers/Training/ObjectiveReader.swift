import Diagnostics
import NetIR
import YAMLSyntax

/// Reads `objective`: a loss, an expression, or one of them for each output.
struct ObjectiveReader {
  /// Losses with a name, which an output therefore cannot have in `objective`.
  static let names = [
    "categorical_crossentropy", "binary_crossentropy", "squared_error", "absolute_error", "huber", "binary_hinge",
    "multiclass_hinge", "expression",
  ]

  private(set) var settings = TrainingSettings()
  /// The first objective, for who looks at the output that it is for.
  private(set) var written: WrittenObjective?
  /// Where each output is named.
  private(set) var outputs: [Reference] = []

  mutating func read(_ node: Node, _ bag: inout DiagnosticBag) {
    let keys = node.entries?.compactMap(\.key.scalarText) ?? []
    guard !keys.isEmpty, !keys.contains(where: Self.names.contains) else {
      if let setting = setting(node, &bag) { settings.objective = setting }
      written = NamedCall(node).map { WrittenObjective(name: $0.name, span: $0.span) }
      return
    }
    for entry in node.entries ?? [] {
      guard let output = entry.key.scalarText else { continue }
      // One word that is no output is a misspelt loss, as a rule.
      if keys.count == 1, let meant = Suggestion.unknown(word: output, among: Self.names).suggestion {
        bag.report(
          .unknown(.outOfRange, "unknown objective `\(output)`", word: output, at: entry.key.span, among: [meant]))
        continue
      }
      outputs.append(Reference(name: output, span: entry.key.span, scope: ""))
      settings.objectives[output] = setting(entry.value, &bag)
      if written == nil {
        written = NamedCall(entry.value).map { WrittenObjective(name: $0.name, span: $0.span) }
      }
    }
  }

  /// Takes a loss that another key stands for.
  mutating func choose(_ loss: Loss, at span: SourceSpan) {
    settings.objective = ObjectiveSetting(.loss(loss))
    written = WrittenObjective(name: loss.name, span: span)
  }

  private func setting(_ node: Node, _ bag: inout DiagnosticBag) -> ObjectiveSetting? {
    if let value = node["expression"], value.entries == nil {
      return ObjectiveExpression.read(value, &bag).map { ObjectiveSetting(.expression($0)) }
    }
    guard let call = NamedCall(node) else {
      bag.report(
        Diagnostic(
          .wrongType, "`objective` must be a loss such as `categorical_crossentropy`, not \(node.kindName)",
          at: node.span, help: ["or `{expression: \"\(ObjectiveExpression.example)\"}`"]))
      return nil
    }
    guard Self.names.contains(call.name) else {
      bag.report(
        .unknown(
          .outOfRange, "unknown objective `\(call.name)`", word: call.name, at: call.span, among: Self.names))
      return nil
    }
    var values = KeyedValues(call.arguments, of: call.name, bag)
    defer { bag = values.finish() }
    let weight = values.take("weight", .notNegative) ?? 1
    let kind: ObjectiveSetting.Kind
    switch call.name {
    case "categorical_crossentropy":
      kind = .loss(.crossEntropy(smoothing: values.take("label_smoothing", .probability) ?? 0))
    case "binary_crossentropy": kind = .loss(.binaryCrossEntropy)
    case "squared_error": kind = .loss(.squaredError)
    case "absolute_error": kind = .loss(.absoluteError)
    case "huber": kind = .loss(.huber(delta: values.take("delta", .positive) ?? 1))
    case "binary_hinge": kind = .loss(.binaryHinge(delta: values.take("delta", .positive) ?? 1))
    case "multiclass_hinge": kind = .loss(.multiclassHinge(delta: values.take("delta", .positive) ?? 1))
    default:
      guard values.require("of", .text, at: call.span) != nil, let node = values.node("of"),
        let expression = values.read(node, ObjectiveExpression.read)
      else { return nil }
      kind = .expression(expression)
    }
    return ObjectiveSetting(kind, weight: weight)
  }
}

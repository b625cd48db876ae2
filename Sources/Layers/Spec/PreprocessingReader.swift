import Diagnostics
import NetIR
import YAMLSyntax

/// Reads `data.preprocess`: a list of steps that raw data goes through.
enum PreprocessingReader {
  private static let steps = SpecKeys.preprocessing.map(\.key)
  /// They need statistics of the training set.
  private static let planned = ["center", "std", "whiten"]

  static func read(_ node: Node, _ bag: inout DiagnosticBag) -> [PreprocessingStep] {
    guard let elements = node.elements else {
      bag.report(
        Diagnostic(
          .wrongType, "`preprocess` must be a list of steps, not \(node.kindName)", at: node.span,
          help: ["such as `preprocess: [{scale: [0, 1]}]`"]))
      return []
    }
    return elements.compactMap { step($0, &bag) }
  }

  private static func step(_ node: Node, _ bag: inout DiagnosticBag) -> PreprocessingStep? {
    let word = node.entries?.first?.key ?? node
    guard let name = word.scalarText, node.entries?.count ?? 1 == 1 else {
      bag.report(
        Diagnostic(.wrongType, "a step is {name: value}, not \(node.kindName)", at: node.span))
      return nil
    }
    if planned.contains(name) {
      bag.report(
        Diagnostic(
          .notYetSupported, "`\(name)` needs the training set, and training is not in this version",
          at: word.span, help: ["`subtract` and `divide` take numbers that are known"]))
      return nil
    }
    guard steps.contains(name) else {
      bag.report(
        .unknown(
          .unknownParameter, "unknown preprocessing step `\(name)`", word: name, at: word.span,
          among: steps + planned))
      return nil
    }
    guard let value = node.entries?.first?.value else {
      bag.report(
        Diagnostic(
          .wrongType, "the step `\(name)` needs a value", at: word.span,
          help: [name == "scale" ? "such as `{scale: [0, 1]}`" : "such as `{\(name): 0.5}`"]))
      return nil
    }
    var context = DecodeContext(bag: bag, layerType: "preprocess", key: name)
    defer { bag = context.bag }
    guard let numbers = ValueType<[Float]>.numbers.decode(value, &context) else { return nil }
    switch name {
    case "scale":
      guard numbers.count == 2 else {
        context.wrongType(value, expected: "the range for bytes, such as [0, 1]")
        return nil
      }
      return .scale(low: numbers[0], high: numbers[1])
    case "multiply": return .multiply(numbers)
    case "divide":
      guard numbers.allSatisfy({ $0 != 0 }) else {
        context.outOfRange(value, expected: "not zero")
        return nil
      }
      return .divide(numbers)
    default: return .subtract(numbers)
    }
  }
}

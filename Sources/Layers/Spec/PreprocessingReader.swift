import Diagnostics
import NetIR
import YAMLSyntax

/// Reads `data.preprocess`: a list of steps that raw data goes through.
enum PreprocessingReader {
  private static let examples = ["scale": "[0, 1]", "resize": "256", "center_crop": "224", "channel_order": "bgr"]

  private enum ChannelOrder: String, CaseIterable { case rgb, bgr }

  private static let steps = SpecKeys.preprocessing.map(\.key)

  static func read(_ node: Node, _ bag: inout DiagnosticBag) -> [PreprocessingStep] {
    guard let elements = node.elements else {
      bag.report(
        Diagnostic(
          .wrongType, "`preprocess` must be a list of steps, not \(node.kindName)", at: node.span,
          help: ["such as `preprocess: [{scale: [0, 1]}]`"]))
      return []
    }
    var steps: [PreprocessingStep] = []
    for element in elements {
      guard let step = step(element, &bag) else { continue }
      if step.movesPixels, steps.contains(where: { !$0.movesPixels }) {
        bag.report(
          Diagnostic(
            .conflictingParameters, "`resize` and `center_crop` have to stand before the steps that change numbers",
            at: element.span, help: ["pictures are resized when they are decoded: move it to the front"]))
      }
      steps.append(step)
    }
    return steps
  }

  private static func step(_ node: Node, _ bag: inout DiagnosticBag) -> PreprocessingStep? {
    let word = node.entries?.first?.key ?? node
    guard let name = word.scalarText, node.entries?.count ?? 1 == 1 else {
      bag.report(
        Diagnostic(.wrongType, "a step is {name: value}, not \(node.kindName)", at: node.span))
      return nil
    }
    guard steps.contains(name) else {
      bag.report(
        .unknown(
          .unknownParameter, "unknown preprocessing step `\(name)`", word: name, at: word.span,
          among: steps))
      return nil
    }
    if let statistic = statistic(name, node.entries?.first?.value, word, &bag) {
      return statistic.map { .statistic($0) }
    }
    guard let value = node.entries?.first?.value else {
      bag.report(
        Diagnostic(
          .wrongType, "the step `\(name)` needs a value", at: word.span,
          help: ["such as `{\(name): \(examples[name] ?? "0.5")}`"]))
      return nil
    }
    var context = DecodeContext(bag: bag, layerType: "preprocess", key: name)
    defer { bag = context.bag }
    switch name {
    case "resize":
      guard let size = ValueType<Size2D>.size.decode(value, &context) else { return nil }
      return .resize(value.elements == nil ? .shortSide(size.height) : .exact(size))
    case "center_crop": return ValueType<Size2D>.size.decode(value, &context).map { .centerCrop($0) }
    case "channel_order":
      return ValueType<ChannelOrder>.word.decode(value, &context).flatMap { $0 == .bgr ? .reverseChannels : nil }
    default: break
    }
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

  /// A step that is fitted to the training examples: nil for other steps, nil inside where it is wrong and reported.
  private static func statistic(
    _ name: String, _ value: Node?, _ word: Node, _ bag: inout DiagnosticBag
  ) -> PreprocessingStatistic?? {
    var context = DecodeContext(bag: bag, layerType: "preprocess", key: name)
    defer { bag = context.bag }
    func scope() -> PreprocessingStatistic.Scope? {
      guard let value, !value.isNull else { return .channel }
      return ValueType<PreprocessingStatistic.Scope>.word.decode(value, &context)
    }
    switch name {
    case "center": return .some(scope().map { .center($0) })
    case "standardize": return .some(scope().map { .standardize($0) })
    case "min_max":
      guard let value, !value.isNull else { return .some(.minMax(low: 0, high: 1, .all)) }
      guard let numbers = ValueType<[Float]>.numbers.decode(value, &context) else { return .some(nil) }
      guard numbers.count == 2 else {
        context.wrongType(value, expected: "a range, such as [0, 1]")
        return .some(nil)
      }
      return .some(.minMax(low: numbers[0], high: numbers[1], .all))
    case "whiten":
      guard let value, !value.isNull else { return .some(.whiten(epsilon: 1e-5)) }
      guard let entries = value.entries else {
        context.wrongType(value, expected: "{epsilon: 1.0e-5}, or nothing")
        return .some(nil)
      }
      var values = KeyedValues(entries, of: name, context.bag)
      let epsilon = values.take("epsilon", .notNegative) ?? Float(1e-5)
      context.bag = values.finish()
      return .some(.whiten(epsilon: epsilon))
    default: return nil
    }
  }
}

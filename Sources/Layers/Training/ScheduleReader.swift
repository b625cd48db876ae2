import Diagnostics
import Training
import YAMLSyntax

/// Reads `schedule`: a name, `{name: {parameter: value}}`, and beside it `warm_up`.
enum ScheduleReader {
  static let names = ["constant", "step", "exponential", "linear", "cosine", "one_cycle", "plateau", "halve"]

  static func read(_ node: Node, of owner: String, _ bag: inout DiagnosticBag) -> (Schedule, WarmUp?) {
    var schedule = Schedule.constant
    var warmUp: WarmUp?
    guard let entries = node.entries else {
      guard let call = NamedCall(node) else {
        bag.report(
          Diagnostic(
            .wrongType, "`\(owner)` must be a schedule such as `cosine`, not \(node.kindName)", at: node.span,
            help: ["such as `\(owner): {step: {every: 10, factor: 0.5}}`"]))
        return (schedule, nil)
      }
      return (self.schedule(call, &bag) ?? schedule, nil)
    }
    var isGiven = false
    for entry in entries {
      let single = Node(value: .mapping([entry]), span: entry.key.span)
      if entry.key.scalarText == "warm_up" {
        warmUp = self.warmUp(entry.value, &bag)
      } else if isGiven {
        bag.report(
          Diagnostic(
            .conflictingParameters, "`\(owner)` names two schedules", at: entry.key.span,
            help: ["keep one; `warm_up` may stand beside it"]))
      } else {
        isGiven = true
        schedule = call(single, entry).flatMap { self.schedule($0, &bag) } ?? schedule
      }
    }
    return (schedule, warmUp)
  }

  /// `{halve: 10}`, `{step: {…}}`: one number alone is the first parameter.
  private static func call(_ node: Node, _ entry: Node.Entry) -> NamedCall? {
    if let call = NamedCall(node) { return call }
    guard entry.value.number != nil, let name = entry.key.scalarText else { return nil }
    let key = Node(value: .scalar(Node.Scalar(text: first[name] ?? "", style: .plain)), span: entry.value.span)
    let arguments = Node(value: .mapping([Node.Entry(key: key, value: entry.value)]), span: entry.value.span)
    return NamedCall(
      Node(value: .mapping([Node.Entry(key: entry.key, value: arguments)]), span: entry.key.span))
  }

  private static let first = ["halve": "every", "exponential": "factor", "linear": "end", "cosine": "end"]

  private static func warmUp(_ node: Node, _ bag: inout DiagnosticBag) -> WarmUp? {
    var context = DecodeContext(bag: bag, layerType: "schedule", key: "warm_up")
    guard let entries = node.entries else {
      let epochs = ValueType<Double>.notNegativeDouble.decode(node, &context)
      bag = context.bag
      return epochs.map { WarmUp(epochs: $0) }
    }
    var values = KeyedValues(entries, of: "warm_up", bag)
    let epochs = values.require("epochs", .notNegativeDouble, at: node.span)
    let start = values.take("start", .share)
    bag = values.finish()
    return epochs.map { WarmUp(epochs: $0, start: start ?? 0.1) }
  }

  private static func schedule(_ call: NamedCall, _ bag: inout DiagnosticBag) -> Schedule? {
    var values = KeyedValues(call.arguments, of: call.name, bag)
    defer { bag = values.finish() }
    switch call.name {
    case "constant": return .constant
    case "step":
      let factor = values.take("factor", .factor) ?? 0.1
      return values.require("every", ValueType<Int>.positive, at: call.span).map { .step(every: $0, factor: factor) }
    case "halve":
      return values.require("every", ValueType<Int>.positive, at: call.span).map { .step(every: $0, factor: 0.5) }
    case "exponential":
      return values.require("factor", .factor, at: call.span).map { .exponential(factor: $0) }
    case "linear": return values.require("end", .notNegativeDouble, at: call.span).map { .linear(end: $0) }
    case "cosine": return .cosine(end: values.take("end", .notNegativeDouble) ?? 0)
    case "one_cycle":
      let share = values.take("share", .share) ?? 0.3
      let divisor = values.take("divisor", .positiveDouble) ?? 25
      let finalDivisor = values.take("final_divisor", .positiveDouble) ?? 1e4
      let least = values.take("base_momentum", .share) ?? 0.85
      let most = values.take("max_momentum", .share) ?? max(0.95, least)
      guard least <= most else {
        values.report(
          Diagnostic(
            .outOfRange, "`base_momentum` is \(least), above `max_momentum`, \(most)", at: call.span,
            help: ["the momentum falls from `max_momentum` to `base_momentum` while the rate rises"]))
        return nil
      }
      return .oneCycle(share: share, divisor: divisor, finalDivisor: finalDivisor, momentum: least...most)
    case "plateau":
      return .plateau(
        factor: values.take("factor", .factor) ?? 0.5, patience: values.take("patience", .nonNegative) ?? 3)
    default:
      values = KeyedValues([], of: call.name, values.context.bag)
      values.report(
        .unknown(
          .outOfRange, "unknown schedule `\(call.name)`", word: call.name, at: call.span, among: names + ["warm_up"]))
      return nil
    }
  }
}

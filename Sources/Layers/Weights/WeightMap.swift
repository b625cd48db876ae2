import Diagnostics
import YAMLSyntax

/// How numbers lie in a file, where they lie otherwise than netc has them.
package enum WeightLayout: String, Sendable, CaseIterable {
  /// A dense layer's (inputs, units).
  case transposed
  /// A convolution's (height, width, inputs, filters), as Keras and TensorFlow have it.
  case hwio
  /// A depthwise convolution's (height, width, channels, multiplier), as they have it.
  case hwcm
  /// Filters whose rows and columns run backwards: those of a convolution in the mathematical sense.
  case flipped
  /// A dense layer's inputs in the order height, width, channels, where netc has channels first.
  case hwcInputs = "hwc_inputs"
  /// 1/√(variance + ε) in place of a variance.
  case inverseStd = "inverse_std"
  /// As Lasagne has it: filters flipped, dense weights transposed.
  case lasagne

  package var doc: String {
    switch self {
    case .transposed: "dense weights as (inputs, units)"
    case .hwio: "filters as (height, width, inputs, filters)"
    case .hwcm: "depthwise filters as (height, width, channels, multiplier)"
    case .flipped: "filters whose rows and columns run backwards"
    case .hwcInputs: "a dense layer's inputs in the order height, width, channels"
    case .inverseStd: "1/√(variance + ε) for `var`"
    case .lasagne: "filters flipped, dense weights transposed"
    }
  }
}

/// Which tensor of a file is which parameter of a network.
package struct WeightMap: Sendable, Equatable {
  package struct Target: Sendable, Equatable {
    /// A parameter's name; `$1` stands for the first group of the pattern.
    package var name: String
    package var layouts: [WeightLayout] = []
    /// What the file's network adds to a variance, where this one adds another ε.
    package var epsilon: Float?

    package init(name: String, layouts: [WeightLayout] = [], epsilon: Float? = nil) {
      (self.name, self.layouts, self.epsilon) = (name, layouts, epsilon)
    }
  }

  package struct Rule: Sendable, Equatable {
    package var pattern: TensorPattern
    /// The first of them that is a parameter counts; none leaves the tensor out.
    package var targets: [Target]
  }

  /// The first whose pattern fits a tensor counts.
  package var rules: [Rule]
  /// Of those that netc has; rules stand then in `ReadyMaps`.
  package var ready: String?

  package init(rules: [Rule] = [], ready: String? = nil) { (self.rules, self.ready) = (rules, ready) }

  package enum Match: Sendable, Equatable {
    /// No rule speaks of the tensor.
    case unknown
    case leftOut
    case target(Target)
  }

  /// What a tensor is; a target's name is complete.
  ///
  /// - Parameter exists: whether a parameter is called so.
  package func match(_ tensor: String, _ exists: (String) -> Bool) -> Match {
    for rule in rules {
      guard let groups = rule.pattern.match(tensor) else { continue }
      let targets = rule.targets.map { target in
        var complete = target
        complete.name = Self.filled(target.name, groups)
        return complete
      }
      guard let last = targets.last else { return .leftOut }
      return .target(targets.first { exists($0.name) } ?? last)
    }
    return .unknown
  }

  private static func filled(_ template: String, _ groups: [String]) -> String {
    var result = ""
    var rest = Substring(template)
    while let letter = rest.popFirst() {
      if letter == "$", let digit = rest.first?.wholeNumberValue, groups.indices.contains(digit - 1) {
        rest.removeFirst()
        result += groups[digit - 1]
      } else {
        result.append(letter)
      }
    }
    return result
  }
}

extension WeightMap {
  /// Reads the value of `map`: the name of a map that netc has, or patterns with their targets.
  package static func read(_ node: Node, _ bag: inout DiagnosticBag) -> WeightMap? {
    if let name = node.scalarText, !node.isNull {
      guard ReadyMaps.names.contains(name) else {
        bag.report(
          .unknown(
            .outOfRange, "netc has no map `\(name)`", word: name, at: node.span, among: ReadyMaps.names,
            notes: ["a map of your own is {pattern: parameter}"]))
        return nil
      }
      return WeightMap(ready: name)
    }
    guard let entries = node.entries else {
      bag.report(
        Diagnostic(
          .wrongType, "`map` must be {pattern: parameter}, or a map's name, not \(node.kindName)", at: node.span,
          help: ["such as `map: {'features\\.(\\d+)\\.weight': conv$1.W}`"]))
      return nil
    }
    var map = WeightMap()
    for entry in entries {
      let pattern: TensorPattern
      do throws(TensorPattern.Fault) {
        pattern = try TensorPattern(entry.key.scalarText ?? "")
      } catch {
        bag.report(
          Diagnostic(
            .wrongType, "the pattern `\(entry.key.scalarText ?? "")` has \(error.message)", at: entry.key.span,
            help: ["a letter that means something stands behind a backslash, such as `\\.`, in single quotes"]))
        continue
      }
      let nodes = entry.value.isNull ? [] : entry.value.elements ?? [entry.value]
      let targets = nodes.compactMap { target($0, pattern, &bag) }
      if targets.count == nodes.count { map.rules.append(Rule(pattern: pattern, targets: targets)) }
    }
    return map
  }

  private static func target(_ node: Node, _ pattern: TensorPattern, _ bag: inout DiagnosticBag) -> Target? {
    var target: Target
    if let name = node.scalarText, !node.isNull {
      target = Target(name: name)
    } else if let entries = node.entries {
      var values = KeyedValues(entries, of: "map", bag)
      let name = values.node("to")?.scalarText
      let layouts = values.node("as")
      let epsilon = values.take("epsilon", ValueType<Float>.positive)
      bag = values.finish()
      guard let name else {
        bag.report(
          Diagnostic(
            .missingParameter, "this part of `map` needs `to`", at: node.span, label: "no parameter named",
            help: ["such as `{to: fc1.W, as: transposed}`"]))
        return nil
      }
      target = Target(name: name, epsilon: epsilon)
      for layout in layouts.map({ $0.elements ?? [$0] }) ?? [] {
        guard let word = layout.scalarText, let known = WeightLayout(rawValue: word) else {
          bag.report(
            .unknown(
              .outOfRange, "unknown layout `\(layout.scalarText ?? layout.kindName)`", word: layout.scalarText ?? "",
              at: layout.span, among: WeightLayout.allCases.map(\.rawValue)))
          return nil
        }
        target.layouts.append(known)
      }
    } else {
      bag.report(
        Diagnostic(
          .wrongType, "a tensor becomes a parameter such as conv1.W, not \(node.kindName)", at: node.span,
          help: ["or `{to: fc1.W, as: transposed}`, or null to leave it out"]))
      return nil
    }
    if let group = used(target.name).first(where: { $0 > pattern.groups || $0 == 0 }) {
      bag.report(
        Diagnostic(
          .outOfRange, "`\(target.name)` names group \(group), and the pattern has \(pattern.groups)", at: node.span))
      return nil
    }
    return target
  }

  private static func used(_ template: String) -> [Int] {
    zip(template, template.dropFirst()).compactMap { $0 == "$" ? $1.wholeNumberValue : nil }
  }
}

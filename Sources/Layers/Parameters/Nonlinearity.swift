import Diagnostics
import NetIR
import YAMLSyntax

/// The `nonlinearity` of a layer: a function of each element, or softmax over the channels.
package enum Nonlinearity: Hashable, Sendable {
  case elementwise(Activation)
  case softmax

  package static let linear = Nonlinearity.elementwise(.linear)
  package static let rectify = Nonlinearity.elementwise(.rectify)

  package var name: String {
    switch self {
    case .elementwise(let activation): activation.name
    case .softmax: "softmax"
    }
  }
}

extension Nonlinearity {
  /// Throws N0201 when there are no channels for softmax to run over.
  func check(_ shape: LayerShape, in context: LayerContext) throws(ShapeProblem) {
    guard self == .softmax, shape.count < 2 else { return }
    throw ShapeProblem(
      .wrongRank, "softmax of `\(context.name)` runs over axis 1, and its input has one axis",
      at: "nonlinearity", blaming: [0])
  }
}

/// A nonlinearity that a spec may name.
package struct NonlinearityInfo: Sendable {
  package var name: String
  package var aliases: [String] = []
  package var formula: String
  /// Names and defaults of its parameters.
  package var parameters: [(name: String, fallback: Float)] = []
  /// What values of the parameters should be together; nil where they are.
  package var problem: @Sendable ([Float]) -> String? = { _ in nil }
  package var make: @Sendable ([Float]) -> Nonlinearity

  package static let all: [NonlinearityInfo] = [
    NonlinearityInfo(name: "linear", aliases: ["identity"], formula: "x") { _ in .linear },
    NonlinearityInfo(name: "rectify", aliases: ["relu"], formula: "max(0, x)") { _ in .rectify },
    NonlinearityInfo(
      name: "leaky_rectify", formula: "x for x > 0, else leakiness·x", parameters: [("leakiness", 0.01)]
    ) { .elementwise(.leakyRectify(leakiness: $0[0])) },
    NonlinearityInfo(name: "very_leaky_rectify", formula: "x for x > 0, else x/3") { _ in
      .elementwise(.leakyRectify(leakiness: 1 / 3))
    },
    NonlinearityInfo(name: "elu", formula: "x for x > 0, else eˣ − 1") { _ in .elementwise(.elu) },
    NonlinearityInfo(name: "selu", formula: "1.0507·(x for x > 0, else 1.6733·(eˣ − 1))") { _ in
      .elementwise(.selu)
    },
    NonlinearityInfo(name: "softplus", formula: "log(1 + eˣ)") { _ in .elementwise(.softplus) },
    NonlinearityInfo(name: "sigmoid", formula: "1/(1 + e⁻ˣ)") { _ in .elementwise(.sigmoid) },
    NonlinearityInfo(name: "tanh", formula: "tanh(x)") { _ in .elementwise(.tanh) },
    NonlinearityInfo(
      name: "scaled_tanh", formula: "scale_out·tanh(scale_in·x)",
      parameters: [("scale_in", 1), ("scale_out", 1)]
    ) { .elementwise(.scaledTanh(scaleIn: $0[0], scaleOut: $0[1])) },
    NonlinearityInfo(name: "softmax", formula: "eˣ / Σeˣ over the channels") { _ in .softmax },
    NonlinearityInfo(name: "swish", aliases: ["silu"], formula: "x·sigmoid(x)") { _ in .elementwise(.swish) },
    NonlinearityInfo(name: "hard_swish", formula: "x·clip(x + 3, 0, 6)/6") { _ in .elementwise(.hardSwish) },
    NonlinearityInfo(name: "gelu", formula: "x·Φ(x)") { _ in .elementwise(.gelu) },
    NonlinearityInfo(
      name: "clip", formula: "min(max(x, min), max)", parameters: [("min", -1), ("max", 1)],
      problem: { $0[0] < $0[1] ? nil : "a `min` that is less than `max`, which are -1 and 1 by default" },
      make: { .elementwise(.clip(least: $0[0], most: $0[1])) }),
    NonlinearityInfo(name: "relu6", formula: "min(max(x, 0), 6)") { _ in .elementwise(.clip(least: 0, most: 6)) },
  ]

  package static func named(_ name: String) -> NonlinearityInfo? {
    all.first { $0.name == name || $0.aliases.contains(name) }
  }

  package static var names: [String] { all.flatMap { [$0.name] + $0.aliases } }
}

extension ValueType where Value == Nonlinearity {
  /// A name, `{name: {parameter: value}}`, or null for linear.
  package static let nonlinearity = ValueType(
    "a nonlinearity such as `rectify` or `softmax`", schema: .oneOf([.nonlinearity, .null])
  ) { node, context in
    if node.isNull { return .linear }
    guard let call = NamedCall(node) else {
      context.wrongType(
        node, expected: "a nonlinearity such as `rectify`, or {leaky_rectify: {leakiness: 0.2}}")
      return nil
    }
    guard let info = NonlinearityInfo.named(call.name) else {
      context.bag.report(
        .unknown(
          .unknownNonlinearity, "unknown nonlinearity `\(call.name)`", word: call.name, at: call.span,
          among: NonlinearityInfo.names))
      return nil
    }
    guard let values = call.numbers(info.parameters, &context) else { return nil }
    if let problem = info.problem(values) {
      context.outOfRange(node, expected: problem)
      return nil
    }
    return info.make(values)
  }
}

/// `name`, or `{name: {key: value}}`: how initialisers and nonlinearities are written.
package struct NamedCall {
  package var name: String
  package var span: SourceSpan
  package var arguments: [Node.Entry]

  package init?(_ node: Node) {
    if let text = node.scalarText, case .string = node.resolved {
      (name, span, arguments) = (text, node.span, [])
      return
    }
    guard let entry = node.entries?.first, node.entries?.count == 1, let text = entry.key.scalarText
    else { return nil }
    (name, span) = (text, entry.key.span)
    if let entries = entry.value.entries {
      arguments = entries
    } else if entry.value.isNull {
      arguments = []
    } else {
      return nil
    }
  }

  /// The values of the named numbers in order; nil when something was wrong and has been reported.
  package func numbers(_ parameters: [(name: String, fallback: Float)], _ context: inout DecodeContext)
    -> [Float]?
  {
    var values = parameters.map(\.fallback)
    var good = true
    let key = context.key
    defer { context.key = key }
    for entry in arguments {
      let word = entry.key.scalarText ?? ""
      guard let index = parameters.firstIndex(where: { $0.name == word }) else {
        good = false
        context.bag.report(
          .unknown(
            .unknownParameter, "unknown parameter `\(word)` of `\(name)`", word: word, at: entry.key.span,
            among: parameters.map(\.name),
            notes: parameters.isEmpty ? ["`\(name)` takes no parameters"] : []))
        continue
      }
      context.key = "\(key).\(name).\(word)"
      if word == "gain", entry.value.scalarText == "relu" {
        values[index] = Float(2).squareRoot()
      } else if let value = ValueType<Float>.any.decode(entry.value, &context) {
        values[index] = value
      } else {
        good = false
      }
    }
    return good ? values : nil
  }
}

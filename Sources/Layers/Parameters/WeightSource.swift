import Diagnostics
import NetIR
import YAMLSyntax

/// Where a parameter's first values come from.
package enum WeightSource: Hashable, Sendable {
  case initialiser(Initialiser)
  /// It is the parameter of the same name of another layer, and counts once.
  case tied(layer: String, span: SourceSpan)
}

/// An initialiser that a spec may name.
package struct InitialiserInfo: Sendable {
  package var name: String
  package var formula: String
  package var parameters: [(name: String, fallback: Float)] = []
  package var make: @Sendable ([Float]) -> Initialiser?

  private static let root2 = Float(2).squareRoot()
  private static let unset = -Float.greatestFiniteMagnitude

  package static let all: [InitialiserInfo] = [
    InitialiserInfo(name: "constant", formula: "one value", parameters: [("value", 0)]) { .constant($0[0]) },
    InitialiserInfo(
      name: "normal", formula: "N(mean, std²)", parameters: [("std", 0.01), ("mean", 0)]
    ) { $0[0] >= 0 ? .normal(std: $0[0], mean: $0[1]) : nil },
    InitialiserInfo(
      name: "uniform", formula: "U(−range, range), or ±√3·std around the mean",
      parameters: [("range", 0.01), ("std", unset), ("mean", 0)]
    ) {
      let reach = $0[1] == unset ? $0[0] : $0[1] * Float(3).squareRoot()
      return reach >= 0 ? .uniform(low: $0[2] - reach, high: $0[2] + reach) : nil
    },
    InitialiserInfo(
      name: "glorot_uniform", formula: "U(±√3·std), std = gain·√(2/(fan_in + fan_out))",
      parameters: [("gain", 1)]
    ) { .glorotUniform(gain: $0[0]) },
    InitialiserInfo(
      name: "glorot_normal", formula: "N(0, std²), std = gain·√(2/(fan_in + fan_out))",
      parameters: [("gain", 1)]
    ) { .glorotNormal(gain: $0[0]) },
    InitialiserInfo(
      name: "he_uniform", formula: "U(±√3·std), std = gain/√fan_in; gain √2, where Lasagne's default is 1",
      parameters: [("gain", root2)]
    ) { .heUniform(gain: $0[0]) },
    InitialiserInfo(
      name: "he_normal", formula: "N(0, std²), std = gain/√fan_in; gain √2, where Lasagne's default is 1",
      parameters: [("gain", root2)]
    ) { .heNormal(gain: $0[0]) },
    InitialiserInfo(name: "lecun_normal", formula: "N(0, 1/fan_in)") { _ in .lecunNormal },
    InitialiserInfo(name: "lecun_uniform", formula: "U(±√(3/fan_in))") { _ in .lecunUniform },
    InitialiserInfo(
      name: "orthogonal", formula: "gain · an orthogonal matrix of (outputs, the rest)",
      parameters: [("gain", 1)]
    ) { .orthogonal(gain: $0[0]) },
    InitialiserInfo(
      name: "sparse", formula: "N(0, std²) for that fraction of each unit's weights, else 0",
      parameters: [("sparsity", 0.1), ("std", 0.01)]
    ) { (0...1).contains($0[0]) && $0[1] >= 0 ? .sparse(fraction: $0[0], std: $0[1]) : nil },
  ]

  package static func named(_ name: String) -> InitialiserInfo? { all.first { $0.name == name } }
}

extension ValueType where Value == WeightSource {
  /// An initialiser, a number, or the name of the layer whose parameter it shares.
  package static let weight = ValueType(
    "an initialiser such as `he_normal`, a number, or the name of a layer to share with", schema: .initialiser
  ) { node, context in
    if let number = node.number {
      guard Float(number).isFinite else {
        context.outOfRange(node, expected: "a finite number")
        return nil
      }
      return .initialiser(.constant(Float(number)))
    }
    guard let call = NamedCall(node) else {
      context.wrongType(node, expected: "an initialiser such as `he_normal`, a number, or a layer's name")
      return nil
    }
    guard let info = InitialiserInfo.named(call.name) else {
      // A bare word may be a layer, written later; a call with arguments is an initialiser for sure.
      if call.arguments.isEmpty, node.scalarText != nil { return .tied(layer: call.name, span: call.span) }
      context.bag.report(
        .unknown(
          .unknownInitialiser, "unknown initialiser `\(call.name)`", word: call.name, at: call.span,
          among: InitialiserInfo.all.map(\.name)))
      return nil
    }
    guard let values = call.numbers(info.parameters, &context) else { return nil }
    let keys = call.arguments.filter { ["range", "std"].contains($0.key.scalarText) }.map(\.key)
    if info.name == "uniform", keys.count == 2 {
      context.bag.report(
        Diagnostic(
          .conflictingParameters, "`range` and `std` both say how wide `uniform` is", at: keys[1].span,
          related: [Diagnostic.Related(message: "first here", span: keys[0].span)]))
      return nil
    }
    guard let initialiser = info.make(values) else {
      context.bag.report(
        Diagnostic(
          .outOfRange, "`\(call.name)` cannot have these values", at: call.span,
          notes: ["\(call.name): \(info.formula)"]))
      return nil
    }
    return .initialiser(initialiser)
  }
}

extension ValueType where Value == WeightSource? {
  package static let weightOrNone = ValueType<WeightSource>.weight.orNull("for none")
}

import Diagnostics
import NetIR
import YAMLSyntax

/// Batch normalisation (Ioffe & Szegedy 2015).
package struct BatchNorm: LayerKind {
  package static let typeName = "BatchNorm"
  package static let aliases = ["BatchNormDNN"]
  package static let summary =
    "γ·(x − mean)/√(var + ε) + β per channel; keeps a running mean and (biased) variance as state."
  package static let parameters: [Parameter<Self>] = [
    Parameter(
      "axes", \.axes, .axes, default: "auto", "what is averaged over: `auto` is all but the channels"),
    Parameter("epsilon", \.epsilon, .positive, default: "1.0e-4", "added to the variance"),
    Parameter("alpha", \.alpha, .unit, default: "0.1", "weight of the new batch in the running statistics"),
    Parameter("beta", \.beta, .weightOrNone, default: "0", "initialiser of the shift, or a layer"),
    Parameter("gamma", \.gamma, .weightOrNone, default: "1", "initialiser of the scale, or a layer"),
  ]

  /// nil is `auto`.
  package var axes: [Int]?
  package var epsilon: Float = 1e-4
  package var alpha: Float = 0.1
  package var beta: WeightSource? = .initialiser(.constant(0))
  package var gamma: WeightSource? = .initialiser(.constant(1))

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    let rank = inputs[0].count
    guard rank > 1 else {
      throw ShapeProblem(
        .wrongRank, "`\(context.name)` needs channels, and `\(context.inputNames[0])` has one axis",
        blaming: [0])
    }
    if let axes, axes != [0] + (2..<max(2, rank)) {
      guard axes.allSatisfy({ (0..<rank).contains($0) }) else {
        throw ShapeProblem(
          .badAxis, "`\(context.name)` normalises over axes \(axes) of the \(rank) of its input", at: "axes",
          help: ["axes count from 0, the batch"], blaming: [0])
      }
      throw ShapeProblem(
        .notYetSupported, "BatchNorm over axes \(axes) is not in this version", at: "axes",
        help: ["`auto` normalises each channel: over the batch and the image"])
    }
    return inputs[0]
  }

  package func weights(for inputs: [LayerShape]) -> [WeightSpec] {
    let shape = [inputs[0].channels ?? 0]
    var specs: [WeightSpec] = []
    if let gamma { specs.append(WeightSpec("gamma", shape, gamma)) }
    if let beta { specs.append(WeightSpec("beta", shape, beta)) }
    specs.append(WeightSpec("mean", shape, .initialiser(.constant(0)), role: .state))
    specs.append(WeightSpec("var", shape, .initialiser(.constant(1)), role: .state))
    return specs
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let shape = [lowering.shape(inputs[0])[1]]
    let scale =
      gamma == nil
      ? try lowering.add(.fill(value: 1, shape: shape), []) : try lowering.weight("gamma", shape)
    let shift =
      beta == nil
      ? try lowering.add(.fill(value: 0, shape: shape), []) : try lowering.weight("beta", shape)
    let mean = try lowering.weight("mean", shape)
    let variance = try lowering.weight("var", shape)
    return try lowering.add(.batchNorm(epsilon: epsilon), inputs + [scale, shift, mean, variance])
  }
}

extension ValueType where Value == [Int]? {
  fileprivate static let axes = ValueType(
    "`auto`, or a list of axes such as [0, 2, 3]",
    schema: .oneOf([.words(["auto"]), .list(of: ValueType<Int>.nonNegative.schema, count: 1...8)])
  ) { node, context in
    if node.scalarText == "auto" { return .some(nil) }
    let list = ValueType<[Int]>.list(of: .nonNegative, "`auto`, or a list of axes such as [0, 2, 3]")
    return list.decode(node, &context).map { .some($0.sorted()) }
  }
}

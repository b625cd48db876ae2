import Diagnostics
import NetIR

/// Pooling across features; with the maximum it is Maxout (Goodfellow et al. 2013).
package struct FeaturePool: LayerKind {
  package static let typeName = "FeaturePool"
  package static let aliases = ["Maxout"]
  package static let summary = "Pools each `pool_size` neighbouring features to one; the maximum is Maxout."
  package static let parameters: [Parameter<Self>] = [
    Parameter("pool_size", \.poolSize, .positive, "how many features become one; must divide the axis"),
    Parameter("axis", \.axis, .any, default: "1", "negative counts from the end"),
    Parameter("mode", \.mode, .word, default: "max", "`l2` is √Σx²"),
  ]

  package var poolSize = 1
  package var axis = 1
  package var mode = GlobalPoolMode.max

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    var result = inputs[0]
    let along = axis < 0 ? result.count + axis : axis
    guard result.indices.contains(along) else {
      throw ShapeProblem(
        .badAxis, "`\(context.name)` pools along axis \(axis) of \(result.count)", at: "axis", blaming: [0])
    }
    guard let size = result[along] else {
      throw ShapeProblem(
        .unknownDimension, "`\(context.name)` pools along the free batch", at: "axis",
        help: ["axis 1 has the channels"])
    }
    guard size % poolSize == 0 else {
      throw ShapeProblem(
        .groupsDoNotDivide,
        "groups of \(poolSize) do not divide the \(size) \(axisName(along, rank: result.count)) of "
          + "`\(context.inputNames[0])`",
        at: "pool_size", label: "leaves a rest of \(size % poolSize)",
        help: ["`pool_size` must divide \(size)"], blaming: [0])
    }
    result[along] = size / poolSize
    return result
  }

  /// The features are the rows of an image whose columns are what lies behind them.
  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    var shape = lowering.shape(inputs[0])
    let along = axis < 0 ? shape.count + axis : axis
    let outer = shape.prefix(along).reduce(1, *)
    let inner = shape.dropFirst(along + 1).reduce(1, *)
    let image = try lowering.reshaped(inputs[0], [1, outer, shape[along], inner])
    let poolMode: PoolMode =
      switch mode {
      case .max: .max
      case .mean: .averageExcludingPad
      case .l2: .l2
      }
    let window = Size2D(poolSize, 1)
    let pooled = try lowering.add(
      .pool2D(PoolAttributes(window: window, stride: window, padding: .none, ceil: false, mode: poolMode)), [image])
    shape[along] /= poolSize
    return try lowering.reshaped(pooled, shape)
  }
}

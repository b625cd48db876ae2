import Diagnostics
import NetIR

/// A layer with one learned number for each channel, or for each place along other axes: Bias, Scale and
/// ParametricRectifier.
protocol LearnedPerAxis: LayerKind {
  /// The parameter's key in a spec and the tensor's suffix.
  static var key: String { get }
  /// What the numbers are, for the reference.
  static var words: String { get }
  /// The first value unless said.
  static var fallback: String { get }
  var values: WeightSource { get set }
  /// nil is `auto`: all but the channels.
  var sharedAxes: [Int]? { get set }

  /// Applies the numbers, one for each index of axis 1 of `x`.
  func apply(_ values: ValueID, to x: ValueID, in lowering: inout Lowering) throws(GraphProblem) -> ValueID
}

extension LearnedPerAxis {
  package static var parameters: [Parameter<Self>] {
    [
      Parameter(key, \.values, .weight, default: fallback, "initialiser of the \(words), or a layer"),
      Parameter(
        "shared_axes", \.sharedAxes, .axes, default: "auto",
        "axes along which one number serves all; `auto`: all but the channels"),
    ]
  }

  private var axes: ParameterAxes { ParameterAxes(shared: sharedAxes) }

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    try axes.check(inputs[0], at: "shared_axes", in: context)
    return inputs[0]
  }

  package func weights(for inputs: [LayerShape]) -> [WeightSpec] {
    [WeightSpec(Self.key, axes.shape(inputs[0]), values)]
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let vector = try lowering.vector(Self.key, axes, of: inputs[0])
    return try lowering.alongAxes(axes, of: inputs[0]) { (lowering, view) throws(GraphProblem) in
      try apply(vector, to: view, in: &lowering)
    }
  }
}

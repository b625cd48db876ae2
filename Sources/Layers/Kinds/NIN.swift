import Diagnostics
import NetIR

/// A dense layer at each pixel (Lin et al. 2013): the 1×1 convolution over any number of axes.
package struct NIN: LayerKind {
  package static let typeName = "NIN"
  package static let summary = "A dense layer over the channels of each pixel, on images of any number of axes."
  package static let parameters: [Parameter<Self>] = [
    Parameter("num_units", \.numUnits, .positive, "how many units, the channels of the result"),
    Parameter("W", \.weight, .weight, default: "glorot_uniform", "initialiser of the weights, or a layer"),
    Parameter("b", \.bias, .weightOrNone, default: "0", "initialiser of the biases, or a layer"),
    Parameter("nonlinearity", \.nonlinearity, .nonlinearity, default: "rectify", "applied to the result"),
    Parameter(
      "untie_biases", \.untieBiases, .bool, default: "false", "a bias for each pixel instead of each unit"),
    Parameter(
      "batch_norm", \.batchNorm, .bool, default: "false",
      "normalise before the nonlinearity: drops the bias, adds `<name>_bn` and `<name>_nonlin`"),
  ]

  package var numUnits = 1
  package var weight = WeightSource.initialiser(.glorotUniform(gain: 1))
  package var bias: WeightSource? = .initialiser(.constant(0))
  package var nonlinearity = Nonlinearity.rectify
  package var untieBiases = false
  package var batchNorm = false

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    guard inputs[0].count >= 2 else {
      throw ShapeProblem(
        .wrongRank, "NIN `\(context.name)` needs channels, and `\(context.inputNames[0])` has one axis", blaming: [0])
    }
    return [inputs[0][0], numUnits] + inputs[0].dropFirst(2)
  }

  package func weights(for inputs: [LayerShape]) -> [WeightSpec] {
    var specs = [WeightSpec("W", [numUnits, inputs[0].channels ?? 0], weight, isRegularized: true)]
    let pixels = untieBiases ? inputs[0].dropFirst(2).compactMap { $0 } : []
    if let bias { specs.append(WeightSpec("b", [numUnits] + pixels, bias)) }
    return specs
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let input = lowering.shape(inputs[0])
    let image = input.count == 4 ? input : [input[0], input[1], 1, input.dropFirst(2).reduce(1, *)]
    let hasBias = bias != nil && !untieBiases
    var operands = [
      try lowering.reshaped(inputs[0], image),
      try lowering.reshaped(try lowering.weight("W", [numUnits, input[1]]), [numUnits, input[1], 1, 1]),
    ]
    if hasBias { operands.append(try lowering.weight("b", [numUnits])) }
    var value = try lowering.add(
      .conv2D(ConvolutionAttributes(kernel: Size2D(1)), Epilogue(bias: hasBias)), operands)
    if bias != nil, untieBiases {
      let map = try lowering.weight("b", [numUnits] + input.dropFirst(2))
      value = try lowering.addMap(try lowering.reshaped(map, [numUnits] + image.suffix(2)), to: value)
    }
    value = try lowering.apply(nonlinearity, to: value)
    return try lowering.reshaped(value, [input[0], numUnits] + input.dropFirst(2))
  }

  package func window(over input: LayerShape) -> Window? {
    input.spatial == nil ? nil : Window(.convolution, size: Size2D(1))
  }

  package var batchNormalised: (layer: any LayerKind, nonlinearity: Nonlinearity)? {
    guard batchNorm else { return nil }
    var bare = self
    (bare.bias, bare.nonlinearity, bare.batchNorm) = (nil, .linear, false)
    return (bare, nonlinearity)
  }
}

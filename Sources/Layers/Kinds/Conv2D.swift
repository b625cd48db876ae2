import Diagnostics
import NetIR

/// Two-dimensional convolution (cross-correlation: filters are never flipped).
package struct Conv2D: LayerKind {
  package static let typeName = "Conv2D"
  package static let aliases = ["Conv2DDNN", "Conv2DMM"]
  package static let summary =
    "Slides `num_filters` filters over the image: floor((n + pad − ((k − 1)·d + 1))/s) + 1 per axis."
  package static let parameters: [Parameter<Self>] = [
    Parameter("num_filters", \.numFilters, .positive, "how many filters, the channels of the result"),
    Parameter("filter_size", \.filterSize, .size, "height and width of a filter"),
    Parameter("stride", \.stride, .size, default: "1", "step of the filter"),
    Parameter(
      "pad", \.pad, .convolutionPadding, default: "0",
      "zeros around the image; `same` keeps ceil(n/stride), `full` adds every overlap"),
    Parameter("dilation", \.dilation, .size, default: "1", "distance between the filter's taps"),
    Parameter(
      "num_groups", \.numGroups, .positive, default: "1",
      "groups of channels that do not see each other (AlexNet); must divide channels and filters"),
    Parameter("W", \.weight, .weight, default: "glorot_uniform", "initialiser of the filters, or a layer"),
    Parameter(
      "b", \.bias, .weightOrNone, default: "0", "initialiser of the biases, or a layer"),
    Parameter("nonlinearity", \.nonlinearity, .nonlinearity, default: "rectify", "applied to the result"),
    Parameter(
      "untie_biases", \.untieBiases, .bool, default: "false", "a bias for each pixel instead of each filter"),
    Parameter(
      "batch_norm", \.batchNorm, .bool, default: "false",
      "normalise before the nonlinearity: drops the bias, adds `<name>_bn` and `<name>_nonlin`"),
  ]

  package var numFilters = 1
  package var filterSize = Size2D(1)
  package var stride = Size2D(1)
  package var pad = ConvolutionPadding.explicit(.none)
  package var dilation = Size2D(1)
  package var numGroups = 1
  package var weight = WeightSource.initialiser(.glorotUniform(gain: 1))
  package var bias: WeightSource? = .initialiser(.constant(0))
  package var nonlinearity = Nonlinearity.rectify
  package var untieBiases = false
  package var batchNorm = false
  /// It was a dense layer: weight files have its filters as (units, inputs).
  package var isStoredAsDense = false

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    let image = try ImageShape(inputs[0], of: Self.typeName, in: context)
    try checkGroups(numGroups, channels: image.channels, filters: numFilters, in: context)
    let padding = padding(over: image)
    let height = try axis(
      "height", image, image.height, filterSize.height, stride.height, dilation.height,
      padding.top + padding.bottom, context)
    let width = try axis(
      "width", image, image.width, filterSize.width, stride.width, dilation.width,
      padding.left + padding.right, context)
    return [inputs[0][0], numFilters, height, width]
  }

  private func axis(
    _ name: String, _ image: ImageShape, _ n: Int, _ k: Int, _ s: Int, _ d: Int, _ pad: Int,
    _ context: LayerContext
  ) throws(ShapeProblem) -> Int {
    try convolutionLength(
      name, input: n, filter: k, stride: s, dilation: d, padding: pad, filterText: filterSize.crossed,
      inputText: image.crossed, dilated: dilation == Size2D(1) ? nil : dilation.short, in: context)
  }

  func padding(over image: ImageShape) -> Padding2D {
    pad.resolved(
      height: image.height, width: image.width, kernel: filterSize, stride: stride, dilation: dilation)
  }

  package func weights(for inputs: [LayerShape]) -> [WeightSpec] {
    let channels = (inputs[0].channels ?? 0) / numGroups
    var specs = [
      WeightSpec(
        "W", [numFilters, channels, filterSize.height, filterSize.width], weight, isRegularized: true)
    ]
    if isStoredAsDense { specs[0].storedShape = [numFilters, channels * filterSize.height * filterSize.width] }
    if let bias {
      let output = try? shape(of: inputs, in: LayerContext(name: "", inputNames: [""]))
      let pixels = untieBiases ? (output ?? []).dropFirst(2).compactMap { $0 } : []
      specs.append(WeightSpec("b", [numFilters] + pixels, bias))
    }
    return specs
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let input = lowering.shape(inputs[0])
    let image = ImageShape(channels: input[1], height: input[2], width: input[3])
    let attributes = ConvolutionAttributes(
      kernel: filterSize, stride: stride, dilation: dilation, padding: padding(over: image), groups: numGroups
    )
    var operands = inputs
    operands.append(
      try lowering.weight(
        "W", [numFilters, input[1] / numGroups, filterSize.height, filterSize.width]))
    if bias != nil, !untieBiases { operands.append(try lowering.weight("b", [numFilters])) }
    var value = try lowering.add(
      .conv2D(attributes, Epilogue(bias: bias != nil && !untieBiases)), operands)
    if bias != nil, untieBiases {
      let map = try lowering.weight("b", Array(lowering.shape(value).dropFirst()))
      value = try lowering.addMap(map, to: value)
    }
    return try lowering.apply(nonlinearity, to: value)
  }

  package func window(over input: LayerShape) -> Window? {
    Window(.convolution, size: filterSize, stride: stride, dilation: dilation)
  }

  package var batchNormalised: (layer: any LayerKind, nonlinearity: Nonlinearity)? {
    guard batchNorm else { return nil }
    var bare = self
    bare.bias = nil
    bare.nonlinearity = .linear
    bare.batchNorm = false
    return (bare, nonlinearity)
  }

  package func warnings(for inputs: [LayerShape], output: LayerShape, in context: LayerContext)
    -> [ShapeProblem]
  {
    guard let image = try? ImageShape(inputs[0], of: Self.typeName, in: context) else { return [] }
    var found: [ShapeProblem] = []
    if pad == .same, filterSize.height % 2 == 0 || filterSize.width % 2 == 0 {
      found.append(
        ShapeProblem(
          .evenSameFilter,
          "`same` with the even filter \(filterSize.crossed) of `\(context.name)` is lopsided",
          at: "filter_size", label: "even", notes: ["the odd row of padding goes to the bottom and right"],
          help: ["use an odd filter, or say the padding: `pad: [[top, bottom], [left, right]]`"]))
    }
    let padding = padding(over: image)
    found += unseenRows(
      image, output,
      window: Size2D(
        ShapeArithmetic.extent(size: filterSize.height, dilation: dilation.height),
        ShapeArithmetic.extent(size: filterSize.width, dilation: dilation.width)),
      stride: stride, padding: padding,
      parameter: context.written.contains("stride") ? "stride" : "filter_size",
      context: context)
    return found
  }
}

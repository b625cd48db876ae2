import Diagnostics
import NetIR

/// A convolution whose filters differ from pixel to pixel.
package struct LocallyConnected2D: LayerKind {
  package static let typeName = "LocallyConnected2D"
  package static let summary = "A convolution with filters of its own for each pixel of the result."
  package static let parameters: [Parameter<Self>] = [
    Parameter("num_filters", \.numFilters, .positive, "how many filters, the channels of the result"),
    Parameter("filter_size", \.filterSize, .size, "height and width of a filter"),
    Parameter("stride", \.stride, .size, default: "1", "step of the filter"),
    Parameter(
      "pad", \.pad, .convolutionPadding, default: "same",
      "zeros around the image; `same` keeps ceil(n/stride)"),
    Parameter(
      "channelwise", \.channelwise, .bool, default: "false",
      "filter i sees channel i alone; `num_filters` is the number of channels"),
    Parameter(
      "W", \.weight, .weight, default: "glorot_uniform",
      "initialiser of the filters, (filters, channels, height, width, rows, columns), or a layer"),
    Parameter("b", \.bias, .weightOrNone, default: "0", "initialiser of the biases, or a layer"),
    Parameter("nonlinearity", \.nonlinearity, .nonlinearity, default: "rectify", "applied to the result"),
    Parameter(
      "untie_biases", \.untieBiases, .bool, default: "false", "a bias for each pixel instead of each filter"),
  ]

  package var numFilters = 1
  package var filterSize = Size2D(1)
  package var stride = Size2D(1)
  package var pad = ConvolutionPadding.same
  package var channelwise = false
  package var weight = WeightSource.initialiser(.glorotUniform(gain: 1))
  package var bias: WeightSource? = .initialiser(.constant(0))
  package var nonlinearity = Nonlinearity.rectify
  package var untieBiases = false

  package init() {}

  /// The convolution with the same window; it knows the sizes.
  private var shared: Conv2D {
    var result = Conv2D()
    (result.numFilters, result.filterSize, result.stride, result.pad) = (numFilters, filterSize, stride, pad)
    return result
  }

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    let image = try ImageShape(inputs[0], of: Self.typeName, in: context)
    guard !channelwise || numFilters == image.channels else {
      throw ShapeProblem(
        .groupsDoNotDivide,
        "`\(context.name)` is channelwise, with \(numFilters) filters for the \(image.channels) channels of "
          + "`\(context.inputNames[0])`",
        at: "num_filters", help: ["use `num_filters: \(image.channels)`"], blaming: [0])
    }
    return try shared.shape(of: inputs, in: context)
  }

  /// The fans are those of the convolution with the same window: a unit sees no more than one of its filters.
  package func weights(for inputs: [LayerShape]) -> [WeightSpec] {
    let output = try? shape(of: inputs, in: LayerContext(name: "", inputNames: [""]))
    let pixels = (output ?? []).dropFirst(2).compactMap { $0 }
    let filter = filterShape(inputs[0].channels ?? 0)
    var specs = [WeightSpec("W", filter + pixels, weight, isRegularized: true)]
    specs[0].fanShape = [numFilters, channelwise ? 1 : filter[1], filterSize.height, filterSize.width]
    if let bias { specs.append(WeightSpec("b", [numFilters] + (untieBiases ? pixels : []), bias)) }
    return specs
  }

  private func filterShape(_ channels: Int) -> [Int] {
    [numFilters] + (channelwise ? [] : [channels]) + [filterSize.height, filterSize.width]
  }

  /// Every pixel of the result is a group of a 1×1 convolution over the values under its filter.
  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let input = lowering.shape(inputs[0])
    let padding = shared.padding(over: ImageShape(channels: input[1], height: input[2], width: input[3]))
    var image = inputs[0]
    if padding != .none {
      let widths = PadAttributes(
        before: [0, 0, padding.top, padding.left], after: [0, 0, padding.bottom, padding.right], value: 0)
      image = try lowering.add(.pad(widths), [image])
    }
    let padded = lowering.shape(image)
    let rows = (padded[2] - filterSize.height) / stride.height + 1
    let columns = (padded[3] - filterSize.width) / stride.width + 1
    let windows = Rearrangement(
      starts: [0, 0, 0, 0],
      axes: [
        .init(0, count: input[0]), .init(2, count: rows, step: stride.height),
        .init(3, count: columns, step: stride.width), .init(1, count: input[1]), .init(2, count: filterSize.height),
        .init(3, count: filterSize.width),
      ])
    let filter = filterShape(input[1])
    let stored = filter + [rows, columns]
    let order = [filter.count, filter.count + 1] + filter.indices
    let weights = try lowering.add(.rearrange(.transpose(stored, order)), [try lowering.weight("W", stored)])
    let groups = rows * columns * (channelwise ? input[1] : 1)
    let width = input[1] * filterSize.height * filterSize.width * rows * columns
    let operands = [
      try lowering.reshaped(try lowering.add(.rearrange(windows), [image]), [input[0], width, 1, 1]),
      try lowering.reshaped(weights, [rows * columns * numFilters, width / groups, 1, 1]),
    ]
    let sums = try lowering.add(
      .conv2D(ConvolutionAttributes(kernel: Size2D(1), groups: groups), Epilogue(bias: false)), operands)
    let apart = [input[0], rows, columns, numFilters]
    var value = try lowering.add(
      .rearrange(.transpose(apart, [0, 3, 1, 2])), [try lowering.reshaped(sums, apart)])
    if bias != nil, untieBiases {
      value = try lowering.addMap(try lowering.weight("b", [numFilters, rows, columns]), to: value)
    } else if bias != nil {
      let ones = try lowering.add(.fill(value: 1, shape: [numFilters]), [])
      value = try lowering.add(.scaleShift(.linear), [value, ones, try lowering.weight("b", [numFilters])])
    }
    return try lowering.apply(nonlinearity, to: value)
  }

  package func window(over input: LayerShape) -> Window? { shared.window(over: input) }

  package func warnings(for inputs: [LayerShape], output: LayerShape, in context: LayerContext) -> [ShapeProblem] {
    shared.warnings(for: inputs, output: output, in: context)
  }
}

import Diagnostics
import NetIR

/// A convolution over another number of axes than an image has: Conv1D and Conv3D, which differ in how they are
/// written as convolutions of images.
protocol AxisConvolution: LayerKind {
  static var axisCount: Int { get }
  /// What an input has to be, and the sizes of a filter, for messages and the reference.
  static var words: (input: String, filter: String, around: String, place: String) { get }
  var numFilters: Int { get set }
  var geometry: ConvolutionGeometry { get set }
  var numGroups: Int { get set }
  var weight: WeightSource { get set }
  var bias: WeightSource? { get set }
  var nonlinearity: Nonlinearity { get set }
  var untieBiases: Bool { get set }
  var batchNorm: Bool { get set }
}

extension AxisConvolution {
  package static var parameters: [Parameter<Self>] {
    [
      Parameter("num_filters", \.numFilters, .positive, "how many filters, the channels of the result"),
      Parameter("filter_size", \.geometry.filterSize, .sizes(axisCount), "\(words.filter) of a filter"),
      Parameter("stride", \.geometry.stride, .sizes(axisCount), default: "1", "step of the filter"),
      Parameter(
        "pad", \.geometry.pad, .padding(axes: axisCount), default: "0",
        "zeros \(words.around); `same` keeps ceil(n/stride), `full` adds every overlap"),
      Parameter(
        "dilation", \.geometry.dilation, .sizes(axisCount), default: "1", "distance between the filter's taps"),
      Parameter("num_groups", \.numGroups, .positive, default: "1", "must divide channels and filters"),
      Parameter("W", \.weight, .weight, default: "glorot_uniform", "initialiser of the filters, or a layer"),
      Parameter("b", \.bias, .weightOrNone, default: "0", "initialiser of the biases, or a layer"),
      Parameter("nonlinearity", \.nonlinearity, .nonlinearity, default: "rectify", "applied to the result"),
      Parameter(
        "untie_biases", \.untieBiases, .bool, default: "false",
        "a bias for each \(words.place) instead of each filter"),
      Parameter(
        "batch_norm", \.batchNorm, .bool, default: "false",
        "normalise before the nonlinearity: drops the bias, adds `<name>_bn` and `<name>_nonlin`"),
    ]
  }

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    let (channels, sizes) = try channelsAndSizes(
      inputs[0], axes: Self.axisCount, Self.words.input, of: Self.typeName, in: context)
    try checkGroups(numGroups, channels: channels, filters: numFilters, in: context)
    return [inputs[0][0], numFilters] + (try geometry.lengths(sizes, in: context))
  }

  package func weights(for inputs: [LayerShape]) -> [WeightSpec] {
    let filter = filterShape(channels: inputs[0].channels ?? 0)
    var specs = [WeightSpec("W", filter, weight, isRegularized: true)]
    guard let bias else { return specs }
    let output = untieBiases ? try? shape(of: inputs, in: LayerContext(name: "", inputNames: [""])) : nil
    specs.append(WeightSpec("b", [numFilters] + (output ?? []).dropFirst(2).compactMap { $0 }, bias))
    return specs
  }

  /// (filters, channels / groups, sizes…)
  func filterShape(channels: Int) -> [Int] { [numFilters, channels / numGroups] + geometry.filterSize }

  package var batchNormalised: (layer: any LayerKind, nonlinearity: Nonlinearity)? {
    guard batchNorm else { return nil }
    var bare = self
    (bare.bias, bare.nonlinearity, bare.batchNorm) = (nil, .linear, false)
    return (bare, nonlinearity)
  }
}

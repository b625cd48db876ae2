import CPUBackend
import NetIR
import NetworkTestSupport

@testable import Compiler
@testable import GPUBackend

/// An image that is normalised, rectified and convolved, with the gradients of all of it.
enum NormalisedImage {
  /// What stands in the way of sums.
  enum Obstacle: CaseIterable {
    case leakyRectifier, sumOfGradients, anotherReader, anotherNormalisation
  }

  /// The filters' gradient lies between that of the image and the sums.
  static func graph(
    image: Int, channels: Int = 24, stride: Int = 1, _ obstacle: Obstacle? = nil
  ) throws -> Graph {
    var graph = Graph(name: "\(channels) channels of \(image)×\(image), stride \(stride)")
    func add(_ op: GraphOp, _ operands: [ValueID], _ name: String) throws -> ValueID {
      try graph.add(op, operands, name: name)
    }
    let attributes = ConvolutionAttributes(
      kernel: Size2D(3), stride: Size2D(stride), padding: Padding2D(top: 1, bottom: 1, left: 1, right: 1))
    let (batch, filters, above) = (TrainingPattern.batch, 16, (image - 1) / stride + 1)
    let activation: Activation = obstacle == .leakyRectifier ? .leakyRectify(leakiness: 0.25) : .rectify
    let x = try graph.imageInput(0, [batch, channels, image, image], "x")
    let g = try graph.imageInput(1, [batch, filters, above, above], "g")
    let w = try add(.input(index: 2, shape: [filters, channels, 3, 3]), [], "w")
    let gamma = try add(.input(index: 3, shape: [channels]), [], "gamma")
    let beta = try add(.input(index: 4, shape: [channels]), [], "beta")
    let moments = try add(.training(.moments()), [x], "moments")
    let epsilon: Float = 1e-3
    let normalised = try add(.training(.normalize(epsilon: epsilon)), [x, gamma, beta, moments], "normalised")
    let y = try add(.activation(activation), [normalised], "y")
    let z = try add(.conv2D(attributes, Epilogue(bias: false)), [y, w], "z")
    let data = try add(.gradient(.convolutionData(attributes, image: Size2D(image))), [g, w], "z")
    let weights = try add(.gradient(.convolutionWeights(attributes)), [y, g], "z")
    var whole = data
    if obstacle == .sumOfGradients {
      whole = try add(.elementwise(ElementwiseAttributes(kind: .sum), .linear), [data, x], "both")
    }
    let rectified = try add(.gradient(.activation(activation)), [whole, y], "y")
    let other = obstacle == .anotherNormalisation ? try add(.training(.moments()), [y], "moments of y") : moments
    let sums = try add(.gradient(.normalizeSums(epsilon: epsilon)), [rectified, x, other], "normalised")
    let result = try add(
      .gradient(.normalizeData(epsilon: epsilon)), [rectified, x, gamma, moments, sums], "normalised")
    let rows = try (0..<2).map {
      try add(.rearrange(.slice([2, channels], axis: 0, start: $0, count: 1)), [sums], ["beta", "gamma"][$0])
    }
    graph.outputs = rows + [result, weights, z]
    if obstacle == .anotherReader { graph.outputs.append(try add(.globalPool(.mean), [data], "mean")) }
    return graph
  }

  static func options(_ machine: GPUMachine, _ precision: Precision = .fp16) -> CompileOptions {
    var options = TrainingPattern.options(machine, precision)
    options.dataGradients = .whole
    return options
  }
}

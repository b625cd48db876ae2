import CPUBackend
import Compiler
import Layers
import NetIR
import NetworkTestSupport
import Testing

@testable import Training

/// Small networks, trained for six steps by the interpreter and an update rule, against PyTorch 2.13 in double
/// precision: the same numbers at the start, the same two batches in turn.
@Suite struct TrainingRunTests {
  struct Run: Sendable, CustomTestStringConvertible {
    var name: String
    var yaml: String
    var rule: UpdateRule
    var rate: Float
    /// Before each step.
    var losses: [Double]
    /// A normalisation, and the mean and variance of its first channel at last.
    var statistics: (layer: String, mean: Double, variance: Double)?
    var testDescription: String { name }
  }

  static let runs = [
    Run(
      name: "plain",
      yaml: """
        - Input: {shape: [null, 1, 8, 8]}
        - Conv2D: {name: c1, num_filters: 4, filter_size: 3, pad: same, nonlinearity: tanh}
        - MaxPool2D: {pool_size: 2}
        - Conv2D: {name: c2, num_filters: 3, filter_size: 3, pad: same}
        - MaxPool2D: {pool_size: 2}
        - Dense: {name: h, num_units: 6}
        - Dense: {name: out, num_units: 5, nonlinearity: softmax}
        """,
      rule: .nesterovMomentum(0.9), rate: 0.1,
      losses: [1.605685049, 1.597026985, 1.553673023, 1.528357854, 1.525534829, 1.439480638]),
    Run(
      name: "LeNet with batch normalisation",
      yaml: """
        - Input: {shape: [null, 1, 12, 12]}
        - Conv2D: {name: c1, num_filters: 3, filter_size: 5, batch_norm: true}
        - Pool2D: {pool_size: 2, mode: average_inc_pad}
        - Conv2D: {name: c2, num_filters: 4, filter_size: 3, batch_norm: true}
        - MaxPool2D: {pool_size: 2}
        - Dense: {name: h, num_units: 7, batch_norm: true}
        - Dense: {name: out, num_units: 5, nonlinearity: softmax}
        """,
      rule: .momentum(0.9), rate: 0.05,
      losses: [1.623819404, 1.803263022, 1.654229405, 1.558366654, 1.511637963, 1.475692023],
      statistics: ("c1_bn", -0.002366913, 1.033929951)),
    Run(
      name: "residual",
      yaml: """
        - Input: {shape: [null, 2, 6, 6]}
        - Conv2D: {name: stem, num_filters: 4, filter_size: 3, pad: same, batch_norm: true}
        - Conv2D: {name: a1, num_filters: 4, filter_size: 3, pad: same, batch_norm: true}
        - Conv2D: {name: a2, num_filters: 4, filter_size: 3, pad: same, batch_norm: true, nonlinearity: linear}
        - ElemwiseSum: {name: a, incomings: [stem, a2], nonlinearity: rectify}
        - Conv2D: {name: b1, num_filters: 5, filter_size: 3, stride: 2, pad: same, nonlinearity: linear}
        - Conv2D: {name: short, incoming: a, num_filters: 5, filter_size: 1, stride: 2, nonlinearity: linear}
        - ElemwiseSum: {name: b, incomings: [b1, short], nonlinearity: elu}
        - GlobalPool: {}
        - Dense: {name: out, num_units: 5, nonlinearity: softmax}
        """,
      rule: .adam(.init(epsilon: 1e-12)), rate: 0.01,
      losses: [1.704519234, 1.938506797, 1.415307362, 1.691672779, 1.330527846, 1.497716753],
      statistics: ("stem_bn", -0.019956848, 0.669337963)),
  ]

  private static let batch = 6

  @Test(arguments: runs)
  func followsPyTorch(_ run: Run) throws {
    let network = try Networks.of(run.yaml)
    let trainable = network.weights.filter { $0.role == .trainable }
    let step = try TrainingGraph(
      network.lowered(batch: Self.batch).graph, [Objective(.crossEntropy(smoothing: 0))],
      trainable: trainable.map(\.name))
    var parameters = Dictionary(
      uniqueKeysWithValues: network.weights.map { ($0.name, Self.start($0.name, $0.shape)) })
    var states = parameters.mapValues { UpdateOracle(run.rule, count: $0.count) }
    let interpreter = ReferenceInterpreter(step.graph) { name, _ in parameters[name] ?? [] }
    for (place, wanted) in run.losses.enumerated() {
      let image = Self.numbers("batch\(place % 2)", step.graph[step.graph.inputs[0]].shape, 1)
      let classes = (0..<Self.batch).map { Double(($0 * 3 + place % 2) % 5) }
      let weights = [Double](repeating: 1 / Double(Self.batch), count: Self.batch)
      let outputs = try interpreter.run(
        [image.map(Double.init), classes, weights] + step.parameters.map { (parameters[$0] ?? []).map(Double.init) })
      #expect(abs(outputs[0][0] - wanted) < 1e-5, "step \(place): \(outputs[0][0]), PyTorch has \(wanted)")
      for (name, gradient) in zip(step.parameters, outputs[step.gradientOutputs]) {
        var values = (parameters[name] ?? []).map(Double.init)
        states[name]?.step(&values, gradient, rate: Double(run.rate))
        parameters[name] = values.map(Float.init)
      }
      for (norm, moments) in zip(step.statistics, outputs[step.momentsOutputs]) {
        var (mean, variance) = (parameters[norm.mean] ?? [], parameters[norm.variance] ?? [])
        RunningStatistics.follow(
          &mean, &variance, moments: moments.map(Float.init), count: norm.count, alpha: 0.1)
        (parameters[norm.mean], parameters[norm.variance]) = (mean, variance)
      }
    }
    guard let wanted = run.statistics else { return }
    let mean = try #require(parameters["\(wanted.layer).mean"]?.first)
    let variance = try #require(parameters["\(wanted.layer).var"]?.first)
    #expect(abs(Double(mean) - wanted.mean) < 1e-5 && abs(Double(variance) - wanted.variance) < 1e-5)
  }

  private static func start(_ name: String, _ shape: [Int]) -> [Float] {
    if name.hasSuffix(".mean") { return [Float](repeating: 0, count: shape.elements) }
    if name.hasSuffix(".var") { return [Float](repeating: 1, count: shape.elements) }
    if name.hasSuffix(".gamma") { return numbers(name, shape, 0.25).map { 1 + $0 } }
    if shape.count == 1 { return numbers(name, shape, 0.1) }
    return numbers(name, shape, Double(Float((3 / Double(shape.dropFirst().elements)).squareRoot())))
  }

  /// Numbers between −scale and scale, which any language can make.
  private static func numbers(_ name: String, _ shape: [Int], _ scale: Double) -> [Float] {
    let seed = name.utf8.reduce(0) { $0 + Int($1) }
    return (0..<shape.elements).map { Float(Double(($0 * 7919 + seed * 104_729) % 1009 - 504) / 504 * scale) }
  }
}

extension ArraySlice<Int> {
  fileprivate var elements: Int { reduce(1, *) }
}

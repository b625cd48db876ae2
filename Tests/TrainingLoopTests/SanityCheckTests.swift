import Compiler
import DataPipeline
import Layers
import NetIR
import NetworkTestSupport
import Testing
import Training

@testable import TrainingLoop

/// What the checks before a training find, and what they do not blame.
@Suite struct SanityCheckTests {
  private static func report(
    _ yaml: String, _ data: DataSet = Rings.data(), backend: any TrainingBackend = Interpreted(),
    change: (inout [[Float]]) -> Void = { _ in }
  ) throws -> [SanityReport.Check] {
    let network = try Networks.of(yaml)
    var values = network.first(seed: network.training.seed)
    change(&values)
    let work = try network.work(data)
    return try SanityCheck(work, values, isFresh: true, backend: backend).run { _ in }.checks
  }

  @Test func aSoundNetworkPasses() throws {
    let checks = try Self.report(Rings.yaml)
    #expect(checks.map(\.name) == ["first loss", "few examples", "gradients"])
    #expect(checks.allSatisfy { $0.status == .passed && $0.remedy == nil }, "\(checks.map(\.finding))")
    #expect(checks[0].finding.contains("1.0986"))
    #expect(checks[1].finding.hasPrefix("all 32 examples right after "))
    #expect(checks[2].finding.hasPrefix("15 elements of 4 tensors"))
  }

  /// Dropout, penalties, schedules and augmentation are no hindrance to learning by heart.
  @Test func whatHindersIsOff() throws {
    let yaml =
      Rings.yaml.replacing("{p: 0.1}", with: "{p: 0.99}")
      + "\n  schedule: {exponential: 0.01}\n  regularization: {l2: 100}\n  max_norm: 0.01\n  class_weights: balanced"
    let checks = try Self.report(yaml)
    #expect(checks[1].status == .passed, "\(checks[1].finding)")
  }

  @Test func aRegressionIsJudgedByItsLoss() throws {
    let yaml = """
      layers:
        - Input: {shape: [null, 2]}
        - Dense: {name: h, num_units: 32, nonlinearity: tanh}
        - Dense: {name: out, num_units: 1, nonlinearity: null}
      train: {objective: squared_error, update: {adam: {learning_rate: 0.05}}, batch_size: 16, validation: none}
      """
    var data = Rings.data(count: 40)
    data.targets = [Examples(shape: [], count: 40, .floats((0..<40).map { Float($0 % 3) - 1 }))]
    let checks = try Self.report(yaml, data)
    #expect(checks.allSatisfy { $0.status == .passed }, "\(checks.map(\.finding))")
    #expect(checks[0].finding.contains("no value to compare") && checks[1].finding.contains("fell to a hundredth"))
  }

  @Test func aFirstLossFarFromChance() throws {
    let checks = try Self.report(Rings.yaml) { values in
      for index in values[2].indices { values[2][index] *= 100 }
    }
    #expect(checks[0].status == .failed)
    #expect(try #require(checks[0].remedy).contains("first weights"))
  }

  @Test func whatCannotBeLearntByHeart() throws {
    let slow = try Self.report(Rings.yaml.replacing("0.03", with: "1.0e-9"))
    #expect(slow[1].status == .failed && slow[1].finding.contains("after 1,000 steps on 32 examples"))
    #expect(try #require(slow[1].remedy).contains("learning rate"))
    // The same point in several classes.
    var data = Rings.data()
    data.inputs[0] = Examples(shape: [2], count: 100, .floats([Float](repeating: 0.5, count: 200)))
    #expect(try Self.report(Rings.yaml, data)[1].status == .failed)
  }

  /// A backend whose second gradient is a hundredth too large, but for the factor of what rounding does.
  @Test(arguments: [(1.05 as Float, SanityReport.Status.failed), (1.001 as Float, SanityReport.Status.passed)])
  func aWrongGradientIsFound(_ factor: Float, _ status: SanityReport.Status) throws {
    let checks = try Self.report(Rings.yaml, backend: Wrong(factor: factor))
    #expect(checks[2].status == status, "\(checks[2].finding)")
    if status == .failed { #expect(checks[2].finding.contains("hidden.b[")) }
  }

  @Test func whatIsTooLargeIsLeftOut() throws {
    let yaml = """
      layers:
        - Input: {shape: [null, 20000]}
        - Dense: {name: h, num_units: 20000}
        - Dense: {name: out, num_units: 3, nonlinearity: softmax}
      train: {batch_size: 1, validation: none}
      """
    let network = try Networks.of(yaml)
    #expect(GradientCheck.elements(macs: 4 * 400_000_000, tensors: network.weights.count) == 0)
    #expect(GradientCheck.elements(macs: 4 * 416_520, tensors: 10) == 4)
  }

  private struct Wrong: TrainingBackend {
    let factor: Float
    let inner = Interpreted()
    var mover: any ParameterMover { inner.mover }

    struct Step: TrainingStepRunner {
      let factor: Float
      let place: Int
      let inner: any TrainingStepRunner

      func run(inputs: [UnsafeBufferPointer<Float>], outputs: [UnsafeMutableBufferPointer<Float>]) throws {
        try inner.run(inputs: inputs, outputs: outputs)
        for index in outputs[place].indices { outputs[place][index] *= factor }
      }
    }

    func step(_ graph: TrainingGraph, constants: @escaping (String) -> [Float]) throws -> any TrainingStepRunner {
      Step(
        factor: factor, place: graph.gradientOutputs.lowerBound + 1, inner: try inner.step(graph, constants: constants))
    }

    func predictor(_ network: Network, parameters: @escaping (String) -> [Float]) throws -> any Predictor {
      try inner.predictor(network, parameters: parameters)
    }

    func predictor(_ graph: Graph, batch: Int, parameters: @escaping (String) -> [Float]) throws -> any Predictor {
      try inner.predictor(graph, batch: batch, parameters: parameters)
    }

    func exactly(_ graph: Graph, inputs: [[Double]], constants: @escaping (String) -> [Float]) throws -> [[Double]] {
      try inner.exactly(graph, inputs: inputs, constants: constants)
    }
  }
}

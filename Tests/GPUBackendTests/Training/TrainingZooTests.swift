import CPUBackend
import Compiler
import GPUBackend
import Glibc
import Layers
import NetIR
import NetworkTestSupport
import Runtime
import Testing
import TrainingLoop

@testable import Driver

/// A step of each network of `specs/` on the fake device against the `strict` plan for this CPU: the loss, predictions,
/// all gradients, all moments. Images are the smallest that a network takes. The larger ones run with `NETC_ZOO=all`.
@Suite struct TrainingZooTests {
  private static let mostParameters = getenv("NETC_ZOO") == nil ? 300_000 : .max
  private static let batch = 2

  static let names = Networks.specNames.filter { name in
    guard let network = try? Networks.spec(name), !network.trained.isEmpty else { return false }
    return network.weights.reduce(0) { $0 + $1.shape.elements } <= mostParameters
  }

  @Test func thereAreNetworks() { #expect(Self.names.count >= 8) }

  @Test(arguments: names)
  func agreesWithTheCPU(name: String) throws {
    let network = try ZooTests.small(name)
    let batch = network.fixedBatch ?? Self.batch
    let step = try TrainingGraph(of: network, batch: batch)
    let values = Dictionary(
      zip(network.weights.map(\.name), network.initialParameters(seed: 1)), uniquingKeysWith: { first, _ in first })
    var inputs = step.noise().map { $0.map(Float.init) }
    for (name, input) in zip(step.parameters, step.parameterInputs) { inputs[input] = values[name] ?? [] }
    let constants = { (name: String) in values[name] ?? [] }
    let device = GPUTraining(machine: try DeviceAgreement.machine.get(), host: Self.host)
    let wanted = try Self.outputs(Self.host.step(step, constants: constants), step, inputs)
    let found = try Self.outputs(device.step(step, constants: constants), step, inputs)
    for (output, (a, b)) in zip(found, wanted).enumerated() {
      let largest = b.reduce(0) { max($0, abs($1)) }
      let worst = zip(a, b).reduce(Float(0)) { worst, pair in
        let error = abs(pair.0 - pair.1)
        return error.isNaN ? .infinity : max(worst, error)
      }
      let name = step.graph[step.graph.outputs[output]].name
      #expect(worst <= 1e-4 * largest, "output \(output), \(name): off by \(worst) of \(largest)")
    }
  }

  private static var host: CPUTraining { CPUTraining(threads: 1, numerics: .strict) { _ in } }

  private static func outputs(_ runner: any TrainingStepRunner, _ step: TrainingGraph, _ inputs: [[Float]]) throws
    -> [[Float]]
  {
    let arrays = FloatArrays(inputs)
    let outputs = FloatArrays(counts: step.graph.outputs.map { step.graph[$0].shape.elements })
    try runner.run(inputs: arrays.read, outputs: outputs.written)
    return (0..<outputs.count).map { outputs.values($0) }
  }
}

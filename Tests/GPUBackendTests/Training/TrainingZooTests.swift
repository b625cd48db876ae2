import CPUBackend
import Compiler
import GPUBackend
import Layers
import NetIR
import NetworkTestSupport
import Runtime
import Testing
import TrainingLoop

@testable import Driver

/// A step of each network of `specs/` on the fake device against the `strict` plan for this CPU: the loss, predictions,
/// all gradients, all moments, within 1e-4 of the largest number of each; of a large network, where numbers that differ
/// in their last bits move the CPU's own results further than that, within four times as far, and 5 % at most. Images are
/// the smallest that a network takes. The larger ones run with `NETC_ZOO=all` or `NETC_ZOO=NAME,…`.
@Suite struct TrainingZooTests {
  private static let batch = 2
  /// As many parameters: such a network is in every run of the tests, and within 1e-4 whatever moves.
  private static let mostParameters = 300_000

  static let names = Networks.specNames.filter { name in
    guard let network = try? Networks.spec(name), !network.trained.isEmpty else { return false }
    return ZooTests.isWanted(network, named: name, mostParameters: mostParameters)
  }

  @Test func thereAreNetworks() { #expect(Self.names.count >= 8) }

  @Test(arguments: names)
  func agreesWithTheCPU(name: String) throws {
    let network = try ZooTests.small(name)
    let batch = try network.fixedBatch ?? max(Self.batch, Self.fewestExamples(network))
    let step = try TrainingGraph(of: network, batch: batch)
    let values = Dictionary(
      zip(network.weights.map(\.name), network.initialParameters(seed: 1)), uniquingKeysWith: { first, _ in first })
    var inputs = step.noise().map { $0.map(Float.init) }
    for (name, input) in zip(step.parameters, step.parameterInputs) { inputs[input] = values[name] ?? [] }
    let constants = { (name: String) in values[name] ?? [] }
    let device = GPUTraining(machine: try DeviceAgreement.machine.get(), host: Self.host)
    let host = try Self.host.step(step, constants: constants)
    let wanted = try Self.outputs(host, step, inputs)
    let found = try Self.outputs(device.step(step, constants: constants), step, inputs)
    let largest = wanted.map { $0.reduce(0) { max($0, abs($1)) } }
    var bounds = largest.map { 1e-4 * $0 }
    let worst = Self.differences(found, wanted)
    let isSmall = network.weights.reduce(0) { $0 + $1.shape.elements } <= Self.mostParameters
    if !isSmall, zip(worst, bounds).contains(where: { $0 > $1 }) {
      let moves = try Self.moves(of: wanted, host, step, inputs)
      for output in bounds.indices {
        bounds[output] = max(bounds[output], min(4 * moves[output], 0.05 * largest[output]))
      }
      let shares = zip(worst, largest).map { $1 == 0 ? 0 : $0 / $1 }
      let moved = zip(moves, largest).map { $1 == 0 ? 0 : $0 / $1 }
      print("\(name), batch \(batch): off by up to \(shares.max() ?? 0); the CPU moves by up to \(moved.max() ?? 0)")
    }
    for output in bounds.indices {
      let name = step.graph[step.graph.outputs[output]].name
      #expect(
        worst[output] <= bounds[output],
        "output \(output), \(name): off by \(worst[output]) of \(largest[output]), \(bounds[output]) may be")
    }
  }

  /// How far results of the CPU's own plan are moved by numbers that differ in their last bits. A rectifier that is all
  /// but at its corner, or a maximum of two numbers that are all but equal, lets a gradient through or does not: where
  /// there are millions of them, two right computations differ in some.
  private static func moves(
    of wanted: [[Float]], _ host: any TrainingStepRunner, _ step: TrainingGraph, _ inputs: [[Float]]
  ) throws -> [Float] {
    let real = Array(step.networkInputs) + Array(step.parameterInputs)
    var moves = [Float](repeating: 0, count: wanted.count)
    for seed in 1...4 as ClosedRange<UInt64> {
      var stream = RandomStream(seed: seed, name: "last bits")
      var other = inputs
      for input in real {
        other[input] = inputs[input].map { Float(Double($0) * (1 + 0x1p-22 * (2 * stream.uniform() - 1))) }
      }
      moves = zip(moves, differences(try outputs(host, step, other), wanted)).map { max($0, $1) }
    }
    return moves
  }

  /// The largest of each output; infinite where there are numbers that are none.
  private static func differences(_ a: [[Float]], _ b: [[Float]]) -> [Float] {
    zip(a, b).map { a, b in
      zip(a, b).reduce(Float(0)) { worst, pair in
        let error = abs(pair.0 - pair.1)
        return error.isNaN ? .infinity : max(worst, error)
      }
    }
  }

  /// As many that no moments are of fewer than 16 numbers: those of two tell nothing but which is larger.
  private static func fewestExamples(_ network: Network) throws -> Int {
    let graph = try network.lowered(batch: 1).graph
    let counts = graph.ids.compactMap { id -> Int? in
      guard case .batchNorm = graph[id].op else { return nil }
      return graph[id].shape.dropFirst(2).reduce(1, *)
    }
    return counts.min().map { (16 + $0 - 1) / $0 } ?? 0
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

import CPUBackend
import Compiler
import GPUBackend
import Layers
import NetIR
import NetworkTestSupport
import Runtime
import Testing

/// Networks of `specs/` through the whole GPU backend, on the fake device, against the plan for this CPU.
@Suite struct ZooTests {
  /// Multiplications of an example: the fake device has one thread.
  private static let small = 80e6

  static let names = Networks.specNames.filter { name in
    guard let network = try? Networks.spec(name), let graph = try? network.lowered(batch: 1).graph else { return false }
    return graph.nodes.reduce(0) { sum, node in
      sum + Double(node.op.work(node.operands.map { graph[$0].shape }, result: node.shape).macs)
    } <= small
  }

  @Test func thereAreNetworks() { #expect(Self.names.count >= 12) }

  @Test(arguments: names)
  func agreesWithTheCPU(name: String) throws {
    let network = try Networks.spec(name)
    let batch = network.fixedBatch ?? 1
    let agreement = try DeviceAgreement(network.lowered(batch: batch).graph) { inputs in
      try Self.cpu(network, batch, inputs).map { $0.map(Double.init) }
    }
    let executable = try agreement.check(batch: batch, tolerance: 1e-4)
    #expect(executable.plan.steps.allSatisfy { $0.op != .copy }, "layouts are strides: nothing is converted")
  }

  private static func cpu(_ network: Network, _ batch: Int, _ inputs: [[Float]]) throws -> [[Float]] {
    let options = CompileOptions(
      batch: batch, numerics: .strict, target: HostCPU.current.target, catalogue: KernelTable.catalogue)
    let compiled = try #require(try Pipeline.compile(try network.lowered(batch: batch).graph, options))
    let evaluator = ConstantEvaluator(compiled.portable, parameter: NoiseWeights.values)
    let constants = try WeightPacking(compiled.plan).packed {
      try evaluator.value(of: compiled.plan.constants[$0].source)
    }
    let executable = try CPUExecutable(compiled.plan, constants: constants, pool: ThreadPool(threads: 1))
    return executable.run(examples: batch, inputs: inputs)
  }
}

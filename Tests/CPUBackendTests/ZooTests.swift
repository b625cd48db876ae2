import CPUBackend
import Compiler
import Layers
import NetIR
import NetworkTestSupport
import Testing

/// Every network of `specs/`, found by listing the folder: what the compiler makes of it computes what it says.
@Suite struct ZooTests {
  /// Multiplications of an example up to which the interpreter works for batches as well.
  private static let small = 70e6

  /// Networks small enough for the kernels of slower CPUs.
  static let selection = [
    "digits", "keypoints", "lenet", "lenet-caffe", "mnist", "cifar10-quick", "resnet20", "nolearn1", "squeezenet",
    "mobilenetv2",
  ]

  private static let otherTargets = Agreement.targets.filter { $0 != HostCPU.current.target.name }

  @Test func thereAreSpecs() {
    #expect(Networks.specNames.count >= 37)
    #expect(Set(Self.selection).isSubset(of: Networks.specNames))
  }

  @Test(arguments: Networks.specNames)
  func onThisMachine(name: String) throws {
    let network = try Networks.spec(name)
    let target = HostCPU.current.target
    let batch = network.fixedBatch ?? 1
    let plan = try check(network, batch: batch, on: target)
    guard network.fixedBatch == nil else { return }
    if try multiplications(network) <= Self.small {
      try check(network, batch: 3, on: target)
    } else {
      try check(network, batch: 3, on: target, against: plan)
    }
  }

  @Test(arguments: selection, otherTargets)
  func onOtherTargets(name: String, target: String) throws {
    let network = try Networks.spec(name)
    let target = try #require(TargetDescription.named(target))
    try check(network, batch: 1, on: target)
    if try multiplications(network) <= Self.small { try check(network, batch: 3, on: target) }
  }

  /// Against the interpreter.
  @discardableResult
  private func check(_ network: Network, batch: Int, on target: TargetDescription) throws -> Agreement.Compiled {
    let isSmall = try multiplications(network) <= Self.small
    let agreement = try Agreement(network, batch: batch)
    return try agreement.check(on: target, batch: batch, tolerance: isSmall ? Agreement.shallow : Agreement.deep)
  }

  /// Against the plan for one example.
  private func check(
    _ network: Network, batch: Int, on target: TargetDescription, against single: Agreement.Compiled
  ) throws {
    let executable = try CPUExecutable(single.plan, constants: single.constants, pool: Agreement.pools[0])
    let agreement = try Agreement(network.lowered(batch: batch).graph) { inputs in
      var wanted = [[Double]](repeating: [], count: single.plan.outputs.count)
      for example in 0..<batch {
        let part = inputs.map { values in
          Array(values[values.count / batch * example..<values.count / batch * (example + 1)])
        }
        for (index, values) in executable.run(examples: 1, inputs: part).enumerated() {
          wanted[index] += values.map(Double.init)
        }
      }
      return wanted
    }
    let found = try agreement.results(
      of: agreement.compiled(for: target, batch: batch), pool: Agreement.pools[1], allParallel: true)
    agreement.check(found, tolerance: Agreement.deep)
  }

  private func multiplications(_ network: Network) throws -> Double {
    let graph = try network.lowered(batch: 1).graph
    return graph.nodes.reduce(0) { sum, node in
      sum + Double(node.op.work(node.operands.map { graph[$0].shape }, result: node.shape).macs)
    }
  }
}

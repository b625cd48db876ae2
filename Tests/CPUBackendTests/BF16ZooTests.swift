import CPUBackend
import Compiler
import Layers
import NetIR
import NetworkTestSupport
import Testing

/// Every network of `specs/` with precision bf16: its logits are within 2 % of what they should be.
@Suite struct BF16ZooTests {
  /// Of the largest logit.
  private static let tolerance = 2e-2
  /// Multiplications up to which the interpreter is the judge; beyond, it is the fp32 plan, which others hold against
  /// the interpreter.
  private static let small = 70e6

  private static let otherTargets = Agreement.targets.filter { $0 != HostCPU.current.target.name }

  @Test(arguments: Networks.specNames)
  func onThisMachine(name: String) throws {
    let network = try Networks.spec(name)
    try check(network, batch: network.fixedBatch ?? 1, on: HostCPU.current.target)
  }

  @Test(arguments: ["digits", "lenet", "mnist", "resnet20", "squeezenet", "mobilenetv2"], otherTargets)
  func onOtherTargets(name: String, target: String) throws {
    try check(try Networks.spec(name), batch: 1, on: try #require(TargetDescription.named(target)))
  }

  @Test(arguments: ["lenet", "mnist", "resnet20"])
  func batches(name: String) throws {
    try check(try Networks.spec(name), batch: 3, on: HostCPU.current.target)
  }

  private func check(_ network: Network, batch: Int, on target: TargetDescription) throws {
    let graph = try logits(of: network.lowered(batch: batch).graph)
    let multiplications = graph.nodes.reduce(0) { sum, node in
      sum + Double(node.op.work(node.operands.map { graph[$0].shape }, result: node.shape).macs)
    }
    var agreement =
      multiplications <= Self.small
      ? try Agreement(graph)
      : try Agreement(graph) { inputs in
        let plain = Agreement(graph: graph, inputs: inputs, wanted: [])
        let compiled = try plain.compiled(for: target, batch: batch)
        return try plain.results(of: compiled, pool: Agreement.pools[1], allParallel: false).map {
          $0.map(Double.init)
        }
      }
    agreement.precision = .bf16
    let compiled = try agreement.check(on: target, batch: batch, tolerance: Self.tolerance)
    // Whatever multiplies does so in bf16.
    for step in compiled.plan.steps where [.conv2D, .dense].contains(step.op.kernelOp) {
      #expect(KernelTable.catalogue[step.kernel]?.storage == .bfloat16, "\(step.name): \(step.kernel)")
    }
    #expect((compiled.plan.inputs + compiled.plan.outputs).allSatisfy { $0.layout == .plain })
  }

  /// The network without the softmax at its end: probabilities of many classes would hide what differs.
  private func logits(of graph: Graph) -> Graph {
    var graph = graph
    graph.outputs = graph.outputs.map { output in
      if case .softmax = graph[output].op { graph[output].operands[0] } else { output }
    }
    return graph
  }
}

extension Agreement {
  fileprivate init(graph: Graph, inputs: [[Float]], wanted: [[Double]]) {
    (self.graph, self.inputs, self.wanted) = (graph, inputs, wanted)
  }
}

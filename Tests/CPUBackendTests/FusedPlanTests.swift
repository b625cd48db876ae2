import CPUBackend
import Compiler
import NetIR
import NetworkTestSupport
import Testing

/// What the compiler makes of a network computes what the network says.
@Suite struct FusedPlanTests {
  @Test(arguments: LayerNets.all, Agreement.targets)
  func everyLayerAndOption(net: LayerNets.Net, target: String) throws {
    let target = try #require(TargetDescription.named(target))
    let network = try Networks.of(net.yaml, name: net.name)
    for batch in [1, 3] { try Agreement(network, batch: batch).check(on: target, batch: batch) }
  }

  @Test(arguments: ElementwiseKind.allCases, Agreement.targets)
  func everyWayToCombine(kind: ElementwiseKind, target: String) throws {
    let target = try #require(TargetDescription.named(target))
    for shape in [[3, 5, 4, 7], [3, 11], [3, 2, 9]] {
      var graph = Graph(name: "\(kind)")
      let inputs = try (0..<3).map { try graph.add(.input(index: $0, shape: shape), name: "x\($0)") }
      let attributes = ElementwiseAttributes(kind: kind)
      graph.outputs = [try graph.add(.elementwise(attributes, .linear), inputs, name: "y")]
      try Agreement(graph).check(on: target, batch: 3)
    }
  }
}

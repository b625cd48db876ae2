import CPUBackend
import Compiler
import NetIR
import NetworkTestSupport
import Testing

/// Layers that are made of several primitive ops compute what their definition says: in the interpreter, and as
/// plans for each target.
@Suite struct LayerDefinitionTests {
  @Test(
    arguments: LayerDefinition.convolutions + LayerDefinition.pooling + LayerDefinition.norms + LayerDefinition.joins)
  func computesItsDefinition(_ test: LayerDefinition) throws {
    let network = try Networks.of(test.yaml)
    let layer = try #require(network.layers.last)
    #expect(layer.shape.map { $0 ?? 2 } == test.result)
    let shapes = layer.weights.map { ($0.suffix, $0.shape) }
    #expect(Dictionary(shapes, uniquingKeysWith: { first, _ in first }) == test.weights)
    let agreement = try Agreement(network, batch: 2)
    let wanted = test.naive(agreement.inputs).values
    let found = agreement.wanted[0]
    #expect(found.count == wanted.count && !found.isEmpty)
    for (a, b) in zip(found, wanted) { #expect(abs(a - b) <= 1e-9 * (1 + abs(b))) }
    for name in Agreement.targets {
      let target = try #require(TargetDescription.named(name))
      try agreement.check(on: target, batch: 2)
    }
  }
}

import Layers
import NetIR
import Testing

struct NetworkTests {
  @Test func eachLayerKnowsItsNodes() throws {
    let network = try Checked(layers: [
      "Input: {shape: [null, 1, 8, 8]}", "Conv2D: {num_filters: 2, filter_size: 3}", "Dropout",
      "Dense: {num_units: 3, nonlinearity: softmax}",
    ]).good()
    let (graph, nodes) = try network.lowered(batch: 5)
    try graph.verify()
    let words = nodes.map { range in graph.nodes[range].map(\.op.name) }
    #expect(
      words == [
        ["input"], ["constant", "constant", "conv2d", "activation"], ["dropout"],
        ["reshape", "constant", "constant", "dense", "softmax"],
      ])
    #expect(graph.nodes.last?.shape == [5, 3])
  }

  @Test func theBatchOfTheSpec() throws {
    #expect(try Checked("Dropout", on: "[null, 4]").good().fixedBatch == nil)
    #expect(try Checked("Dropout", on: "[7, 4]").good().fixedBatch == 7)
  }

  @Test func weightsAreListedInOrder() throws {
    let network = try Checked(layers: [
      "Input: {shape: [null, 4]}", "Dense: {name: b, num_units: 3}", "BatchNorm: {name: a}",
    ]).good()
    #expect(network.weights.map(\.name) == ["b.W", "b.b", "a.gamma", "a.beta", "a.mean", "a.var"])
    #expect(network.weights.filter { $0.role == .state }.map(\.name) == ["a.mean", "a.var"])
    #expect(network.parameterCount == 12 + 3 + 6)
  }
}

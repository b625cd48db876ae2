import Layers
import NetIR
import Testing

struct FlattenTests {
  @Test(
    arguments: [
      ("", "[null, 3, 5, 4]", [nil, 60], ["reshape"]),
      ("outdim: 3", "[null, 3, 5, 4]", [nil, 3, 20], ["reshape"]),
      ("outdim: 4", "[null, 3, 5, 4]", [nil, 3, 5, 4], []),
      ("", "[null, 60]", [nil, 60], []), ("outdim: 1", "[3, 60]", [180], ["reshape"]),
    ] as [(String, String, LayerShape, [String])])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape, _ ops: [String]) throws {
    let built = try Built("Flatten: {\(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.ops.map(\.name) == ops)
  }

  @Test func aFreeBatchCanBeJoined() throws {
    let network = try Checked("Flatten: {outdim: 1}", on: "[null, 60]").good()
    #expect(network.layers.last?.shape == [nil])
    let (graph, _) = try network.lowered(batch: 2)
    #expect(graph.nodes.last?.shape == [120])
  }

  @Test func cannotMakeAxes() {
    #expect(Checked("Flatten: {outdim: 3}", on: "[null, 60]").marks == ["N0201 3"])
    #expect(Checked("Flatten: {outdim: 0}", on: "[null, 60]").marks == ["N0106 0"])
  }
}

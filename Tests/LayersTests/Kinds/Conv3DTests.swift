import Layers
import NetIR
import Testing

struct Conv3DTests {
  @Test(
    arguments: [
      ("num_filters: 8, filter_size: 3", "[null, 4, 5, 6, 7]", [nil, 8, 3, 4, 5], ["W 8×4×3×3×3", "b 8"]),
      (
        "num_filters: 8, filter_size: [1, 2, 3], stride: [2, 1, 1], pad: same", "[null, 4, 5, 6, 7]",
        [nil, 8, 3, 6, 7], ["W 8×4×1×2×3", "b 8"]
      ),
      (
        "num_filters: 8, filter_size: 3, pad: [1, 0, [2, 0]], num_groups: 4", "[null, 4, 5, 6, 7]", [nil, 8, 5, 4, 7],
        ["W 8×1×3×3×3", "b 8"]
      ),
    ] as [(String, String, LayerShape, [String])])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape, _ weights: [String]) throws {
    let built = try Built("Conv3D: {\(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.weights == weights)
  }

  @Test(
    arguments: [
      ("num_filters: 8, filter_size: [6, 1, 1]", "[null, 4, 5, 6, 7]", "N0203 [6, 1, 1]"),
      ("num_filters: 8, filter_size: 3", "[null, 4, 5, 6]", "N0201 Conv3D"),
      ("num_filters: 8, filter_size: [3, 3]", "[null, 4, 5, 6, 7]", "N0105 [3, 3]"),
      ("num_filters: 8, filter_size: 3, pad: [1, 1]", "[null, 4, 5, 6, 7]", "N0105 [1, 1]"),
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("Conv3D: {\(parameters)}", on: input).marks == [mark])
  }

  @Test func theAxisIsNamed() throws {
    let checked = Checked("Conv3D: {num_filters: 8, filter_size: [6, 1, 1]}", on: "[null, 4, 5, 6, 7]")
    let diagnostic = try checked.only()
    #expect(diagnostic.message == "filter 6×1×1 does not fit the 5×6×7 input of `conv3d1`")
    #expect(diagnostic.notes.first?.hasPrefix("depth: ") == true)
  }

  /// MACs are those of the definition: results × channels × taps.
  @Test func macs() throws {
    let network = try Checked("Conv3D: {num_filters: 8, filter_size: 3, pad: same}", on: "[null, 4, 5, 6, 7]").good()
    let graph = try network.lowered(batch: 2).graph
    let work = graph.nodes.map { node in node.op.work(node.operands.map { graph[$0].shape }, result: node.shape) }
    let macs = work.reduce(0) { $0 + $1.macs }
    #expect(macs == 362_880)
  }
}

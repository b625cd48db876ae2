import Layers
import NetIR
import Testing

struct ReshapeTests {
  @Test(
    arguments: [
      ("[[0], 3, 4]", "[null, 12]", [nil, 3, 4]), ("[[0], -1]", "[null, 3, 4]", [nil, 12]),
      ("[[0], -1, 2]", "[null, 3, 4]", [nil, 6, 2]), ("[[0], [2], [1]]", "[null, 3, 4]", [nil, 4, 3]),
      ("[[0], [1], 2, -1]", "[null, 3, 4]", [nil, 3, 2, 2]), ("[3, 12]", "[3, 3, 4]", [3, 12]),
      ("[-1, 4]", "[3, 3, 4]", [9, 4]), ("[4, [0], -1]", "[3, 12]", [4, 3, 3]),
      ("[[0], [0], -1]", "[3, 12]", [3, 3, 4]), ("[-1]", "[3, 12]", [36]),
    ] as [(String, String, LayerShape)])
  func shapes(_ text: String, _ input: String, _ shape: LayerShape) throws {
    let built = try Built("Reshape: {shape: \(text)}", on: input)
    #expect(built.shape == shape)
    #expect(built.ops == [.reshape(shape: shape.withBatch(3))])
    #expect(built.weights.isEmpty)
  }

  /// With a -1 in front the result has as many rows as the batch makes.
  @Test func aFreeBatchMayDisappear() throws {
    let network = try Checked("Reshape: {shape: [-1, 4]}", on: "[null, 3, 4]").good()
    #expect(network.layers.last?.shape == [nil, 4])
    #expect(try network.lowered(batch: 2).graph.nodes.last?.shape == [6, 4])
  }

  @Test(
    arguments: [
      ("[[0], 5]", "[null, 12]", "N0206 [[0], 5]"), ("[[0], -1, 5]", "[null, 12]", "N0206 [[0], -1, 5]"),
      ("[12]", "[null, 12]", "N0206 [12]"), ("[[0], [3]]", "[null, 12]", "N0211 [[0], [3]]"),
      ("[4, -1]", "[null, 12]", "N0202 [4, -1]"), ("[12, [0]]", "[null, 12]", "N0202 [12, [0]]"),
      ("[[0], [0], -1]", "[null, 12]", "N0202 [[0], [0], -1]"), ("[-1, -1]", "[null, 12]", "N0106 [-1, -1]"),
      ("[[0], 0]", "[null, 12]", "N0106 0"), ("12", "[null, 12]", "N0105 12"), ("[]", "[null, 12]", "N0105 []"),
      ("[[0, 1], 2]", "[null, 12]", "N0105 [0, 1]"), ("[[-1], 2]", "[null, 12]", "N0105 [-1]"),
      ("[[0], a]", "[null, 12]", "N0105 a"),
      (
        "[[0], 16777216, 16777216, 16777216]", "[null, 12]", "N0206 [[0], 16777216, 16777216, 16777216]"
      ),
    ])
  func refuses(_ text: String, _ input: String, _ mark: String) {
    #expect(Checked("Reshape: {shape: \(text)}", on: input).marks == [mark])
  }
}

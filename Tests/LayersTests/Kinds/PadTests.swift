import Layers
import NetIR
import Testing

struct PadTests {
  @Test(
    arguments: [
      ("width: 2", "[null, 3, 5, 4]", [nil, 3, 9, 8], [0, 0, 2, 2], [0, 0, 2, 2]),
      ("width: [1, 2]", "[null, 3, 5, 4]", [nil, 3, 7, 8], [0, 0, 1, 2], [0, 0, 1, 2]),
      ("width: [[1, 0], 2]", "[null, 3, 5, 4]", [nil, 3, 6, 8], [0, 0, 1, 2], [0, 0, 0, 2]),
      ("width: [[0, 1], [2, 3]]", "[null, 3, 5, 4]", [nil, 3, 6, 9], [0, 0, 0, 2], [0, 0, 1, 3]),
      ("width: [[0, 1]]", "[null, 3, 5, 4]", [nil, 3, 6, 5], [0, 0, 0, 0], [0, 0, 1, 1]),
      ("width: 1, batch_ndim: 1", "[null, 3]", [nil, 5], [0, 1], [0, 1]),
      ("width: 0", "[null, 3, 5, 4]", [nil, 3, 5, 4], [0, 0, 0, 0], [0, 0, 0, 0]),
    ] as [(String, String, LayerShape, [Int], [Int])])
  func shapes(
    _ parameters: String, _ input: String, _ shape: LayerShape, _ before: [Int], _ after: [Int]
  ) throws {
    let built = try Built("Pad: {\(parameters), value: 0.5}", on: input)
    #expect(built.shape == shape)
    #expect(built.ops == [.pad(PadAttributes(before: before, after: after, value: 0.5))])
  }

  @Test(
    arguments: [
      ("width: 1", "[null, 3]", "N0211 Pad"), ("width: 1, batch_ndim: 2", "[null, 3]", "N0211 2"),
      ("width: [1, 2, 3]", "[null, 3, 5, 4]", "N0211 [1, 2, 3]"), ("width: -1", "[null, 3, 5, 4]", "N0106 -1"),
      ("width: [[1, 2, 3], 1]", "[null, 3, 5, 4]", "N0105 [1, 2, 3]"), ("width: []", "[null, 3, 5, 4]", "N0105 []"),
      ("width: wide", "[null, 3, 5, 4]", "N0105 wide"), ("width: 1, value: x", "[null, 3, 5, 4]", "N0105 x"),
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("Pad: {\(parameters)}", on: input).marks == [mark])
  }
}

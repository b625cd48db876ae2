import Layers
import NetIR
import Testing

struct DimshuffleTests {
  @Test(
    arguments: [
      ("pattern: [0, 2, 3, 1]", "[null, 8, 3, 4]", [nil, 3, 4, 8], []),
      ("pattern: [0, x, 1]", "[null, 8]", [nil, 1, 8], []),
      ("pattern: [0, 2]", "[null, 1, 8]", [nil, 8], []),
      ("pattern: [1, 0]", "[3, 8]", [8, 3], []),
    ] as [(String, String, LayerShape, [String])])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape, _ weights: [String]) throws {
    let built = try Built("Dimshuffle: {\(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.weights == weights)
  }

  @Test(
    arguments: [
      ("pattern: [1, 0]", "[null, 8]", "N0202 [1, 0]"),
      ("pattern: [0]", "[null, 8]", "N0211 [0]"),
      ("pattern: [0, 1, 1]", "[null, 8]", "N0211 [0, 1, 1]"),
      ("pattern: [0, 1, 2]", "[null, 8]", "N0211 [0, 1, 2]"),
      ("pattern: [0, y]", "[null, 8]", "N0105 y"),
      ("pattern: []", "[null, 8]", "N0105 []"),
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("Dimshuffle: {\(parameters)}", on: input).marks == [mark])
  }

  @Test func nothingMovesWhereOneSuffices() throws {
    #expect(try Built("Dimshuffle: {pattern: [0, x, 1, 3]}", on: "[null, 8, 1, 4]").ops.map(\.name) == ["reshape"])
  }
}

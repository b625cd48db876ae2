import Layers
import NetIR
import Testing

struct SliceTests {
  @Test(
    arguments: [
      ("indices: 2", "[null, 8, 3]", [nil, 8], []),
      ("indices: 2, axis: 1", "[null, 8, 3]", [nil, 3], []),
      ("indices: '2:7:2', axis: 1", "[null, 8, 3]", [nil, 3, 3], []),
      ("indices: ':-3', axis: 1", "[null, 8, 3]", [nil, 5, 3], []),
      ("indices: '::-1'", "[null, 8]", [nil, 8], []),
      ("indices: '5:1:-3'", "[null, 8]", [nil, 2], []),
      ("indices: '-100:100'", "[null, 8]", [nil, 8], []),
    ] as [(String, String, LayerShape, [String])])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape, _ weights: [String]) throws {
    let built = try Built("Slice: {\(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.weights == weights)
  }

  @Test(
    arguments: [
      ("indices: 3", "[null, 8, 3]", "N0106 3"),
      ("indices: -4", "[null, 8, 3]", "N0106 -4"),
      ("indices: '3:1'", "[null, 8]", "N0106 '3:1'"),
      ("indices: '1:2:0'", "[null, 8]", "N0105 '1:2:0'"),
      ("indices: 'a:b'", "[null, 8]", "N0105 'a:b'"),
      ("indices: 0, axis: 0", "[null, 8]", "N0202 0"),
      ("indices: 0, axis: 3", "[null, 8]", "N0211 3"),
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("Slice: {\(parameters)}", on: input).marks == [mark])
  }
}

import Layers
import NetIR
import Testing

struct SpatialDropoutTests {
  @Test(
    arguments: [
      ("p: 0.2", "[null, 8, 3]", [nil, 8, 3], [])
    ] as [(String, String, LayerShape, [String])])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape, _ weights: [String]) throws {
    let built = try Built("SpatialDropout: {\(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.weights == weights)
    #expect(built.ops == [.dropout(probability: 0.2, sharedAxes: [2])])
  }

  @Test(
    arguments: [
      ("p: 1", "[null, 8, 3]", "N0106 1"),
      ("", "[null, 8]", "N0201 SpatialDropout"),
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("SpatialDropout: {\(parameters)}", on: input).marks == [mark])
  }
}

import Layers
import NetIR
import Testing

struct FeaturePoolTests {
  @Test(
    arguments: [
      ("pool_size: 2", "[null, 8, 5, 6]", [nil, 4, 5, 6], []),
      ("pool_size: 3, axis: -1", "[null, 8, 5, 6]", [nil, 8, 5, 2], []),
      ("pool_size: 8", "[null, 8]", [nil, 1], []),
    ] as [(String, String, LayerShape, [String])])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape, _ weights: [String]) throws {
    let built = try Built("FeaturePool: {\(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.weights == weights)
  }

  @Test(
    arguments: [
      ("pool_size: 3", "[null, 8]", "N0205 3"),
      ("pool_size: 2, axis: 4", "[null, 8]", "N0211 4"),
      ("pool_size: 2, axis: 0", "[null, 8]", "N0202 0"),
      ("pool_size: 2, mode: min", "[null, 8]", "N0106 min"),
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("FeaturePool: {\(parameters)}", on: input).marks == [mark])
  }
}

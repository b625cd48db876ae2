import Layers
import NetIR
import Testing

struct BiasTests {
  @Test(
    arguments: [
      ("", "[null, 8, 3, 4]", [nil, 8, 3, 4], ["b 8"]),
      ("shared_axes: [0]", "[null, 8, 3]", [nil, 8, 3], ["b 8×3"]),
      ("shared_axes: [0, 1, 2]", "[null, 8, 3]", [nil, 8, 3], ["b 1"]),
      ("shared_axes: [0, 2, 2]", "[null, 8, 3]", [nil, 8, 3], ["b 8"]),
    ] as [(String, String, LayerShape, [String])])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape, _ weights: [String]) throws {
    let built = try Built("Bias: {\(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.weights == weights)
  }

  @Test(
    arguments: [
      ("shared_axes: [1]", "[null, 8]", "N0202 [1]"),
      ("shared_axes: [0, 3]", "[null, 8]", "N0211 [0, 3]"),
      ("shared_axes: all", "[null, 8]", "N0105 all"),
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("Bias: {\(parameters)}", on: input).marks == [mark])
  }
}

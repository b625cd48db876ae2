import Layers
import NetIR
import Testing

struct NINTests {
  @Test(
    arguments: [
      ("num_units: 8", "[null, 4, 5, 6]", [nil, 8, 5, 6], ["W 8×4", "b 8"]),
      ("num_units: 8, untie_biases: true", "[null, 4, 5]", [nil, 8, 5], ["W 8×4", "b 8×5"]),
      ("num_units: 8, b: null", "[null, 4]", [nil, 8], ["W 8×4"]),
      ("num_units: 8", "[null, 4, 2, 3, 5]", [nil, 8, 2, 3, 5], ["W 8×4", "b 8"]),
    ] as [(String, String, LayerShape, [String])])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape, _ weights: [String]) throws {
    let built = try Built("NIN: {\(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.weights == weights)
  }

  @Test(
    arguments: [
      ("num_units: 0", "[null, 4]", "N0106 0")
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("NIN: {\(parameters)}", on: input).marks == [mark])
  }
}

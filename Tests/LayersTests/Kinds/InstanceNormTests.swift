import Layers
import NetIR
import Testing

struct InstanceNormTests {
  @Test(
    arguments: [
      ("", "[null, 8, 3, 4]", [nil, 8, 3, 4], ["gamma 8", "beta 8"]),
      ("axes: [1, 3]", "[null, 8, 3, 4]", [nil, 8, 3, 4], ["gamma 8", "beta 8"]),
    ] as [(String, String, LayerShape, [String])])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape, _ weights: [String]) throws {
    let built = try Built("InstanceNorm: {\(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.weights == weights)
  }

  @Test(
    arguments: [
      ("axes: [0]", "[null, 8, 3, 4]", "N0211 [0]"),
      ("axes: [1, 4]", "[null, 8, 3, 4]", "N0211 [1, 4]"),
      ("axes: spatil", "[null, 8, 3, 4]", "N0106 spatil"),
      ("epsilon: 0", "[null, 8, 3, 4]", "N0106 0"),
      ("axes: spatial", "[null, 8]", "N0201 spatial"),
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("InstanceNorm: {\(parameters)}", on: input).marks == [mark])
  }
}

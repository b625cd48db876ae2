import Layers
import NetIR
import Testing

struct MaxPool3DTests {
  @Test(
    arguments: [
      ("pool_size: 2", "[null, 4, 6, 8, 4]", [nil, 4, 3, 4, 2], []),
      ("pool_size: [1, 3, 3], stride: [1, 2, 2], pad: [0, 1, 1]", "[null, 4, 5, 7, 9]", [nil, 4, 5, 4, 5], []),
    ] as [(String, String, LayerShape, [String])])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape, _ weights: [String]) throws {
    let built = try Built("MaxPool3D: {\(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.weights == weights)
  }

  @Test(
    arguments: [
      ("pool_size: [7, 1, 1]", "[null, 4, 6, 7, 8]", "N0204 [7, 1, 1]"),
      ("pool_size: 2", "[null, 4, 6, 7]", "N0201 MaxPool3D"),
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("MaxPool3D: {\(parameters)}", on: input).marks == [mark])
  }
}

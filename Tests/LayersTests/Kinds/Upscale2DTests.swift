import Layers
import NetIR
import Testing

struct Upscale2DTests {
  @Test(
    arguments: [
      ("scale_factor: 2", "[null, 8, 3, 4]", [nil, 8, 6, 8], []),
      ("scale_factor: [1, 3], mode: dilate", "[null, 8, 3, 4]", [nil, 8, 3, 12], []),
      ("scale_factor: 4, mode: bilinear", "[null, 8, 3, 4]", [nil, 8, 12, 16], []),
    ] as [(String, String, LayerShape, [String])])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape, _ weights: [String]) throws {
    let built = try Built("Upscale2D: {\(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.weights == weights)
  }

  @Test(
    arguments: [
      ("scale_factor: 2", "[null, 8]", "N0201 Upscale2D"),
      ("scale_factor: 0", "[null, 8, 2, 2]", "N0106 0"),
      ("scale_factor: 2, mode: cubic", "[null, 8, 2, 2]", "N0106 cubic"),
      ("scale_factor: 16777216", "[null, 1, 16777216, 1]", "N0209 Upscale2D"),
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("Upscale2D: {\(parameters)}", on: input).marks == [mark])
  }
}

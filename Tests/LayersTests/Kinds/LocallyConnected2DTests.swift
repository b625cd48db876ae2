import Layers
import NetIR
import Testing

struct LocallyConnected2DTests {
  @Test(
    arguments: [
      ("num_filters: 8, filter_size: 3", "[null, 4, 5, 6]", [nil, 8, 5, 6], ["W 8×4×3×3×5×6", "b 8"]),
      (
        "num_filters: 4, filter_size: 3, channelwise: true, untie_biases: true", "[null, 4, 5, 6]", [nil, 4, 5, 6],
        ["W 4×3×3×5×6", "b 4×5×6"]
      ),
      (
        "num_filters: 8, filter_size: 2, stride: 2, pad: 0, b: null", "[null, 4, 6, 6]", [nil, 8, 3, 3],
        ["W 8×4×2×2×3×3"]
      ),
    ] as [(String, String, LayerShape, [String])])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape, _ weights: [String]) throws {
    let built = try Built("LocallyConnected2D: {\(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.weights == weights)
  }

  @Test(
    arguments: [
      ("num_filters: 8, filter_size: 3, channelwise: true", "[null, 4, 5, 6]", "N0205 8"),
      ("num_filters: 8, filter_size: 9, pad: 0", "[null, 4, 5, 6]", "N0203 9"),
      ("num_filters: 8, filter_size: 3", "[null, 4]", "N0201 LocallyConnected2D"),
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("LocallyConnected2D: {\(parameters)}", on: input).marks == [mark])
  }

  /// The fans of the convolution with the same window, not those of a tensor that counts pixels as well.
  @Test func fans() throws {
    let built = try Built("LocallyConnected2D: {num_filters: 8, filter_size: 3}", on: "[null, 4, 5, 6]")
    #expect(built.layer.weights.first?.fanShape == [8, 4, 3, 3])
  }
}

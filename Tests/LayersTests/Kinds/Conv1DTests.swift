import Layers
import NetIR
import Testing

struct Conv1DTests {
  @Test(
    arguments: [
      ("num_filters: 8, filter_size: 3", "[null, 4, 20]", [nil, 8, 18], ["W 8×4×3", "b 8"]),
      (
        "num_filters: 8, filter_size: 4, stride: 3, pad: same, num_groups: 2", "[null, 4, 20]", [nil, 8, 7],
        ["W 8×2×4", "b 8"]
      ),
      (
        "num_filters: 8, filter_size: 3, pad: [[2, 0]], dilation: 4", "[null, 4, 20]", [nil, 8, 14], ["W 8×4×3", "b 8"]
      ),
      ("num_filters: 8, filter_size: [5], pad: full, b: null", "[null, 4, 20]", [nil, 8, 24], ["W 8×4×5"]),
      ("num_filters: 8, filter_size: 3, untie_biases: true", "[null, 4, 20]", [nil, 8, 18], ["W 8×4×3", "b 8×18"]),
      (
        "num_filters: 8, filter_size: 3, stride: 2, pad: same_upper", "[null, 4, 20]", [nil, 8, 10], ["W 8×4×3", "b 8"]
      ),
    ] as [(String, String, LayerShape, [String])])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape, _ weights: [String]) throws {
    let built = try Built("Conv1D: {\(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.weights == weights)
  }

  @Test(
    arguments: [
      ("num_filters: 8, filter_size: 9", "[null, 4, 8]", "N0203 9"),
      ("num_filters: 8, filter_size: 3, dilation: 5", "[null, 4, 8]", "N0203 3"),
      ("num_filters: 8, filter_size: 3", "[null, 4, 8, 8]", "N0201 Conv1D"),
      ("num_filters: 8, filter_size: 3", "[null, 4]", "N0201 Conv1D"),
      ("num_filters: 8, filter_size: 3, num_groups: 3", "[null, 4, 8]", "N0205 3"),
      ("num_filters: 8, filter_size: [3, 3]", "[null, 4, 8]", "N0105 [3, 3]"),
      ("num_filters: 8, filter_size: 3, pad: [1, 1]", "[null, 4, 8]", "N0105 [1, 1]"),
      ("num_filters: 8, filter_size: 3, pad: smae", "[null, 4, 8]", "N0106 smae"),
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("Conv1D: {\(parameters)}", on: input).marks == [mark])
  }

  @Test func theArithmeticIsShown() throws {
    let diagnostic = try Checked("Conv1D: {num_filters: 8, filter_size: 9}", on: "[null, 4, 8]").only()
    #expect(diagnostic.message == "filter 9 does not fit the 8 input of `conv1d1`")
    #expect(diagnostic.notes.first?.hasPrefix("length: ") == true)
  }
}

import Layers
import NetIR
import Testing

/// Bias, Scale and ParametricRectifier.
struct LearnedPerAxisTests {
  static let layers = [("Bias", "b"), ("Scale", "scales"), ("ParametricRectifier", "alpha")]

  @Test(
    arguments: [
      ("", "[null, 8, 3, 4]", [nil, 8, 3, 4], "8"), ("shared_axes: [0]", "[null, 8, 3]", [nil, 8, 3], "8×3"),
      ("shared_axes: [0, 1, 2]", "[null, 8, 3]", [nil, 8, 3], "1"),
      ("shared_axes: [0, 2, 2]", "[null, 8, 3]", [nil, 8, 3], "8"),
    ] as [(String, String, LayerShape, String)], layers)
  func shapes(
    _ test: (parameters: String, input: String, shape: LayerShape, weight: String), _ layer: (String, String)
  ) throws {
    let built = try Built("\(layer.0): {\(test.parameters)}", on: test.input)
    #expect(built.shape == test.shape)
    #expect(built.weights == ["\(layer.1) \(test.weight)"])
  }

  @Test(
    arguments: [
      ("[1]", "[null, 8]", "N0202 [1]"), ("[0, 3]", "[null, 8]", "N0211 [0, 3]"), ("all", "[null, 8]", "N0105 all"),
    ], layers)
  func refuses(_ test: (axes: String, input: String, mark: String), _ layer: (String, String)) {
    #expect(Checked("\(layer.0): {shared_axes: \(test.axes)}", on: test.input).marks == [test.mark])
  }
}

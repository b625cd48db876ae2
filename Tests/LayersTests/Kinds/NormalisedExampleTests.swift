import Layers
import NetIR
import Testing

/// InstanceNorm and LayerNorm.
struct NormalisedExampleTests {
  static let layers = ["InstanceNorm", "LayerNorm"]

  @Test(arguments: ["", "axes: [1, 3]"], layers)
  func shapes(_ parameters: String, _ layer: String) throws {
    let built = try Built("\(layer): {\(parameters)}", on: "[null, 8, 3, 4]")
    #expect(built.shape == [nil, 8, 3, 4])
    #expect(built.weights == ["gamma 8", "beta 8"])
  }

  @Test(
    arguments: [
      ("axes: [0]", "[null, 8, 3, 4]", "N0211 [0]"), ("axes: [1, 4]", "[null, 8, 3, 4]", "N0211 [1, 4]"),
      ("axes: spatil", "[null, 8, 3, 4]", "N0106 spatil"), ("epsilon: 0", "[null, 8, 3, 4]", "N0106 0"),
      ("axes: spatial", "[null, 8]", "N0201 spatial"),
    ], layers)
  func refuses(_ test: (parameters: String, input: String, mark: String), _ layer: String) {
    #expect(Checked("\(layer): {\(test.parameters)}", on: test.input).marks == [test.mark])
  }
}

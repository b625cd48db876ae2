import Layers
import NetIR
import Testing

struct DenseTests {
  @Test(
    arguments: [
      ("", "[null, 784]", [nil, 30], ["W 30×784", "b 30"], ["dense", "activation"]),
      ("", "[null, 3, 4, 5]", [nil, 30], ["W 30×60", "b 30"], ["reshape", "dense", "activation"]),
      ("b: null", "[3, 784]", [3, 30], ["W 30×784"], ["dense", "activation"]),
      (
        "num_leading_axes: 2", "[null, 3, 4, 5]", [nil, 3, 30], ["W 30×20", "b 30"],
        ["reshape", "dense", "activation", "reshape"]
      ),
      (
        "num_leading_axes: -1", "[null, 3, 4, 5]", [nil, 3, 4, 30], ["W 30×5", "b 30"],
        ["reshape", "dense", "activation", "reshape"]
      ),
      ("num_leading_axes: -1", "[null, 5]", [nil, 30], ["W 30×5", "b 30"], ["dense", "activation"]),
      ("nonlinearity: null", "[null, 784]", [nil, 30], ["W 30×784", "b 30"], ["dense"]),
      ("nonlinearity: softmax", "[null, 784]", [nil, 30], ["W 30×784", "b 30"], ["dense", "softmax"]),
    ] as [(String, String, LayerShape, [String], [String])])
  func shapesWeightsAndOps(
    _ parameters: String, _ input: String, _ shape: LayerShape, _ weights: [String], _ ops: [String]
  ) throws {
    let built = try Built("Dense: {num_units: 30, \(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.weights == weights)
    #expect(built.ops.map(\.name) == ops)
    #expect(built.checked.bag.isEmpty)
  }

  @Test func weightsStartAsLasagneHasThem() throws {
    let weights = try Built("Dense: {num_units: 3}", on: "[null, 2]").layer.weights
    #expect(weights.map(\.source) == [.initialiser(.glorotUniform(gain: 1)), .initialiser(.constant(0))])
    #expect(weights.map(\.isRegularized) == [true, false])
  }

  @Test(
    arguments: [
      ("num_leading_axes: 2", "[null, 784]", "N0211 2"), ("num_leading_axes: 0", "[null, 784]", "N0211 0"),
      ("num_leading_axes: -2", "[null, 784]", "N0211 -2"),
      ("num_leading_axes: 1, W: he_normal, b: 1", "[null, 1048576, 65536]", "N0209 100"),
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("Dense: {num_units: 100, \(parameters)}", on: input).marks == [mark])
  }

  @Test func seesEverything() throws {
    let built = try Built("Dense: {num_units: 3}", on: "[null, 2]")
    #expect(built.layer.kind.window(over: built.shape)?.kind == .everything)
  }
}

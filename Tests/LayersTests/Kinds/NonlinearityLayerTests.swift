import Layers
import NetIR
import Testing

struct NonlinearityLayerTests {
  @Test(
    arguments: [
      ("", [.activation(.rectify)]), ("nonlinearity: tanh", [.activation(.tanh)]),
      ("nonlinearity: {leaky_rectify: {leakiness: 0.2}}", [.activation(.leakyRectify(leakiness: 0.2))]),
      ("nonlinearity: softmax", [.softmax(axis: 1)]), ("nonlinearity: null", []), ("nonlinearity: linear", []),
    ] as [(String, [GraphOp])])
  func keepsTheShape(_ parameters: String, _ ops: [GraphOp]) throws {
    let built = try Built("Nonlinearity: {\(parameters)}", on: "[null, 3, 5, 4]")
    #expect(built.shape == [nil, 3, 5, 4])
    #expect(built.ops == ops)
    #expect(built.weights.isEmpty)
  }

  @Test func softmaxNeedsChannels() {
    let checked = Checked(layers: [
      "Input: {shape: [4, 6]}", "Flatten: {outdim: 1}", "Nonlinearity: {nonlinearity: softmax}",
    ])
    #expect(checked.marks == ["N0201 softmax"])
  }
}

import Layers
import NetIR
import Testing

struct DropoutTests {
  @Test(
    arguments: [
      ("", Float(0.5), []), ("p: 0", 0, []), ("p: 0.25", 0.25, []), ("p: 0.1, shared_axes: [2, 3]", 0.1, [2, 3]),
      ("shared_axes: []", 0.5, []),
    ])
  func keepsTheShape(_ parameters: String, _ probability: Float, _ shared: [Int]) throws {
    let built = try Built("Dropout: {\(parameters)}", on: "[null, 3, 5, 4]")
    #expect(built.shape == [nil, 3, 5, 4])
    #expect(built.ops == [.dropout(probability: probability, sharedAxes: shared)])
    #expect(built.weights.isEmpty)
  }

  @Test(
    arguments: [
      ("p: 1", "N0106 1"), ("p: -0.1", "N0106 -0.1"), ("p: 0.999999999999", "N0106 0.999999999999"),
      ("p: half", "N0105 half"), ("shared_axes: [4]", "N0211 [4]"), ("shared_axes: [-1]", "N0106 -1"),
      ("shared_axes: 2", "N0105 2"),
    ])
  func refuses(_ parameters: String, _ mark: String) {
    #expect(Checked("Dropout: {\(parameters)}", on: "[null, 3, 5, 4]").marks == [mark])
  }
}

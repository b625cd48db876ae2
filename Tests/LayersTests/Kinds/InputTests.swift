import Layers
import NetIR
import Testing

struct InputTests {
  @Test(
    arguments: [
      ("[null, 784]", [nil, 784]), ("[null, 3, 224, 224]", [nil, 3, 224, 224]), ("[3, 1, 28, 28]", [3, 1, 28, 28]),
      ("[~, 4, 5]", [nil, 4, 5]), ("[null, 1, 2, 3, 4]", [nil, 1, 2, 3, 4]),
    ] as [(String, LayerShape)])
  func shapes(_ text: String, _ shape: LayerShape) throws {
    let built = try Built(Checked(layers: ["Input: {shape: \(text)}"]))
    #expect(built.shape == shape)
    #expect(built.ops == [.input(index: 0, shape: shape.withBatch(3))])
    #expect(built.weights.isEmpty)
  }

  @Test(
    arguments: [
      ("[null, null, 28]", ["N0202 null"]), ("[null, 1, null, null]", ["N0202 null", "N0202 null"]),
      ("[null, 0]", ["N0106 0"]), ("[-1, 3]", ["N0106 -1"]), ("[null, 2.0]", ["N0105 2.0"]),
      ("[null]", ["N0105 [null]"]), ("[1, 2, 3, 4, 5, 6]", ["N0105 [1, 2, 3, 4, 5, 6]"]),
      ("784", ["N0105 784"]), ("{a: 1}", ["N0105 {a: 1}"]), ("[a, b]", ["N0105 a", "N0105 b"]),
      ("[1048576, 1048576, 2]", ["N0209 [1048576, 1048576, 2]"]),
      ("[null, 16777216, 16777216, 16777216]", ["N0209 [null, 16777216, 16777216, 16777216]"]),
      ("[null, 16777217]", ["N0106 16777217"]),
    ] as [(String, [String])])
  func refuses(_ text: String, _ marks: [String]) {
    #expect(Checked(layers: ["Input: {shape: \(text)}"]).marks == marks)
  }

  @Test func takesNoIncoming() throws {
    let checked = Checked(layers: [
      "Input: {name: a, shape: [null, 4]}", "Input: {name: b, shape: [null, 4], incoming: a}",
    ])
    #expect(try checked.only().message == "Input `b` takes no input, 1 is named")
  }
}

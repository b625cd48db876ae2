import Layers
import NetIR
import Testing

struct RandomizedRectifierTests {
  @Test(
    arguments: [
      ("", "[null, 8, 3]", [nil, 8, 3], [])
    ] as [(String, String, LayerShape, [String])])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape, _ weights: [String]) throws {
    let built = try Built("RandomizedRectifier: {\(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.weights == weights)
  }

  @Test(
    arguments: [
      ("lower: 9", "[null, 8]", "N0106 9"),
      ("upper: 0", "[null, 8]", "N0106 0"),
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("RandomizedRectifier: {\(parameters)}", on: input).marks == [mark])
  }

  @Test func bothBoundsReachTheGraph() throws {
    let built = try Built("RReLU: {lower: 2, upper: 4}", on: "[null, 6]")
    #expect(built.ops == [.randomizedRectify(lower: 2, upper: 4)])
  }
}

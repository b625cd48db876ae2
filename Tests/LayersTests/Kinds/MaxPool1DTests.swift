import Layers
import NetIR
import Testing

struct MaxPool1DTests {
  @Test(
    arguments: [
      ("pool_size: 2", "[null, 4, 9]", [nil, 4, 4], []),
      ("pool_size: 2, round: ceil", "[null, 4, 9]", [nil, 4, 5], []),
      ("pool_size: 3, stride: 1, pad: 1", "[null, 4, 9]", [nil, 4, 9], []),
    ] as [(String, String, LayerShape, [String])])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape, _ weights: [String]) throws {
    let built = try Built("MaxPool1D: {\(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.weights == weights)
  }

  @Test(
    arguments: [
      ("pool_size: 10", "[null, 4, 9]", "N0204 10"),
      ("pool_size: 2, pad: 2", "[null, 4, 9]", "N0212 2"),
      ("pool_size: 2", "[null, 4, 9, 9]", "N0201 MaxPool1D"),
      ("pool_size: 2", "[null, 4]", "N0201 MaxPool1D"),
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("MaxPool1D: {\(parameters)}", on: input).marks == [mark])
  }

  @Test func aLostEndIsAWarning() throws {
    let checked = Checked("MaxPool1D: {pool_size: 4}", on: "[null, 4, 10]")
    #expect(checked.marks == ["W0201 4"])
    #expect(Checked("MaxPool1D: {pool_size: 2, stride: 3}", on: "[null, 4, 10]").marks == [])
  }
}

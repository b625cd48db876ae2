import Layers
import NetIR
import Testing

struct GaussianNoiseTests {
  @Test(
    arguments: [
      ("sigma: 0", "[null, 8, 3]", [nil, 8, 3], [])
    ] as [(String, String, LayerShape, [String])])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape, _ weights: [String]) throws {
    let built = try Built("GaussianNoise: {\(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.weights == weights)
  }

  @Test(
    arguments: [
      ("sigma: -1", "[null, 8]", "N0106 -1")
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("GaussianNoise: {\(parameters)}", on: input).marks == [mark])
  }

  @Test func sigmaReachesTheGraph() throws {
    #expect(try Built("GaussianNoise: {}", on: "[null, 6]").ops == [.gaussianNoise(sigma: 0.1)])
  }
}

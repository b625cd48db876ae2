import Layers
import NetIR
import Testing

struct SpatialPyramidPoolingTests {
  @Test(
    arguments: [
      ("", "[null, 8, 13, 9]", [nil, 8, 21], []),
      ("pool_dims: [3]", "[null, 8, 2, 2]", [nil, 8, 9], []),
    ] as [(String, String, LayerShape, [String])])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape, _ weights: [String]) throws {
    let built = try Built("SpatialPyramidPooling: {\(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.weights == weights)
  }

  @Test(
    arguments: [
      ("", "[null, 8]", "N0201 SpatialPyramidPooling"),
      ("pool_dims: []", "[null, 8, 5, 5]", "N0105 []"),
      ("pool_dims: [99]", "[null, 8, 5, 5]", "N0106 99"),
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("SpatialPyramidPooling: {\(parameters)}", on: input).marks == [mark])
  }

  /// Sizes that divide evenly need one pooling per grid, and others one per bin.
  @Test func evenGridsAreOnePooling() throws {
    let even = try Built("SpatialPyramidPooling: {pool_dims: [2, 1]}", on: "[null, 3, 8, 8]").ops
    #expect(even.map(\.name) == ["pool2d", "reshape", "pool2d", "reshape", "concat"])
    let odd = try Built("SpatialPyramidPooling: {pool_dims: [3]}", on: "[null, 3, 8, 8]").ops
    #expect(odd.count { $0.name == "global_pool" } == 9)
  }
}

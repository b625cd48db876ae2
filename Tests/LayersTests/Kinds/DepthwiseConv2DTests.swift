import Layers
import NetIR
import Testing

struct DepthwiseConv2DTests {
  @Test(
    arguments: [
      ("filter_size: 3", "[null, 4, 5, 6]", [nil, 4, 3, 4], ["W 4×1×3×3", "b 4"]),
      (
        "multiplier: 3, filter_size: 3, stride: 2, pad: same", "[null, 4, 5, 6]", [nil, 12, 3, 3],
        ["W 12×1×3×3", "b 12"]
      ),
    ] as [(String, String, LayerShape, [String])])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape, _ weights: [String]) throws {
    let built = try Built("DepthwiseConv2D: {\(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.weights == weights)
  }

  @Test(
    arguments: [
      ("filter_size: 7", "[null, 4, 5, 6]", "N0203 7"),
      ("filter_size: 3, multiplier: 0", "[null, 4, 5, 6]", "N0106 0"),
      ("filter_size: 3", "[null, 4]", "N0201 DepthwiseConv2D"),
      ("filter_size: 3, num_groups: 2", "[null, 4, 5, 6]", "N0103 num_groups"),
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("DepthwiseConv2D: {\(parameters)}", on: input).marks == [mark])
  }

  @Test func isAGroupedConvolution() throws {
    let built = try Built("DepthwiseConv2D: {filter_size: 3, multiplier: 2, b: null}", on: "[null, 4, 5, 6]")
    let attributes = ConvolutionAttributes(kernel: Size2D(3), groups: 4)
    #expect(built.ops.first == .conv2D(attributes, Epilogue(bias: false)))
  }

  @Test func batchNormMakesThreeLayers() throws {
    let checked = Checked("DepthwiseConv2D: {name: d, filter_size: 3, batch_norm: true}", on: "[null, 4, 5, 6]")
    #expect(try checked.good().layers.map(\.name) == ["in", "d", "d_bn", "d_nonlin"])
    #expect(try checked.layer("d").weights.map(\.suffix) == ["W"])
  }
}

import Layers
import NetIR
import Testing

struct TransposedConv2DTests {
  @Test(
    arguments: [
      ("num_filters: 8, filter_size: 2, stride: 2", "[null, 4, 5, 6]", [nil, 8, 10, 12], ["W 4×8×2×2", "b 8"]),
      (
        "num_filters: 8, filter_size: [3, 4], stride: [1, 2], crop: [1, 1]", "[null, 4, 5, 6]", [nil, 8, 5, 12],
        ["W 4×8×3×4", "b 8"]
      ),
      ("num_filters: 8, filter_size: 3, crop: full", "[null, 4, 5, 6]", [nil, 8, 3, 4], ["W 4×8×3×3", "b 8"]),
      ("num_filters: 8, filter_size: 3, crop: same", "[null, 4, 5, 6]", [nil, 8, 5, 6], ["W 4×8×3×3", "b 8"]),
      (
        "num_filters: 8, filter_size: 3, stride: 2, crop: [[1, 0], [0, 1]], b: null", "[null, 4, 5, 6]",
        [nil, 8, 10, 12], ["W 4×8×3×3"]
      ),
      (
        "num_filters: 21, filter_size: 64, stride: 32", "[null, 21, 16, 16]", [nil, 21, 544, 544],
        ["W 21×21×64×64", "b 21"]
      ),
      (
        "num_filters: 8, filter_size: 3, stride: 2, crop: 1, output_size: 10", "[null, 4, 5, 5]", [nil, 8, 10, 10],
        ["W 4×8×3×3", "b 8"]
      ),
    ] as [(String, String, LayerShape, [String])])
  func shapes(_ parameters: String, _ input: String, _ shape: LayerShape, _ weights: [String]) throws {
    let built = try Built("TransposedConv2D: {\(parameters)}", on: input)
    #expect(built.shape == shape)
    #expect(built.weights == weights)
  }

  @Test(
    arguments: [
      ("num_filters: 8, filter_size: 3, crop: 4", "[null, 4, 5, 6]", "N0213 4"),
      ("num_filters: 8, filter_size: 2, stride: 2, output_size: 12", "[null, 4, 5, 5]", "N0213 12"),
      ("num_filters: 8, filter_size: 2, output_size: 5", "[null, 4, 5, 5]", "N0213 5"),
      ("num_filters: 8, filter_size: 3, crop: fulll", "[null, 4, 5, 6]", "N0106 fulll"),
      ("num_filters: 8, filter_size: 3", "[null, 4]", "N0201 TransposedConv2D"),
      ("num_filters: 1, filter_size: 1, stride: 16777216", "[null, 1, 16777216, 1]", "N0209 TransposedConv2D"),
    ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("TransposedConv2D: {\(parameters)}", on: input).marks == [mark])
  }

  /// Each pixel of the input meets each filter once, whatever the crop.
  @Test func macs() throws {
    let network = try Checked("TransposedConv2D: {num_filters: 8, filter_size: 3, crop: 1}", on: "[null, 4, 5, 6]")
      .good()
    let graph = try network.lowered(batch: 2).graph
    let work = graph.nodes.map { node in node.op.work(node.operands.map { graph[$0].shape }, result: node.shape) }
    let macs = work.reduce(0) { $0 + $1.macs }
    #expect(macs == 17_280)
  }

  @Test func batchNormMakesThreeLayers() throws {
    let checked = Checked(
      "TransposedConv2D: {name: up, num_filters: 8, filter_size: 2, stride: 2, batch_norm: true}",
      on: "[null, 4, 5, 6]")
    #expect(try checked.good().layers.map(\.name) == ["in", "up", "up_bn", "up_nonlin"])
  }

  @Test func theFieldGrowsBackwards() throws {
    let checked = Checked(layers: [
      "Input: {shape: [null, 1, 32, 32]}", "Conv2D: {num_filters: 2, filter_size: 3, stride: 2}",
      "TransposedConv2D: {num_filters: 2, filter_size: 4, stride: 2}", "Upscale2D: {scale_factor: 2}",
    ])
    let fields = ReceptiveField.all(of: try checked.good())
    #expect(fields.map { $0?.size } == [1, 3, 5, 5].map { Size2D($0) })
    #expect(fields.map { $0?.jump } == [1, 2, 1, 1].map { Size2D($0) })
  }
}

import Driver
import Layers
import NetIR
import NetworkTestSupport
import Testing

@testable import ONNX

/// What becomes of layers. Whether it computes the same is `ONNXRuntimeTests`' question.
@Suite struct ExportTests {
  private func graph(_ layers: String, batch: Int? = nil) throws -> ONNXGraph {
    try ExportCommand.model(of: try Networks.of(layers), batch: batch, weights: NoiseWeights.values).graph
  }

  /// The only node of that type.
  private func node(_ type: String, of graph: ONNXGraph) throws -> ONNXNode {
    let found = graph.nodes.filter { $0.type == type }
    try #require(found.count == 1, "\(graph.nodes.map(\.type))")
    return found[0]
  }

  @Test func namesAndTypes() throws {
    let model = try ExportCommand.model(of: try Networks.spec("lenet-caffe"), batch: nil, weights: NoiseWeights.values)
    #expect(model.opset == 17 && model.producerName == "netc" && model.hasFreeBatch)
    let nodes = model.graph.nodes
    #expect(
      nodes.map(\.type) == ["Conv", "MaxPool", "Conv", "MaxPool", "Reshape", "Gemm", "Relu", "Gemm", "Softmax"])
    #expect(
      nodes.flatMap(\.outputs) == [
        "conv1", "pool1", "conv2", "pool2", "ip1/reshape", "ip1/dense", "ip1", "ip2/dense", "ip2",
      ])
    #expect(model.graph.outputs.map(\.name) == ["ip2"])
    #expect(model.graph.outputs[0].shape == [.named("N"), .size(10)])
    let weights = model.graph.initializers.filter { if case .floats = $0.numbers { true } else { false } }
    #expect(
      weights.map(\.name) == ["conv1.W", "conv1.b", "conv2.W", "conv2.b", "ip1.W", "ip1.b", "ip2.W", "ip2.b"])
    #expect(weights[0].shape == [20, 1, 5, 5])
    #expect(weights[0].numbers == .floats(NoiseWeights.values("conv1.W", [20, 1, 5, 5])))
  }

  /// Every value is made before it is used, and once.
  @Test(arguments: LayerNets.all) func isInOrder(_ net: LayerNets.Net) throws {
    let graph = try graph(net.yaml)
    var known = Set(graph.inputs.map(\.name) + graph.initializers.map(\.name))
    #expect(known.count == graph.inputs.count + graph.initializers.count)
    for node in graph.nodes {
      #expect(node.inputs.allSatisfy { $0.isEmpty || known.contains($0) }, "\(node.name)")
      for output in node.outputs { #expect(known.insert(output).inserted, "\(output)") }
    }
    #expect(graph.outputs.allSatisfy { known.contains($0.name) })
    #expect(Set(graph.outputs.map(\.name)).count == graph.outputs.count)
  }

  @Test func fixedBatch() throws {
    let graph = try graph("- Input: {shape: [null, 3, 8, 8]}\n- Dense: {num_units: 5}", batch: 4)
    #expect(graph.inputs[0].shape == [.size(4), .size(3), .size(8), .size(8)])
    #expect(graph.initializers.contains { $0.numbers == .integers([4, 192]) })
  }

  /// The dense layer's rows are examples times rows of the image: no reshape can say how many for any batch.
  @Test func batchThatIsJoinedWithAnAxisIsOne() throws {
    let graph = try graph("- Input: {shape: [null, 3, 5]}\n- Dense: {num_units: 6, num_leading_axes: 2}")
    #expect(graph.inputs[0].shape == [.size(1), .size(3), .size(5)])
  }

  @Test func freeBatchIsKeptByReshapes() throws {
    let graph = try graph("- Input: {shape: [null, 3, 8, 8]}\n- Dense: {num_units: 5}")
    #expect(graph.initializers.contains { $0.numbers == .integers([0, 192]) })
  }

  /// 8 pixels, windows of 3 at 2: rounded up they are 4, and the last one has a column beyond the image.
  @Test func sizesRoundedUp() throws {
    let rounded = try graph(
      "- Input: {shape: [null, 2, 8, 8]}\n- MaxPool2D: {pool_size: 3, stride: 2, round: ceil}")
    #expect(try node("MaxPool", of: rounded)["pads"] == .ints([0, 0, 1, 1]))
    let cut = try graph("- Input: {shape: [null, 2, 8, 8]}\n- MaxPool2D: {pool_size: 3, stride: 2}")
    #expect(try node("MaxPool", of: cut)["pads"] == .ints([0, 0, 0, 0]))
  }

  @Test func zerosThatCountInAnAverage() throws {
    let graph = try graph(
      "- Input: {shape: [null, 2, 8, 8]}\n- Pool2D: {pool_size: 3, stride: 2, pad: 1, mode: average_inc_pad}")
    #expect(graph.nodes.map(\.type) == ["Pad", "AveragePool"])
    #expect(graph.nodes[1]["pads"] == .ints([0, 0, 0, 0]))
    #expect(graph.initializers.contains { $0.numbers == .integers([0, 0, 1, 1, 0, 0, 0, 0]) })
  }

  /// ONNX divides α by the size of the window.
  @Test func responseNormalisation() throws {
    let graph = try graph("- Input: {shape: [null, 8, 4, 4]}\n- LRN: {n: 5, alpha: 0.5, beta: 0.75, k: 2}")
    let node = try node("LRN", of: graph)
    #expect(node["size"] == .int(5) && node["alpha"] == .float(2.5) && node["bias"] == .float(2))
  }

  @Test func dropoutIsLeftOut() throws {
    let graph = try graph("- Input: {shape: [null, 4]}\n- Dense: {num_units: 3}\n- Dropout: {name: last}")
    #expect(graph.nodes.last?.type == "Identity" && graph.outputs.map(\.name) == ["last"])
    #expect(graph.nodes.count == 3)
  }

  @Test func filtersOfATransposedConvolution() throws {
    let graph = try graph(
      "- Input: {shape: [null, 3, 5, 5]}\n- TransposedConv2D: {name: up, num_filters: 2, filter_size: 4, stride: 2, crop: 1}"
    )
    let node = try node("ConvTranspose", of: graph)
    #expect(node["pads"] == .ints([1, 1, 1, 1]) && node["output_padding"] == .ints([0, 0]))
    #expect(graph.initializers.first { $0.name == "up.W" }?.shape == [3, 2, 4, 4])
  }
}

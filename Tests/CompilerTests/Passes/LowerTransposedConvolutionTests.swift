import NetIR
import Testing

@testable import Compiler

/// That the numbers are right is tested by running: here, that the work is not more than it has to be.
@Suite struct LowerTransposedConvolutionTests {
  private func lowered(k: Int, stride: Int, crop: Int = 0, output: Int, on size: Int) throws -> Graph {
    let g = GraphBuilder()
    let x = try g.add(.input(index: 0, shape: [2, 3, size, size]), [])
    let w = try g.add(.constant(name: "w", shape: [4, 3, k, k]), [])
    let b = try g.add(.constant(name: "b", shape: [4]), [])
    let attributes = TransposedConvolutionAttributes(
      kernel: Size2D(k), stride: Size2D(stride), crop: Size2D(crop), output: Size2D(output))
    let y = try g.add(.transposedConv2D(attributes, Epilogue(bias: true, activation: .rectify)), [x, w, b])
    return try run(LowerTransposedConvolution.pass, g.finished(y))
  }

  private func convolution(_ graph: Graph) throws -> (ConvolutionAttributes, Epilogue, weights: [Int]) {
    let nodes = graph.nodes.compactMap { node in
      if case .conv2D(let attributes, let epilogue) = node.op {
        (attributes, epilogue, graph[node.operands[1]].shape)
      } else {
        nil
      }
    }
    try #require(nodes.count == 1)
    return nodes[0]
  }

  @Test func withoutStrideItIsAConvolution() throws {
    let graph = try lowered(k: 3, stride: 1, output: 7, on: 5)
    let (attributes, epilogue, weights) = try convolution(graph)
    #expect(attributes.padding == Padding2D(top: 2, bottom: 2, left: 2, right: 2))
    #expect(weights == [4, 3, 3, 3])
    #expect(epilogue == Epilogue(bias: true, activation: .rectify))
    #expect(graph[graph.outputs[0]].op.name == "conv2d")
  }

  @Test func theCropIsTakenFromThePadding() throws {
    let graph = try lowered(k: 3, stride: 1, crop: 2, output: 3, on: 5)
    #expect(try convolution(graph).0.padding == .none)
    #expect(graph[graph.outputs[0]].op.name == "conv2d")
  }

  /// The 2×2 windows of a U-Net do not overlap: a 1×1 convolution and a shuffle.
  @Test func patchesThatDoNotOverlap() throws {
    let graph = try lowered(k: 2, stride: 2, output: 10, on: 5)
    let (attributes, _, weights) = try convolution(graph)
    #expect(attributes.kernel == Size2D(1) && attributes.padding == .none)
    #expect(weights == [16, 3, 1, 1])
    #expect(graph[graph.outputs[0]].op == .reshape(shape: [2, 4, 10, 10]))
  }

  @Test func aRestIsPaddedAndCut() throws {
    let graph = try lowered(k: 3, stride: 2, crop: 1, output: 9, on: 5)
    let (attributes, _, weights) = try convolution(graph)
    #expect(attributes.kernel == Size2D(2))
    #expect(weights == [16, 3, 2, 2])
    #expect(graph[graph.outputs[0]].shape == [2, 4, 9, 9])
  }
}

import NetIR
import Testing

@testable import Compiler

@Suite struct LowerWholeWindowConvolutionTests {
  private func lowered(
    image: Int, attributes: ConvolutionAttributes, channels: Int = 4, filters: Int = 8, residual: Bool = false
  ) throws -> Graph {
    let g = GraphBuilder()
    let x = try g.add(.input(index: 0, shape: [2, channels, image, image]), [])
    let w = try g.add(
      .constant(
        name: "w",
        shape: [filters, channels / attributes.groups, attributes.kernel.height, attributes.kernel.width]), [])
    let b = try g.add(.constant(name: "b", shape: [filters]), [])
    let other = try g.add(.input(index: 1, shape: [2, filters, 1, 1]), [])
    let epilogue = Epilogue(bias: true, residual: residual, activation: .rectify)
    let y = try g.add(.conv2D(attributes, epilogue), [x, w, b] + (residual ? [other] : []))
    return try run(LowerWholeWindowConvolution.pass, g.finished(y))
  }

  @Test(arguments: [false, true])
  func becomesDense(residual: Bool) throws {
    let graph = try lowered(image: 5, attributes: ConvolutionAttributes(kernel: Size2D(5)), residual: residual)
    let dense = try graph.first("dense")
    #expect(dense.op == .dense(Epilogue(bias: true, residual: residual, activation: .rectify)))
    #expect(dense.operands.map { graph[$0].shape } == [[2, 100], [8, 100], [8]] + (residual ? [[2, 8]] : []))
    #expect(graph[graph.outputs[0]].shape == [2, 8, 1, 1])
    #expect(!graph.nodes.contains { $0.op.name == "conv2d" })
  }

  @Test(arguments: [
    (6, ConvolutionAttributes(kernel: Size2D(5))),
    (5, ConvolutionAttributes(kernel: Size2D(5), padding: Padding2D(top: 1, bottom: 1, left: 1, right: 1))),
    (5, ConvolutionAttributes(kernel: Size2D(3), dilation: Size2D(2))),
    (5, ConvolutionAttributes(kernel: Size2D(5), groups: 2)),
  ])
  func staysAConvolution(image: Int, attributes: ConvolutionAttributes) throws {
    #expect(try lowered(image: image, attributes: attributes).nodes.contains { $0.op.name == "conv2d" })
  }
}

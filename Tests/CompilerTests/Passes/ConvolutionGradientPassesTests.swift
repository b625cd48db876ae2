import NetIR
import Testing

@testable import Compiler

/// What becomes of a convolution's gradients before kernels are chosen; `run` holds each against the interpreter.
@Suite struct ConvolutionGradientPassesTests {
  /// Both gradients of a convolution of 4 channels to 8, as outputs.
  private func gradients(image: Int, _ attributes: ConvolutionAttributes, examples: Int = 2) throws -> Graph {
    let g = GraphBuilder()
    let x = try g.input([examples, 4, image, image])
    let w = try g.input([8, 4 / attributes.groups, attributes.kernel.height, attributes.kernel.width])
    let result = try GraphOp.conv2D(attributes, Epilogue(bias: false)).resultShape([g.graph[x].shape, g.graph[w].shape])
    let above = try g.input(result)
    return g.finished(
      try g.add(.gradient(.convolutionData(attributes, image: Size2D(image))), [above, w]),
      try g.add(.gradient(.convolutionWeights(attributes)), [x, above]))
  }

  private func padded(_ size: Int, stride: Int = 1, dilation: Int = 1, groups: Int = 1) -> ConvolutionAttributes {
    let pad = size / 2 * dilation
    return ConvolutionAttributes(
      kernel: Size2D(size), stride: Size2D(stride), dilation: Size2D(dilation),
      padding: Padding2D(top: pad, bottom: pad, left: pad, right: pad), groups: groups)
  }

  @Test func aDataGradientIsAConvolution() throws {
    let graph = try run(LowerDataGradient.pass, gradients(image: 6, padded(3)))
    #expect(graph.work == ["rearrange", "conv2d", "conv2d_weight_gradient"])
    let convolution = try graph.first("conv2d")
    #expect(convolution.op == .conv2D(padded(3), Epilogue(bias: false)))
    #expect(graph[convolution.operands[1]].shape == [4, 8, 3, 3])
  }

  /// Of 3 taps at stride 2, one phase meets two and the other one.
  @Test func aStrideHasPhases() throws {
    let graph = try run(LowerDataGradient.pass, gradients(image: 7, padded(3, stride: 2)))
    let taps = graph.nodes.compactMap { node in
      if case .conv2D(let attributes, _) = node.op { attributes.kernel } else { nil }
    }
    #expect(taps == [Size2D(1), Size2D(1, 2), Size2D(2, 1), Size2D(2)])
    #expect(try graph.first("interleave").operands.count == 4)
    // The products are those of the gradient itself.
    let macs = graph.ids.reduce(0) { $0 + graph.instance(of: $1).work.macs }
    #expect(macs <= 2 * 2 * 8 * 16 * 4 * 9)
  }

  /// Filters of one pixel leave three of four phases empty.
  @Test func phasesWithoutTapsAreZero() throws {
    let graph = try run(LowerDataGradient.pass, gradients(image: 7, padded(1, stride: 2)))
    #expect(graph.work == ["rearrange", "conv2d", "interleave", "conv2d_weight_gradient"])
  }

  @Test(arguments: [(3, 2, 2, 1), (3, 2, 1, 2), (3, 1, 2, 4), (2, 3, 1, 4)])
  func groupsAndDilation(size: Int, stride: Int, dilation: Int, groups: Int) throws {
    let attributes = padded(size, stride: stride, dilation: dilation, groups: groups)
    let graph = try run(LowerDataGradient.pass, gradients(image: 9, attributes))
    #expect(!graph.work.contains("conv2d_data_gradient"))
  }

  @Test func aWholeWindowIsDense() throws {
    let graph = try run(
      LowerWholeWindowGradients.pass, gradients(image: 5, ConvolutionAttributes(kernel: Size2D(5)), examples: 3))
    #expect(graph.nodes.count { $0.op.name == "dense" } == 2)
    #expect(!graph.nodes.contains { $0.op.name.hasPrefix("conv2d") })
    let others = try run(LowerWholeWindowGradients.pass, gradients(image: 6, padded(5)))
    #expect(!others.work.contains("dense"))
  }

  /// A GPU sums gᵀ·x of a dense layer as it sums gradients of filters; a CPU has a product of matrices.
  @Test func aDenseLayersGradientReadsWhatLies() throws {
    let g = GraphBuilder()
    let (x, above) = (try g.input([3, 7]), try g.input([3, 5]))
    func transposed(_ value: ValueID) throws -> ValueID {
      try g.add(.rearrange(.transpose(g.graph[value].shape, [1, 0])), [value])
    }
    let product = try g.add(.dense(Epilogue(bias: false)), [transposed(above), transposed(x)])
    let graph = g.finished(product)
    let passes = [LowerDenseGradients.pass, RemoveDead.pass]
    #expect(try run(passes, graph).graph.work == ["rearrange", "rearrange", "dense"])
    let found = try run(passes, graph, target: TargetDescription.devices[0])
    #expect(found.graph.work == ["reshape", "reshape", "conv2d_weight_gradient", "reshape"])
    // One operand that lies otherwise is no such product.
    let other = g.finished(try g.add(.dense(Epilogue(bias: false)), [try g.input([5, 3]), transposed(x)]))
    #expect(try run(passes, other, target: TargetDescription.devices[0]).graph.work == ["rearrange", "dense"])
  }

  /// Few filters and channels: slices of the batch, in a number that follows from target and sizes.
  @Test func slices() throws {
    let many = try run([SliceWeightGradients.pass], gradients(image: 24, padded(3), examples: 8)).graph
    #expect(many.work.suffix(4) == ["conv2d_weight_gradient", "reshape", "batch_sum", "reshape"])
    let parts = try many.first("conv2d_weight_gradient")
    guard case .gradient(.convolutionWeights(_, let slices)) = parts.op else { return }
    #expect(slices > 1 && slices <= 8 && parts.shape == [slices * 8, 4, 3, 3])
    // Sums that are as large as what they are sums of are worth no slices.
    let one = try run([SliceWeightGradients.pass], gradients(image: 3, padded(3))).graph
    #expect(!one.work.contains("batch_sum"))
  }
}

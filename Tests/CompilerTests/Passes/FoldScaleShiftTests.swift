import NetIR
import Testing

@testable import Compiler

@Suite struct FoldScaleShiftTests {
  private func fold(_ graph: Graph) throws -> (work: [String], folded: Int, graph: Graph) {
    let result = try run([FoldScaleShift.pass, RemoveDead.pass], graph)
    return (result.graph.work, result.foldedNorms, result.graph)
  }

  @Test(arguments: [true, false])
  func intoAConvolution(bias: Bool) throws {
    let g = GraphBuilder()
    let x = try g.input()
    let conv = try g.conv(x, "conv", filters: 6, groups: 2, bias: bias)
    let result = try fold(g.finished(try g.scaleShift(conv, "bn")))
    #expect(result.work == ["conv2d"])
    #expect(result.folded == 1)
    let node = try result.graph.first("conv2d")
    #expect(node.name == "conv")
    guard case .conv2D(let attributes, let epilogue) = node.op else { return }
    #expect(attributes.groups == 2 && epilogue == Epilogue(bias: true))
  }

  @Test(arguments: [true, false])
  func intoADenseLayer(bias: Bool) throws {
    let g = GraphBuilder()
    let x = try g.input([2, 7])
    let dense = try g.dense(x, "dense", bias: bias)
    let result = try fold(g.finished(try g.scaleShift(dense, "bn")))
    #expect(result.work == ["dense"])
    #expect(result.folded == 1)
  }

  @Test func twoInARow() throws {
    let g = GraphBuilder()
    let x = try g.input()
    let conv = try g.conv(x, "conv")
    let once = try g.scaleShift(conv, "bn1")
    let result = try fold(g.finished(try g.scaleShift(once, "bn2")))
    #expect(result.work == ["conv2d"])
    #expect(result.folded == 2)
  }

  @Test func sharedWeightsAreScaledForOneLayerAlone() throws {
    let g = GraphBuilder()
    let x = try g.input()
    let first = try g.conv(x, "first", bias: false)
    let weights = g.graph[first].operands[1]
    let attributes = ConvolutionAttributes(
      kernel: Size2D(3), padding: Padding2D(top: 1, bottom: 1, left: 1, right: 1))
    let second = try g.add(.conv2D(attributes, Epilogue(bias: false)), [x, weights], "second")
    let result = try fold(g.finished(first, try g.scaleShift(second, "bn")))
    #expect(result.work == ["conv2d", "conv2d"])
  }

  @Test func notWhereSomebodyElseReads() throws {
    let g = GraphBuilder()
    let conv = try g.conv(try g.input(), "conv")
    let norm = try g.scaleShift(conv, "bn")
    let result = try fold(g.finished(try g.sum(norm, try g.rectify(conv))))
    #expect(result.work == ["conv2d", "scale_shift", "activation", "elementwise"])
    #expect(result.folded == 0)
  }

  @Test func notIntoAnOutput() throws {
    let g = GraphBuilder()
    let conv = try g.conv(try g.input(), "conv")
    let result = try fold(g.finished(try g.scaleShift(conv, "bn"), conv))
    #expect(result.work == ["conv2d", "scale_shift"])
  }

  @Test func notThroughANonlinearity() throws {
    let g = GraphBuilder()
    let conv = try g.conv(try g.input(), "conv")
    let between = try fold(g.finished(try g.scaleShift(try g.rectify(conv), "bn")))
    #expect(between.work == ["conv2d", "activation", "scale_shift"])
    // Nor through one that was fused before.
    let fused = try run([FuseActivation.pass, RemoveDead.pass, FoldScaleShift.pass], between.graph).graph
    #expect(fused.work == ["conv2d", "scale_shift"])
  }

  @Test func notThroughAResidual() throws {
    let g = GraphBuilder()
    let x = try g.input()
    let sum = try g.sum(try g.conv(x, "conv"), x)
    let between = try fold(g.finished(try g.scaleShift(sum, "bn")))
    #expect(between.work == ["conv2d", "elementwise", "scale_shift"])
    let fused = try run([FuseResidual.pass, RemoveDead.pass, FoldScaleShift.pass], between.graph).graph
    #expect(fused.work == ["conv2d", "scale_shift"])
  }

  @Test func notThroughPoolingOrAReshape() throws {
    let g = GraphBuilder()
    let conv = try g.conv(try g.input(), "conv")
    let pooled = try g.scaleShift(try g.pool(conv), "bn1")
    let flat = try g.scaleShift(try g.reshape(try g.conv(pooled, "conv2"), [2, 36]), "bn2")
    #expect(try fold(g.finished(flat)).folded == 0)
  }
}

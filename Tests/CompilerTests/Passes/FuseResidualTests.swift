import NetIR
import Testing

@testable import Compiler

@Suite struct FuseResidualTests {
  private func fuse(_ graph: Graph) throws -> Graph {
    try run([FuseResidual.pass, RemoveDead.pass], graph).graph
  }

  @Test(arguments: [true, false])
  func inBothOrders(branchFirst: Bool) throws {
    let g = GraphBuilder()
    let x = try g.input()
    let conv = try g.conv(x, "conv")
    let sum = branchFirst ? try g.sum(conv, x) : try g.sum(x, conv)
    let result = try fuse(g.finished(sum))
    #expect(result.work == ["conv2d"])
    let node = try result.first("conv2d")
    guard case .conv2D(_, let epilogue) = node.op else { return }
    #expect(epilogue == Epilogue(bias: true, residual: true))
    #expect(node.operands.last == result.inputs[0])
  }

  @Test func intoADenseLayer() throws {
    let g = GraphBuilder()
    let x = try g.input([2, 5])
    let result = try fuse(g.finished(try g.sum(try g.dense(x, "dense"), x)))
    #expect(result.work == ["dense"])
  }

  @Test(arguments: [true, false])
  func ofTwoConvolutionsTheLaterTakesTheOther(shortcutFirst: Bool) throws {
    let g = GraphBuilder()
    let x = try g.input()
    let first = try g.conv(x, "first")
    let second = try g.conv(x, "second", size: 1, pad: 0)
    let result = try fuse(g.finished(shortcutFirst ? try g.sum(first, second) : try g.sum(second, first)))
    #expect(result.work == ["conv2d", "conv2d"])
    let fused = result[result.outputs[0]]
    #expect(fused.name == "second")
    #expect(fused.operands.last.map { result[$0].name } == "first")
  }

  @Test func theEarlierBranchCannotWaitForTheLater() throws {
    // The convolution runs before its residual is there; nobody may move it.
    let g = GraphBuilder()
    let x = try g.input()
    let conv = try g.conv(x, "conv")
    let later = try g.rectify(x)
    let result = try fuse(g.finished(try g.sum(conv, later)))
    #expect(result.work == ["conv2d", "activation", "elementwise"])
  }

  @Test func notABranchThatSomebodyElseReads() throws {
    let g = GraphBuilder()
    let x = try g.input()
    let conv = try g.conv(x, "conv")
    let sum = try g.sum(conv, x)
    let result = try fuse(g.finished(try g.sum(sum, try g.rectify(conv))))
    #expect(result.work.filter { $0 == "elementwise" }.count == 2)
  }

  @Test func notABranchThatIsAnOutput() throws {
    let g = GraphBuilder()
    let x = try g.input()
    let conv = try g.conv(x, "conv")
    let result = try fuse(g.finished(try g.sum(conv, x), conv))
    #expect(result.work == ["conv2d", "elementwise"])
  }

  @Test func notTheSameBranchTwice() throws {
    let g = GraphBuilder()
    let conv = try g.conv(try g.input(), "conv")
    #expect(try fuse(g.finished(try g.sum(conv, conv))).work == ["conv2d", "elementwise"])
  }

  @Test func notThroughANonlinearity() throws {
    let g = GraphBuilder()
    let x = try g.input()
    let bent = try g.rectify(try g.conv(x, "conv"))
    let graph = try run([FuseActivation.pass, RemoveDead.pass], g.finished(try g.sum(bent, x))).graph
    #expect(graph.work == ["conv2d", "elementwise"])
    #expect(try fuse(graph).work == ["conv2d", "elementwise"])
  }

  @Test(arguments: [
    ElementwiseAttributes(kind: .mul), ElementwiseAttributes(kind: .max),
    ElementwiseAttributes(kind: .sum, coefficients: [1, 0.5]),
  ])
  func onlyPlainSums(_ attributes: ElementwiseAttributes) throws {
    let g = GraphBuilder()
    let x = try g.input()
    let conv = try g.conv(x, "conv")
    let combined = try g.add(.elementwise(attributes, .linear), [conv, x])
    #expect(try fuse(g.finished(combined)).work == ["conv2d", "elementwise"])
  }

  @Test func onlyTwoAtATime() throws {
    let g = GraphBuilder()
    let x = try g.input()
    let (a, b) = (try g.conv(x, "a"), try g.conv(x, "b"))
    let sum = try g.add(.elementwise(ElementwiseAttributes(kind: .sum), .linear), [a, b, x])
    #expect(try fuse(g.finished(sum)).work == ["conv2d", "conv2d", "elementwise"])
  }

  @Test func notAMapOfBiases() throws {
    let g = GraphBuilder()
    let conv = try g.conv(try g.input(), "conv", bias: false)
    let map = try g.reshape(try g.constant("b", [4, 6, 6]), [1, 4, 6, 6])
    #expect(try fuse(g.finished(try g.sum(conv, map))).work == ["conv2d", "elementwise"])
  }

  @Test func aChainOfBlocks() throws {
    let g = GraphBuilder()
    var x = try g.input()
    for block in 0..<3 { x = try g.rectify(try g.sum(try g.conv(try g.conv(x, "a\(block)"), "b\(block)"), x)) }
    let result = try run([FuseResidual.pass, FuseActivation.pass, RemoveDead.pass], g.finished(x)).graph
    #expect(result.work == [String](repeating: "conv2d", count: 6))
  }
}

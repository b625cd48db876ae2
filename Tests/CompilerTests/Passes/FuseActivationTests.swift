import NetIR
import Testing

@testable import Compiler

@Suite struct FuseActivationTests {
  private func fuse(_ graph: Graph) throws -> Graph {
    try run([FuseActivation.pass, RemoveDead.pass], graph).graph
  }

  @Test(arguments: [Activation.rectify, .leakyRectify(leakiness: 0.2), .sigmoid, .gelu])
  func intoAConvolution(_ activation: Activation) throws {
    let g = GraphBuilder()
    let conv = try g.conv(try g.input(), "conv")
    let result = try fuse(g.finished(try g.add(.activation(activation), [conv])))
    #expect(result.work == ["conv2d"])
    guard case .conv2D(_, let epilogue) = try result.first("conv2d").op else { return }
    #expect(epilogue == Epilogue(bias: true, activation: activation))
  }

  @Test func intoWhateverCanApplyOne() throws {
    let g = GraphBuilder()
    let x = try g.input([2, 5])
    let dense = try g.rectify(try g.dense(x, "dense"))
    let norm = try g.rectify(try g.scaleShift(dense, "bn"))
    let sum = try g.add(.activation(.tanh), [try g.sum(norm, x)])
    let result = try fuse(g.finished(sum))
    #expect(result.work == ["dense", "scale_shift", "elementwise"])
    #expect(try result.first("elementwise").op == .elementwise(ElementwiseAttributes(kind: .sum), .tanh))
  }

  @Test func afterAResidual() throws {
    let g = GraphBuilder()
    let x = try g.input()
    let sum = try g.rectify(try g.sum(try g.conv(x, "conv"), x))
    let result = try run([FuseResidual.pass, FuseActivation.pass, RemoveDead.pass], g.finished(sum)).graph
    guard case .conv2D(_, let epilogue) = try result.first("conv2d").op else { return }
    #expect(epilogue == Epilogue(bias: true, residual: true, activation: .rectify))
    #expect(result.work == ["conv2d"])
  }

  @Test func onlyOne() throws {
    let g = GraphBuilder()
    let conv = try g.conv(try g.input(), "conv")
    let twice = try g.add(.activation(.tanh), [try g.rectify(conv)])
    let result = try fuse(g.finished(twice))
    #expect(result.work == ["conv2d", "activation"])
    #expect(try result.first("activation").op == .activation(.tanh))
  }

  @Test func notWhereSomebodyElseReads() throws {
    let g = GraphBuilder()
    let conv = try g.conv(try g.input(), "conv")
    let shared = try fuse(g.finished(try g.sum(try g.rectify(conv), conv)))
    #expect(shared.work == ["conv2d", "activation", "elementwise"])
  }

  @Test func notIntoAnOutput() throws {
    let g = GraphBuilder()
    let conv = try g.conv(try g.input(), "conv")
    #expect(try fuse(g.finished(try g.rectify(conv), conv)).work == ["conv2d", "activation"])
  }

  @Test func notIntoPoolingNormalisationOrAnInput() throws {
    let g = GraphBuilder()
    let x = try g.rectify(try g.input())
    let pool = try g.rectify(try g.pool(x))
    let lrn = LRNAttributes(size: 3, alpha: 0.1, beta: 0.75, k: 1)
    let result = try fuse(g.finished(try g.rectify(try g.add(.lrn(lrn), [pool]))))
    #expect(result.work == ["activation", "pool2d", "activation", "lrn", "activation"])
  }
}

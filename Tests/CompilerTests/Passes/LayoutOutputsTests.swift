import NetIR
import Testing

@testable import Compiler

/// The caller's buffers: plain, written by one step each, never an input under another name.
@Suite struct LayoutOutputsTests {
  private func plan(_ graph: Graph) throws -> Plan {
    let passes = [RemoveDead.pass, KeepPortable.pass, SelectKernels.pass, ChooseLayouts.pass, PlanMemory.pass]
    let result = try run(passes, graph, target: "x86-64-avx2")
    let plan = try #require(result.plan)
    try plan.verify(result.options.catalogue)
    #expect(plan.outputs.count == graph.outputs.count)
    #expect(plan.outputs.allSatisfy { $0.layout == .plain })
    #expect(plan.outputs.map(\.shape) == graph.outputs.map { graph[$0].shape })
    return plan
  }

  private func ops(_ plan: Plan) -> [String] { plan.steps.map(\.op.name) }

  @Test func theInputItself() throws {
    let g = GraphBuilder()
    let x = try g.input()
    #expect(ops(try plan(g.finished(x))) == ["copy"])
  }

  @Test func aViewOfTheInput() throws {
    let g = GraphBuilder()
    let flat = try g.reshape(try g.input(), [2, 144])
    #expect(ops(try plan(g.finished(flat))) == ["copy"])
  }

  @Test func theSameValueTwice() throws {
    let g = GraphBuilder()
    let x = try g.rectify(try g.input())
    let plan = try plan(g.finished(x, x))
    #expect(ops(plan) == ["activation", "copy"])
    #expect(Set(plan.outputs.map(\.place)) == [.output(0), .output(1)])
  }

  @Test func aValueAndItsView() throws {
    let g = GraphBuilder()
    let x = try g.rectify(try g.input())
    #expect(ops(try plan(g.finished(x, try g.reshape(x, [2, 144])))) == ["activation", "copy"])
  }

  @Test func aViewIsWrittenInPlace() throws {
    let g = GraphBuilder()
    let flat = try g.reshape(try g.rectify(try g.input()), [2, 144])
    let plan = try plan(g.finished(flat))
    #expect(ops(plan) == ["activation"])
    #expect(plan.tensors.filter { $0.place == .output(0) }.map(\.shape) == [[2, 144], [2, 4, 6, 6]])
    #expect(plan.arenaBytes == 0)
  }

  @Test func anOutputWhoseViewIsReadAgain() throws {
    // The caller sees the value, not the view that the dense layer takes.
    let g = GraphBuilder()
    let x = try g.rectify(try g.input())
    let plan = try plan(g.finished(x, try g.dense(try g.reshape(x, [2, 144]), "dense")))
    #expect(ops(plan) == ["activation", "dense"])
  }

  @Test func anOutputThatIsReadAgain() throws {
    let g = GraphBuilder()
    let first = try g.rectify(try g.input())
    let second = try g.add(.activation(.tanh), [first])
    let plan = try plan(g.finished(second, first))
    #expect(plan.steps.map { plan.tensors[$0.result].place } == [.output(1), .output(0)])
  }

  @Test func anOutputThatAConvolutionPads() throws {
    // The caller's tensor has no room for a halo: the convolution reads a copy.
    let g = GraphBuilder()
    let first = try g.rectify(try g.input([2, 3, 6, 6]))
    let plan = try plan(g.finished(try g.conv(first, "conv", filters: 8), first))
    #expect(ops(plan) == ["activation", "copy", "conv2d", "copy"])
    #expect(plan.outputs[1].layout == .plain)
  }

  @Test func aBlockedOutputThatIsReadAgain() throws {
    let g = GraphBuilder()
    let first = try g.conv(try g.input([2, 8, 6, 6]), "first", filters: 8)
    let second = try g.conv(first, "second", filters: 8)
    let plan = try plan(g.finished(first, second))
    // Into blocks with a halo, out once for each output.
    #expect(ops(plan).filter { $0 == "copy" }.count == 3)
  }
}

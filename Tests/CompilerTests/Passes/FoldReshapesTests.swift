import NetIR
import Testing

@testable import Compiler

@Suite struct FoldReshapesTests {
  private func fold(_ graph: Graph) throws -> Graph {
    try run([FoldReshapes.pass, RemoveDead.pass], graph).graph
  }

  @Test func aChainIsOne() throws {
    let g = GraphBuilder()
    let x = try g.input([2, 4, 6, 6])
    let last = try g.reshape(try g.reshape(try g.reshape(x, [2, 144]), [8, 36]), [2, 12, 12])
    let result = try fold(g.finished(last))
    #expect(result.work == ["reshape"])
    #expect(try result.first("reshape").operands == result.inputs)
  }

  @Test func thereAndBackIsNone() throws {
    let g = GraphBuilder()
    let x = try g.input([2, 4, 6, 6])
    let result = try fold(g.finished(try g.reshape(try g.reshape(x, [2, 144]), [2, 4, 6, 6])))
    #expect(result.work.isEmpty)
    #expect(result.outputs == result.inputs)
  }

  @Test func aSharedLinkStays() throws {
    let g = GraphBuilder()
    let x = try g.input([2, 4, 6, 6])
    let flat = try g.reshape(x, [2, 144])
    let result = try fold(g.finished(try g.dense(flat, "dense"), try g.reshape(flat, [288])))
    #expect(result.work == ["reshape", "dense", "reshape"])
    #expect(result[result.outputs[1]].operands == result.inputs)
  }

  @Test func ofConstantsToo() throws {
    let g = GraphBuilder()
    let x = try g.input([2, 4])
    let w = try g.reshape(try g.reshape(try g.constant("w", [3, 2, 2]), [12]), [3, 4])
    let result = try fold(g.finished(try g.add(.dense(Epilogue(bias: false)), [x, w])))
    #expect(result.nodes.filter { $0.op.name == "reshape" }.count == 1)
  }
}

import NetIR
import Testing

@testable import Compiler

@Suite struct LowerBatchNormTests {
  @Test(arguments: [[2, 4, 6, 6], [2, 4], [2, 4, 7]])
  func becomesScaleAndShift(_ shape: [Int]) throws {
    let g = GraphBuilder()
    let x = try g.input(shape)
    let bn = try g.norm(x, "bn")
    let result = try run(LowerBatchNorm.pass, g.finished(bn))
    #expect(result.work == ["scale_shift"])
    let node = try result.first("scale_shift")
    #expect(node.name == "bn")
    #expect(result[node.operands[1]].op == .normScale(epsilon: 1e-4))
    #expect(result[node.operands[2]].op == .normShift)
    // The shift is computed from the very scale, so that both are rounded alike.
    #expect(result[node.operands[2]].operands[2] == node.operands[1])
  }
}

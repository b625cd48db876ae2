import NetIR
import Testing

@testable import Compiler

@Suite struct RemoveIdentitiesTests {
  @Test func dropsWhatDoesNothing() throws {
    let g = GraphBuilder()
    let x = try g.input()
    let a = try g.add(.dropout(probability: 0.5), [x])
    let b = try g.add(.activation(.linear), [a])
    let c = try g.reshape(b, [2, 4, 6, 6])
    let d = try g.add(.elementwise(ElementwiseAttributes(kind: .mean), .linear), [c])
    let e = try g.rectify(d)
    let result = try run(RemoveIdentities.pass, g.finished(e))
    #expect(result.work == ["activation"])
    #expect(result[result.outputs[0]].operands == result.inputs)
  }

  @Test func keepsWhatDoesSomething() throws {
    let g = GraphBuilder()
    let x = try g.input()
    let scaled = try g.add(.elementwise(ElementwiseAttributes(kind: .sum, coefficients: [2]), .linear), [x])
    let bent = try g.add(.elementwise(ElementwiseAttributes(kind: .sum), .rectify), [scaled])
    let flat = try g.reshape(bent, [2, 144])
    let result = try run(RemoveIdentities.pass, g.finished(flat))
    #expect(result.work == ["elementwise", "elementwise", "reshape"])
  }

  @Test func whatIsRandomInTrainingTakesItsFixedForm() throws {
    let g = GraphBuilder()
    let x = try g.add(.gaussianNoise(sigma: 1), [try g.input()])
    let y = try g.add(.randomizedRectify(lower: 3, upper: 5), [x])
    let result = try run(RemoveIdentities.pass, g.finished(y))
    #expect(result[result.outputs[0]].op == .activation(.leakyRectify(leakiness: 0.25)))
    #expect(result[result.outputs[0]].operands == result.inputs)
  }

  @Test func anOutputMayBecomeTheInput() throws {
    let g = GraphBuilder()
    let x = try g.input()
    let a = try g.add(.dropout(probability: 0.5), [x])
    let result = try run(RemoveIdentities.pass, g.finished(a))
    #expect(result.outputs == result.inputs)
  }
}

import NetIR
import Testing

@testable import Compiler

@Suite struct RemoveDeadTests {
  @Test func keepsWhatOutputsNeed() throws {
    let g = GraphBuilder()
    let x = try g.input()
    let live = try g.conv(x, "live")
    _ = try g.rectify(try g.conv(x, "dead"))
    let result = try run(RemoveDead.pass, g.finished(try g.rectify(live), live))
    #expect(result.work == ["conv2d", "activation"])
    #expect(result.nodes.count == 5)
    #expect(!result.nodes.contains { $0.name.hasPrefix("dead") })
    #expect(result.outputs == [ValueID(4), ValueID(3)])
  }

  @Test func keepsInputsThatNobodyReads() throws {
    let g = GraphBuilder()
    _ = try g.input([2, 3])
    let second = try g.input([2, 4])
    let result = try run(RemoveDead.pass, g.finished(try g.rectify(second)))
    #expect(result.inputs.map { result[$0].shape } == [[2, 3], [2, 4]])
  }
}

import NetIR
import Testing

@testable import Compiler

@Suite struct KeepPortableTests {
  @Test func keepsTheGraphAsItIs() throws {
    let g = GraphBuilder()
    let graph = g.finished(try g.conv(try g.input(), "conv"))
    let result = try run([KeepPortable.pass, SelectKernels.pass, ChooseLayouts.pass], graph)
    #expect(result.portable == graph)
    #expect(result.graph != graph)
  }

  @Test func knowsNothingOfTheTarget() throws {
    let g = GraphBuilder()
    let graph = g.finished(try g.rectify(try g.norm(try g.conv(try g.input(), "conv"), "bn")))
    let portable = try TargetDescription.named.map { target in
      try Pipeline.compile(graph, try .on(target.name))?.portable
    }
    #expect(portable.allSatisfy { $0 != nil && $0 == portable[0] })
    #expect(portable[0]?.nodes.allSatisfy { $0.kernel == nil && $0.layout == .plain } == true)
  }
}

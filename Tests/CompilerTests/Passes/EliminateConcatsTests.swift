import NetIR
import Testing

@testable import Compiler

struct EliminateConcatsTests {
  static let passes = [
    NestConcats.pass, RemoveDead.pass, KeepPortable.pass, SelectKernels.pass, ChooseLayouts.pass, EliminateConcats.pass,
  ]

  /// Blocks of 8.
  private func joined(_ graph: Graph) throws -> Graph { try run(Self.passes, graph, target: "x86-64-avx2").graph }

  private func concats(_ graph: Graph) -> [Graph.Node] {
    graph.nodes.filter { if case .concat = $0.op { true } else { false } }
  }

  @Test func branchesAreWrittenWhereTheyBelong() throws {
    let g = GraphBuilder()
    let x = try g.input([2, 8, 6, 6])
    let branches = try [8, 16, 5].map { try g.conv(x, "conv\($0)", filters: $0) }
    let graph = try joined(g.finished(try g.conv(try g.add(.concat(axis: 1), branches), "last", pad: 2)))
    let concat = try graph.first("concat")
    #expect(concat.kernel == nil)
    #expect(graph.work.count { $0 == "copy" } == 2, "the image and the output")
    // The halo that the last convolution wants is written by those who write the channels.
    let halo = Padding2D(top: 2, bottom: 2, left: 2, right: 2)
    #expect(concat.layout == TensorLayout(block: 8, halo: halo))
    #expect(concat.operands.allSatisfy { graph[$0].layout == concat.layout })
  }

  @Test func viewsOfViewsAreViewsOfTheWhole() throws {
    let g = GraphBuilder()
    let x = try g.conv(try g.input([2, 8, 6, 6]), "x", filters: 16)
    let a = try g.add(.concat(axis: 1), [x, try g.conv(x, "f", filters: 8)], "a")
    let b = try g.add(.concat(axis: 1), [try g.conv(a, "g", filters: 8), a], "b")
    let graph = try joined(g.finished(try g.conv(b, "last", size: 1, pad: 0)))
    let views = GraphViews(graph)
    func view(_ name: String) throws -> [Int] {
      let id = try #require(graph.ids.first { graph[$0].name == name })
      return [try #require(views[id]).firstChannel ?? -1, views.root(of: id).index]
    }
    let root = try #require(graph.ids.first { graph[$0].name == "b" }).index
    #expect(try ["x", "f", "a", "g"].map(view) == [[8, root], [24, root], [8, root], [0, root]])
    #expect(views[ValueID(root)] == nil && views.root(of: ValueID(root)) == ValueID(root))
    // All have the halo of whoever needs the widest.
    #expect(Set(concats(graph).flatMap { [$0.layout] + $0.operands.map { graph[$0].layout } }).count == 1)
  }

  @Test func onlyOneResultHasItInPlace() throws {
    let g = GraphBuilder()
    let x = try g.input([2, 8, 6, 6])
    let (a, b) = (try g.conv(x, "a", filters: 8), try g.conv(x, "b", filters: 16))
    let one = try g.add(.concat(axis: 1), [a, b], "one")
    let two = try g.add(.concat(axis: 1), [b, a], "two")
    let three = try g.add(.concat(axis: 1), [b, try g.conv(x, "c", filters: 16)], "three")
    let graph = try joined(
      g.finished(try g.conv(one, "d", size: 1), try g.conv(two, "e", size: 1), try g.conv(three, "f", size: 1)))
    // The second would be copied as a whole; of the third the half.
    #expect(concats(graph).map { $0.kernel == nil } == [true, false, true])
    #expect(graph.nodes.filter { $0.name.contains(" into ") }.map(\.name) == ["b into three"])
  }

  @Test(arguments: ["unaligned", "other axis", "dense reads it", "output", "mostly copies", "constant"])
  func keptWhereItCannotBe(_ why: String) throws {
    let g = GraphBuilder()
    let x = try g.input([2, 8, 6, 6])
    let (a, b) = (try g.conv(x, "a", filters: why == "unaligned" ? 12 : 8), try g.conv(x, "b", filters: 8))
    var operands = [a, b]
    var outputs: [ValueID] = []
    if why == "mostly copies" { operands += [x, x, x] }
    if why == "constant" { operands.append(try g.constant("map", [2, 8, 6, 6])) }
    let joined = try g.add(.concat(axis: why == "other axis" ? 2 : 1), operands)
    outputs.append(try g.conv(joined, "c", filters: 8))
    if why == "dense reads it" {
      // Whoever reads plain numbers reads a copy in any case: the operand itself must stay contiguous.
      let c = try g.rectify(x)
      outputs.append(try g.dense(try g.reshape(c, [2, 288]), "dense"))
      outputs.append(try g.add(.concat(axis: 1), [c, x]))
    }
    var graph = g.finished(outputs[0])
    graph.outputs = outputs
    if why == "output" {
      graph = g.finished(try g.add(.concat(axis: 1), [try g.rectify(x), x]))
      // The caller gets what is contiguous; it lies in the caller's buffer.
      graph.outputs.append(graph[graph.outputs[0]].operands[0])
    }
    #expect(try concats(self.joined(graph)).contains { $0.kernel != nil })
  }

  @Test func whatIsJoinedAlreadyIsTakenOver() throws {
    let g = GraphBuilder()
    let x = try g.input([2, 8, 6, 6])
    let parts = try (0..<4).map { try g.conv(x, "f\($0)", filters: 8) }
    let two = try g.add(.concat(axis: 1), Array(parts[..<2]), "two")
    let three = try g.add(.concat(axis: 1), Array(parts[..<3]), "three")
    let same = try g.add(.concat(axis: 1), Array(parts[..<3]), "same")
    let four = try g.add(.concat(axis: 1), parts, "four")
    let other = try g.add(.concat(axis: 2), parts, "other")
    let graph = try run([NestConcats.pass], g.finished(two, three, same, four, other)).graph
    let outputs = graph.outputs
    #expect(graph[outputs[1]].operands == [outputs[0], parts[2]] && outputs[2] == outputs[1])
    #expect(graph[outputs[3]].operands == [outputs[1], parts[3]])
    #expect(graph[outputs[4]].operands.count == 4)
  }
}

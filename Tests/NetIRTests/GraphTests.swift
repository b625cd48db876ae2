import NetIR
import Testing

struct GraphTests {
  private static func sample() throws -> Graph {
    var graph = Graph(name: "sample")
    let b = try graph.add(.input(index: 1, shape: [1, 4]), name: "b")
    let a = try graph.add(.input(index: 0, shape: [1, 4]), name: "a")
    let w = try graph.add(.constant(name: "w", shape: [4]), name: "w")
    let s = try graph.add(.normShift, [w, w, w], name: "s")
    let y = try graph.add(.scaleShift(.linear), [a, s, w], name: "y")
    let sum = try graph.add(.elementwise(ElementwiseAttributes(kind: .sum), .linear), [y, b, y], name: "sum")
    graph.outputs = [sum, y]
    return graph
  }

  @Test func inputsGoByTheirNumber() throws {
    #expect(try Self.sample().inputs == [ValueID(1), ValueID(0)])
  }

  @Test func users() throws {
    let users = try Self.sample().users().map { $0.map(\.index) }
    #expect(users == [[5], [4], [3, 3, 3, 4], [4], [5, 5], []])
  }

  @Test func constants() throws {
    #expect(try Self.sample().constants() == [false, false, true, true, false, false])
  }

  @Test func rewriting() throws {
    let graph = try Self.sample()
    // The identity, then one that puts `a` in the place of `y`.
    #expect(graph.rewritten { new, _, node in new.append(node) } == graph)
    let short = graph.rewritten { new, id, node in id == ValueID(4) ? node.operands[0] : new.append(node) }
    #expect(short.nodes.map(\.name) == ["b", "a", "w", "s", "sum"])
    #expect(short.outputs == [ValueID(4), ValueID(1)])
    #expect(short.nodes.last?.operands == [ValueID(1), ValueID(0), ValueID(1)])
    try short.verify()
  }
}

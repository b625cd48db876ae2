import NetIR
import Testing

struct VerifyGraphTests {
  /// x → conv + bias → rectify, plus a shortcut.
  private static func good() throws -> Graph {
    var graph = Graph(name: "small")
    let x = try graph.add(.input(index: 0, shape: [2, 3, 8, 8]), name: "x")
    let w = try graph.add(.constant(name: "c.W", shape: [3, 3, 3, 3]), name: "c.W")
    let attributes = ConvolutionAttributes(
      kernel: Size2D(3), padding: Padding2D(top: 1, bottom: 1, left: 1, right: 1))
    let c = try graph.add(.conv2D(attributes, Epilogue(bias: false, residual: true)), [x, w, x], name: "c")
    let y = try graph.add(.activation(.rectify), [c], name: "y")
    graph.outputs = [y]
    return graph
  }

  @Test func aGoodGraphPasses() throws {
    try Self.good().verify()
  }

  /// One way to break the graph, and what is said of it.
  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let words: String
    let apply: @Sendable (inout Graph) throws -> Void

    init(_ what: String, _ words: String, _ apply: @escaping @Sendable (inout Graph) throws -> Void) {
      testDescription = what
      self.words = words
      self.apply = apply
    }
  }

  static let damages = [
    Damage("an operand behind its user", "not computed before it") { $0[ValueID(2)].operands[0] = ValueID(3) },
    Damage("its own operand", "not computed before it") { $0[ValueID(3)].operands = [ValueID(3)] },
    Damage("no such operand", "not computed before it") { $0[ValueID(3)].operands = [ValueID(9)] },
    Damage("a negative operand", "not computed before it") { $0[ValueID(3)].operands = [ValueID(-1)] },
    Damage("a wrong shape", "its op gives") { $0[ValueID(3)].shape = [2, 3, 8, 9] },
    Damage("wrong arity", "takes 3 operands") { $0[ValueID(2)].operands.removeLast() },
    Damage("shapes that do not fit", "is not 3×3") { $0[ValueID(2)].operands[1] = ValueID(0) },
    Damage("a blocked vector", "blocked layout") {
      let vector = try $0.add(.constant(name: "v", shape: [3]), name: "v")
      $0[vector].layout.block = 16
    },
    Damage("a block of nothing", "blocked layout") { $0[ValueID(3)].layout.block = 0 },
    Damage("no output", "no outputs") { $0.outputs = [] },
    Damage("an output that does not exist", "no outputs") { $0.outputs = [ValueID(4)] },
    Damage("a hole in the inputs", "not numbered") {
      $0[ValueID(0)].op = .input(index: 1, shape: [2, 3, 8, 8])
    },
    Damage("two inputs of one number", "not numbered") {
      try $0.add(.input(index: 0, shape: [1, 1]), name: "z")
    },
    Damage("a constant residual", "adds a constant") {
      let map = try $0.add(.fill(value: 1, shape: [2, 3, 8, 8]), name: "map")
      try $0.add($0[ValueID(2)].op, [ValueID(0), ValueID(1), map], name: "late")
    },
  ]

  @Test(arguments: damages)
  func aBrokenGraphIsFound(_ damage: Damage) throws {
    var graph = try Self.good()
    try damage.apply(&graph)
    let problem = #expect(throws: GraphProblem.self) { try graph.verify() }
    #expect(problem?.message.contains(damage.words) == true, "\(problem?.message ?? "")")
  }

  @Test func addRefusesAtOnce() throws {
    var graph = try Self.good()
    let problem = #expect(throws: GraphProblem.self) {
      try graph.add(.softmax(axis: 7), [ValueID(3)], name: "s")
    }
    #expect(problem?.message == "softmax of `s`: axis 7 of [2, 3, 8, 8]")
    #expect(graph.nodes.count == 4)
  }
}

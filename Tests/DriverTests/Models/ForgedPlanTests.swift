import CPUBackend
import Compiler
import Diagnostics
import Driver
import Exchange
import FileTestSupport
import NetworkTestSupport
import Testing

@testable import NetIR

/// Artefacts whose checksums are right and whose plans are not: somebody meant it.
@Suite struct ForgedPlanTests {
  struct Forgery: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var edit: @Sendable (inout Plan, inout Graph) -> Void

    init(_ name: String, _ edit: @escaping @Sendable (inout Plan, inout Graph) -> Void) {
      (testDescription, self.edit) = (name, edit)
    }
  }

  /// The first tensor in the arena.
  private static func scratch(_ plan: Plan) -> Int {
    plan.tensors.firstIndex { if case .arena = $0.place { true } else { false } } ?? 0
  }

  private static func convolution(_ plan: Plan) -> Int {
    plan.steps.firstIndex { $0.op.name == "conv2d" } ?? 0
  }

  static let places = [
    Forgery("beyond the arena") { p, _ in p.tensors[scratch(p)].place = .arena(offset: p.arenaBytes) },
    Forgery("far beyond the arena") { p, _ in p.tensors[scratch(p)].place = .arena(offset: Int.max - 63) },
    Forgery("before the arena") { p, _ in p.tensors[scratch(p)].place = .arena(offset: -64) },
    Forgery("not aligned") { p, _ in p.tensors[scratch(p)].place = .arena(offset: 4) },
    Forgery("no arena") { p, _ in p.arenaBytes = 0 },
    Forgery("an arena of which little is used") { p, _ in p.arenaBytes = 1 << 50 },
    Forgery("an arena beyond all numbers") { p, _ in p.arenaBytes = Int.max },
    Forgery("an arena below nothing") { p, _ in p.arenaBytes = -1 },
    Forgery("another input") { p, _ in p.tensors[scratch(p)].place = .input(1) },
    Forgery("the same output") { p, _ in p.tensors[scratch(p)].place = .output(0) },
    Forgery("output 5") { p, _ in
      for index in p.tensors.indices where p.tensors[index].place == .output(0) { p.tensors[index].place = .output(5) }
    },
    Forgery("two on one place") { p, _ in
      for index in p.tensors.indices {
        if case .arena = p.tensors[index].place { p.tensors[index].place = .arena(offset: 0) }
      }
    },
    Forgery("a view of itself") { p, _ in p.tensors[scratch(p)].viewOf = scratch(p) },
    Forgery("a view of nothing") { p, _ in p.tensors[scratch(p)].viewOf = 999 },
    Forgery("a huge halo") { p, _ in p.tensors[scratch(p)].layout.halo.top = 1 << 60 },
    Forgery("a negative halo") { p, _ in p.tensors[scratch(p)].layout.halo.left = -1 },
    Forgery("no halo") { p, _ in for index in p.tensors.indices { p.tensors[index].layout.halo = .none } },
    Forgery("a block of nothing") { p, _ in p.tensors[scratch(p)].layout.block = 0 },
    Forgery("another block") { p, _ in p.tensors[scratch(p)].layout.block += 1 },
    Forgery("other numbers") { p, _ in p.tensors[scratch(p)].layout.storage = .bfloat16 },
    Forgery("a shape without sizes") { p, _ in p.tensors[scratch(p)].shape = [] },
    Forgery("a huge shape") { p, _ in p.tensors[scratch(p)].shape = [1 << 40, 1 << 40, 1 << 40, 1 << 40] },
    Forgery("a larger batch") { p, _ in p.batch = 3 },
    Forgery("a smaller batch") { p, _ in p.batch = 1 },
    Forgery("no batch") { p, _ in p.batch = 0 },
  ]

  static let steps = [
    Forgery("no steps") { p, _ in p.steps = [] },
    Forgery("one step less") { p, _ in p.steps.removeLast() },
    Forgery("in reverse") { p, _ in p.steps.reverse() },
    Forgery("twice the same") { p, _ in p.steps.append(p.steps[convolution(p)]) },
    Forgery("a result that does not exist") { p, _ in p.steps[0].result = 99 },
    Forgery("a result below nothing") { p, _ in p.steps[0].result = -1 },
    Forgery("writes the input") { p, _ in p.steps[0].result = 0 },
    Forgery("reads a tensor that does not exist") { p, _ in p.steps[0].operands[0] = .tensor(99) },
    Forgery("reads a constant that does not exist") { p, _ in p.steps[convolution(p)].operands[1] = .constant(-7) },
    Forgery("reads a tensor as weights") { p, _ in p.steps[convolution(p)].operands[1] = .tensor(0) },
    Forgery("reads nothing") { p, _ in p.steps[0].operands = [] },
    Forgery("reads too much") { p, _ in p.steps[0].operands.append(.tensor(0)) },
    Forgery("an unknown kernel") { p, _ in p.steps[0].kernel = "conv2d_direct_f32_sparc_1x1" },
    Forgery("no kernel") { p, _ in p.steps[0].kernel = "" },
    Forgery("the kernel of another op") { p, _ in p.steps[convolution(p)].kernel = "dense_gemm_f32_generic_2x16" },
    Forgery("the kernel of another block") { p, _ in
      p.steps[convolution(p)].kernel =
        p.target.name == "generic" ? "conv2d_direct_f32_avx2_6x16" : "conv2d_direct_f32_generic_4x8"
    },
    Forgery("the kernel of other convolutions") { p, _ in
      let step = p.steps[convolution(p)]
      p.steps[convolution(p)].kernel = step.kernel.replacing("direct", with: "depthwise")
    },
    Forgery("another op") { p, _ in p.steps[convolution(p)].op = .activation(.rectify) },
    Forgery("an op that nothing computes") { p, _ in p.steps[convolution(p)].op = .dropout(probability: 0.5) },
    Forgery("a wider stride") { p, _ in
      p.steps[convolution(p)].op = .conv2D(
        ConvolutionAttributes(kernel: Size2D(3), stride: Size2D(1 << 40)), Epilogue(bias: true))
    },
    Forgery("a stride of nothing") { p, _ in
      p.steps[convolution(p)].op = .conv2D(
        ConvolutionAttributes(kernel: Size2D(3), stride: Size2D(0)), Epilogue(bias: true))
    },
    Forgery("a residual from nowhere") { p, _ in
      guard case .conv2D(let a, _) = p.steps[convolution(p)].op else { return }
      p.steps[convolution(p)].op = .conv2D(a, Epilogue(bias: false, residual: true))
    },
  ]

  static let constants = [
    Forgery("no constants") { p, _ in p.constants = [] },
    Forgery("one constant less") { p, _ in p.constants.removeLast() },
    Forgery("other weights") { p, _ in p.constants.swapAt(0, p.constants.count - 1) },
    Forgery("a larger constant") { p, _ in p.constants[0].shape[0] += 64 },
    Forgery("a huge constant") { p, _ in p.constants[0].shape = [1 << 50, 1 << 50] },
    Forgery("weights that are not packed") { p, _ in p.constants[0].packing = .plain },
    Forgery("packed for no step") { p, _ in p.constants[0].packing = .step(99) },
    Forgery("packed for another step") { p, _ in p.constants[0].packing = .step(0) },
    Forgery("a name twice") { p, _ in p.constants[0].name = p.constants[1].name },
  ]

  static let graphs = [
    Forgery("no outputs") { _, g in g.outputs = [] },
    Forgery("an output that does not exist") { _, g in g.outputs = [ValueID(99)] },
    Forgery("a value that reads itself") { _, g in
      let last = ValueID(g.nodes.count - 1)
      g[last].operands[0] = last
    },
    Forgery("a value from before the first") { _, g in g[ValueID(g.nodes.count - 1)].operands[0] = ValueID(-1) },
    Forgery("another shape") { _, g in g[g.outputs[0]].shape = [1, 1] },
    Forgery("inputs with a hole") { _, g in g[g.inputs[0]].op = .input(index: 3, shape: [2, 2, 6, 6]) },
  ]

  /// The diagnostic of the opening; nil when it succeeded, and any other error is recorded.
  private func open(_ forgery: Forgery, host: HostCPU) throws -> (diagnostic: Diagnostic?, model: Model?) {
    let compiled = try Compiled()
    var (plan, graph) = (compiled.plan, compiled.portable)
    forgery.edit(&plan, &graph)
    #expect(plan != compiled.plan || graph != compiled.portable)
    // What cannot be written cannot be opened, either.
    if let refused = diagnostic(of: { try compiled.write(plan, graph, to: compiled.path) }) {
      return (refused, nil)
    }
    do {
      return (nil, try Model.open(compiled.path, threads: 1, host: host))
    } catch let error as DiagnosticError {
      return (error.diagnostic, nil)
    } catch {
      Issue.record("\(forgery.testDescription): \(error)")
      return (nil, nil)
    }
  }

  @Test(arguments: places + steps + constants)
  func isRefused(_ forgery: Forgery) throws {
    for host in [HostCPU.current, HostCPU.current.limited(to: [.generic])] {
      let (diagnostic, model) = try open(forgery, host: host)
      #expect(model == nil, "opened")
      if let diagnostic { #expect(isAboutTheFile(diagnostic), "\(diagnostic.code.rawValue): \(diagnostic.message)") }
    }
  }

  /// Edits that are sound for this CPU and show when the artefact is made ready for another.
  static let latent = [
    Forgery("a constant from nowhere") { p, _ in p.constants[0].source = ValueID(9999) },
    Forgery("a constant from below nothing") { p, _ in p.constants[0].source = ValueID(-1) },
    Forgery("constants of one another's source") { p, _ in
      (p.constants[0].source, p.constants[1].source) = (p.constants[1].source, p.constants[0].source)
    },
    Forgery("a source that is no constant") { p, g in p.constants[0].source = g.inputs[0] },
    Forgery("another network") { _, g in
      g = Graph(name: "other")
      let x = g.append(
        Graph.Node(op: .input(index: 0, shape: [2, 7]), operands: [], shape: [2, 7], name: "x"))
      g.outputs = [g.append(Graph.Node(op: .activation(.rectify), operands: [x], shape: [2, 7], name: "y"))]
    },
    Forgery("a graph with a batch normalisation") { _, g in
      var operands = [g.inputs[0]]
      for _ in 0..<4 {
        operands.append(
          g.append(Graph.Node(op: .fill(value: 1, shape: [2]), operands: [], shape: [2], name: "one")))
      }
      g.outputs = [
        g.append(
          Graph.Node(op: .batchNorm(epsilon: 1), operands: operands, shape: [2, 2, 6, 6], name: "bn"))
      ]
    },
    Forgery("a graph with a dropout") { _, g in
      let x = g.inputs[0]
      g.outputs = [
        g.append(Graph.Node(op: .dropout(probability: 1), operands: [x], shape: g[x].shape, name: "d"))
      ]
    },
  ]

  @Test(arguments: graphs + latent)
  func isRefusedWhereItMatters(_ forgery: Forgery) throws {
    let (diagnostic, model) = try open(forgery, host: HostCPU.current.limited(to: [.generic]))
    #expect(model == nil, "opened")
    if let diagnostic { #expect(isAboutTheFile(diagnostic), "\(diagnostic.code.rawValue): \(diagnostic.message)") }
  }
}

import CKernels
import Compiler
import Layers
import NetIR
import NetworkTestSupport
import Runtime
import Testing

@testable import CPUBackend

/// Runs a graph compiled and as it stands, and holds the results against each other.
struct Agreement {
  let graph: Graph
  /// Random numbers for each input, N×C×… in C order.
  let inputs: [[Float]]
  /// What the interpreter makes of them, or whoever else is believed; one array per output.
  let wanted: [[Double]]
  /// In what plans multiply.
  var precision = Precision.fp32

  /// How far single precision may be from the truth, of the largest value of an output: what was seen is a
  /// quarter of it, in shallow networks and in those of a dozen layers and sums of thousands of products.
  static let (shallow, deep) = (1e-5, 5e-5)

  /// Teams that all tests share: threads are dear.
  static let pools = [1, 2, 3].map { ThreadPool(threads: $0) }

  /// The named targets that this CPU can run.
  static let targets = TargetDescription.named.filter {
    $0.instructionSets.isSubset(of: HostCPU.current.instructionSets)
  }.map(\.name)

  init(_ graph: Graph) throws {
    try self.init(graph) { inputs in
      try ReferenceInterpreter(graph, parameter: NoiseWeights.values).run(inputs.map { $0.map(Double.init) })
    }
  }

  /// - Parameter truth: what the outputs should be for given inputs.
  init(_ graph: Graph, truth: ([[Float]]) throws -> [[Double]]) rethrows {
    self.graph = graph
    // The first example is the same for every batch.
    inputs = graph.inputs.enumerated().map {
      Noise.floats(graph[$1].shape.elements, seed: UInt64($0) + 1)
    }
    wanted = try truth(inputs)
  }

  /// With given inputs.
  init(_ graph: Graph, inputs: [[Float]]) throws {
    (self.graph, self.inputs) = (graph, inputs)
    let wide = inputs.map { $0.map(Double.init) }
    wanted = try ReferenceInterpreter(graph, parameter: NoiseWeights.values).run(wide)
  }

  init(_ network: Network, batch: Int) throws { try self.init(network.lowered(batch: batch).graph) }

  /// The plan for a target, with its weights packed.
  struct Compiled {
    var plan: Plan
    var constants: ConstantMemory
  }

  func compiled(for target: TargetDescription, batch: Int) throws -> Compiled {
    let options = CompileOptions(
      batch: batch, precision: precision, target: target, catalogue: KernelTable.catalogue)
    let result = try #require(try Pipeline.compile(graph, options))
    let evaluator = ConstantEvaluator(result.portable, parameter: NoiseWeights.values)
    let constants = try WeightPacking(result.plan).packed {
      try evaluator.value(of: result.plan.constants[$0].source)
    }
    return Compiled(plan: result.plan, constants: constants)
  }

  /// - Parameter allParallel: whether every step is split, however small.
  func results(of compiled: Compiled, pool: ThreadPool, allParallel: Bool) throws -> [[Float]] {
    var plan = compiled.plan
    if allParallel { for index in plan.steps.indices { plan.steps[index].parallel = true } }
    let executable = try CPUExecutable(
      plan, constants: compiled.constants, pool: pool, kernel: Self.kernel(for: plan.target))
    // What a run leaves in the arena must not reach the next one: the first leaves NaN.
    _ = executable.run(examples: plan.batch, inputs: inputs.map { $0.map { _ in .nan } })
    return executable.run(examples: plan.batch, inputs: inputs)
  }

  /// What computes for a kernel of a plan: this CPU, or a model of the tiles that it has not.
  static func kernel(for target: TargetDescription) -> (String) -> KernelTable.Row? {
    { name in
      if let row = KernelTable.runnable(name) { return row }
      guard target.instructionSets.contains(.amx), let row = KernelTable[name],
        row.descriptor.instructionSet == .amx
      else { return nil }
      let modelled = name.split(separator: "_").map { $0 == "amx" ? "amxmodel" : $0 }.joined(separator: "_")
      var count: Int64 = 0
      guard let table = ck_modelled_kernels(&count) else { return nil }
      return (0..<Int(count)).first { String(cString: table[$0].name) == modelled }
        .map { KernelTable.Row(kernel: table + $0, descriptor: row.descriptor) }
    }
  }

  func check(_ found: [[Float]], tolerance: Double) {
    #expect(found.map(\.count) == wanted.map(\.count))
    for (output, (a, b)) in zip(found, wanted).enumerated() {
      let largest = b.reduce(0) { max($0, abs($1)) }
      var worst = 0.0
      for (x, y) in zip(a, b) {
        let error = abs(Double(x) - y)
        // NaN is the worst.
        if !(error <= worst) { worst = error.isNaN ? .infinity : error }
      }
      #expect(worst <= tolerance * largest, "output \(output) of \(graph.name): off by \(worst) of \(largest)")
      #expect(largest > 0 && (b.count < 2 || Set(b).count > 1), "a constant proves nothing")
    }
  }

  /// On one target: the interpreter's numbers, and the same bits for any number of threads.
  @discardableResult
  func check(on target: TargetDescription, batch: Int, tolerance: Double = shallow) throws -> Compiled {
    let compiled = try compiled(for: target, batch: batch)
    let alone = try results(of: compiled, pool: Self.pools[0], allParallel: false)
    check(alone, tolerance: tolerance)
    #expect(try results(of: compiled, pool: Self.pools[1], allParallel: false) == alone)
    #expect(try results(of: compiled, pool: Self.pools[2], allParallel: true) == alone)
    return compiled
  }
}

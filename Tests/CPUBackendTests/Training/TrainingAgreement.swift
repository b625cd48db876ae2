import Layers
import NetIR
import NetworkTestSupport
import Runtime
import Testing

@testable import CPUBackend
@testable import Compiler

/// Runs a step of training as a plan and as its graph stands, and holds all outputs against each other.
struct TrainingAgreement {
  let graph: Graph
  let inputs: [[Float]]
  let wanted: [[Double]]

  /// - Parameter inputs: one array for each input of the graph.
  init(_ graph: Graph, inputs: [[Float]]) throws {
    self.graph = graph
    self.inputs = inputs
    wanted = try ReferenceInterpreter(graph, parameter: NoiseWeights.values).run(inputs.map { $0.map(Double.init) })
  }

  /// - Parameters:
  ///   - bf16Bound: the precision is bf16, and of each output the root mean square of the errors may be so much of its
  ///     own.
  ///   - numerics: with `fast`, errors of 1e-4 of an output's largest value are allowed, else of 1e-5.
  ///   - measurements: what is known of kernels.
  ///   - parts: of the names of kernels that the plan must have.
  @discardableResult
  func check(
    on target: TargetDescription, bf16Bound: Double? = nil, numerics: Numerics, batch: Int,
    measurements: MeasurementTable? = nil, has parts: [String] = []
  ) throws -> Plan {
    let options = CompileOptions(
      batch: batch, precision: bf16Bound == nil ? .fp32 : .bf16, numerics: numerics, target: target,
      catalogue: KernelTable.catalogue, measurements: measurements)
    let compiled = try Self.compiled(graph, options)
    let constants = try Self.constants(of: compiled)
    var results: [[[Float]]] = []
    for (number, pool) in Agreement.pools.enumerated() {
      var plan = compiled.plan
      // With three threads every step is shared, however small.
      if number == 2 { for index in plan.steps.indices { plan.steps[index].parallel = true } }
      let executable = try CPUExecutable(
        plan, constants: constants, pool: pool, kernel: Agreement.kernel(for: target))
      _ = Self.run(executable, inputs.map { $0.map { _ in .nan } })
      results.append(Self.run(executable, inputs))
    }
    #expect(results[1] == results[0] && results[2] == results[0], "threads change the bits")
    for (output, (found, want)) in zip(results[0], wanted).enumerated() {
      let largest = want.reduce(0) { max($0, abs($1)) }
      let worst = zip(found, want).reduce(0) { worst, pair in
        let error = abs(Double(pair.0) - pair.1)
        return error.isNaN ? .infinity : max(worst, error)
      }
      let name = graph[graph.outputs[output]].name
      #expect(found.count == want.count)
      if let bf16Bound {
        let (error, size) = (Self.norm(zip(found, want).map { Double($0) - $1 }), Self.norm(want))
        #expect(
          error <= bf16Bound * size,
          "output \(output), \(name), on \(target.name): off by \(error / size) of its size")
        continue
      }
      #expect(
        worst <= (numerics == .fast ? 1e-4 : 1e-5) * largest,
        "output \(output), \(name), on \(target.name): off by \(worst) of \(largest)")
    }
    for part in parts {
      #expect(compiled.plan.steps.contains { $0.kernel.contains(part) }, "no \(part) on \(target.name)")
    }
    return compiled.plan
  }

  static func compiled(_ graph: Graph, _ options: CompileOptions) throws -> CompiledNetwork {
    try #require(try Pipeline.run(Pipeline.training, graph, options, isTraining: true) { _, _ in true })
  }

  static func constants(of compiled: CompiledNetwork) throws -> ConstantMemory {
    let evaluator = ConstantEvaluator(compiled.portable, parameter: NoiseWeights.values)
    return try WeightPacking(compiled.plan).packed { try evaluator.value(of: compiled.plan.constants[$0].source) }
  }

  private static func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  static func run(_ executable: CPUExecutable, _ inputs: [[Float]]) -> [[Float]] {
    let counts = executable.plan.outputCounts
    let input = inputs.map { values in
      let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: values.count)
      _ = copy.initialize(from: values)
      return copy
    }
    let output = counts.map { count in
      let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
      memory.initialize(repeating: .nan)
      return memory
    }
    defer { (input + output).forEach { $0.deallocate() } }
    executable.run(inputs: input.map { UnsafeBufferPointer($0) }, outputs: output)
    return output.map { Array($0) }
  }
}

import CPUBackend
import NetIR
import NetworkTestSupport
import Runtime
import Testing

@testable import Compiler
@testable import GPUBackend

/// Runs a step of training on the fake device, as any other plan, and holds all outputs against the interpreter's.
struct DeviceTrainingAgreement {
  let graph: Graph
  let inputs: [[Float]]
  let wanted: [[Double]]

  init(_ graph: Graph, inputs: [[Float]]) throws {
    (self.graph, self.inputs) = (graph, inputs)
    wanted = try ReferenceInterpreter(graph, parameter: NoiseWeights.values).run(inputs.map { $0.map(Double.init) })
  }

  static func compiled(
    _ graph: Graph, batch: Int, _ precision: Precision, _ numerics: Numerics = .strict, for device: GPUDevice,
    configure: (inout CompileOptions) -> Void = { _ in }
  ) throws -> CompiledNetwork {
    var options = CompileOptions(
      batch: batch, precision: precision, numerics: numerics, target: device.target,
      catalogue: DeviceKernelTable.catalogue)
    configure(&options)
    return try #require(try Pipeline.run(Pipeline.training, graph, options, isTraining: true) { _, _ in true })
  }

  /// - Parameters:
  ///   - tolerance: of the largest value of an output.
  ///   - bound: in place of it, as `check(_:_:of:within:)`.
  ///   - configure: sets further options of the compiler.
  @discardableResult
  func check(
    batch: Int, tolerance: Double = 1e-5, precision: Precision = .fp32, numerics: Numerics = .strict,
    bound: Double? = nil, configure: (inout CompileOptions) -> Void = { _ in }
  ) throws -> Plan {
    let machine = try DeviceAgreement.machine.get()
    let compiled = try Self.compiled(
      graph, batch: batch, precision, numerics, for: machine.device, configure: configure)
    let executable = try Self.executable(compiled, on: machine)
    let results = try runTwice(executable)
    #expect(try Self.run(executable, inputs) == results, "two runs differ")
    if let bound {
      check(results, within: bound)
      return compiled.plan
    }
    for (output, (found, want)) in zip(results, wanted).enumerated() {
      let name = graph[graph.outputs[output]].name
      #expect(found.count == want.count)
      let largest = want.reduce(0) { max($0, abs($1)) }
      let worst = zip(found, want).reduce(0) { worst, pair in
        let error = abs(Double(pair.0) - pair.1)
        return error.isNaN ? .infinity : max(worst, error)
      }
      #expect(worst <= tolerance * largest, "output \(output), \(name): off by \(worst) of \(largest)")
    }
    return compiled.plan
  }

  /// What a run leaves in memory must not reach the next one: the first is of not-a-number.
  func runTwice(_ executable: GPUExecutable) throws -> [[Float]] {
    _ = try Self.run(executable, inputs.map { $0.map { _ in .nan } })
    return try Self.run(executable, inputs)
  }

  static func executable(_ compiled: CompiledNetwork, on machine: GPUMachine) throws -> GPUExecutable {
    let evaluator = ConstantEvaluator(compiled.portable, parameter: NoiseWeights.values)
    return try GPUExecutable(compiled.plan, on: machine) {
      try evaluator.value(of: compiled.plan.constants[$0].source)
    }
  }

  /// - Parameter bound: how much of each output's root mean square that of its errors may be.
  static func check(_ found: [[Float]], _ wanted: [[Double]], of graph: Graph, within bound: Double) {
    for (output, (a, b)) in zip(found, wanted).enumerated() {
      let (error, size) = (norm(zip(a, b).map { Double($0) - $1 }), norm(b))
      // NaN is above every bound.
      #expect(
        a.count == b.count && error <= bound * size,
        "output \(output), \(graph[graph.outputs[output]].name): off by \(error / size) of its size")
    }
  }

  func check(_ found: [[Float]], within bound: Double) { Self.check(found, wanted, of: graph, within: bound) }

  func check(_ found: [[Float]], _ others: [[Float]], within bound: Double) {
    Self.check(found, others.map { $0.map(Double.init) }, of: graph, within: bound)
  }

  private static func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  static func run(_ executable: GPUExecutable, _ inputs: [[Float]]) throws -> [[Float]] {
    var inputs = inputs
    var outputs = executable.plan.outputCounts.map { [Float](repeating: .nan, count: $0) }
    try executable.withBuffers(&inputs, &outputs) { (read, written) throws(GPUProblem) in
      try executable.run(inputs: read, outputs: written)
    }
    return outputs
  }
}

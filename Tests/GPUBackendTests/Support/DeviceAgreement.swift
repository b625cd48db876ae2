import CPUBackend
import Compiler
import GPUBackend
import GPUTestSupport
import Layers
import NetIR
import NetworkTestSupport
import Runtime
import Testing

/// Runs a graph on the fake device and holds the results against the interpreter's, or whoever else is believed.
struct DeviceAgreement {
  let graph: Graph
  let inputs: [[Float]]
  let wanted: [[Double]]
  var precision = Precision.fp32
  var numerics = Numerics.strict
  private let parameter: @Sendable (String, [Int]) -> [Float]

  /// As for plans of the CPU: of the largest value of an output.
  static let (shallow, deep) = (1e-5, 5e-5)

  /// What all tests share that break nothing.
  static let machine = Result { try Self.machine(FakeGPU.shared) }

  static func machine(_ fake: FakeGPU, cache: KernelCache = KernelCache(folder: nil)) throws -> GPUMachine {
    try GPUMachine(GPUSystem(LibrarySearch(folders: [fake.path])), cache: cache)
  }

  /// - Parameter exact: all inputs and parameters are numbers that it can hold (float32: as TF32), so that their products
  ///   are exact.
  init(_ graph: Graph, exact: StorageType? = nil) throws {
    let parameter: @Sendable (String, [Int]) -> [Float] = {
      Self.rounded(NoiseWeights.values($0, $1), to: exact)
    }
    try self.init(graph, exact: exact, parameter: parameter) { inputs in
      try ReferenceInterpreter(graph, parameter: parameter).run(inputs.map { $0.map(Double.init) })
    }
  }

  /// - Parameter truth: what the outputs should be for given inputs.
  init(
    _ graph: Graph, exact: StorageType? = nil,
    parameter: @escaping @Sendable (String, [Int]) -> [Float] = NoiseWeights.values,
    truth: ([[Float]]) throws -> [[Double]]
  ) rethrows {
    self.graph = graph
    self.parameter = parameter
    inputs = graph.inputs.enumerated().map {
      Self.rounded(Noise.floats(graph[$1].shape.elements, seed: UInt64($0) + 1), to: exact)
    }
    wanted = try truth(inputs)
  }

  /// - Parameter exact: whose numbers they shall be; float32 stands for TF32.
  static func rounded(_ values: [Float], to exact: StorageType?) -> [Float] {
    switch exact {
    case .none: values
    case .float32: values.map { Float(bitPattern: $0.bitPattern & ~0x1FFF) }
    case .bfloat16: values.map { Float(bitPattern: $0.bitPattern & ~0xFFFF) }
    case .float16: values.map { Float(Float16($0)) }
    }
  }

  func compiled(batch: Int, on machine: GPUMachine) throws -> CompiledNetwork {
    let options = CompileOptions(
      batch: batch, precision: precision, numerics: numerics, target: machine.device.target,
      catalogue: DeviceKernelTable.catalogue)
    return try #require(try Pipeline.compile(graph, options))
  }

  /// - Parameter preprocessing: of bytes, for which the executable then has room.
  func executable(batch: Int, on machine: GPUMachine, preprocessing: [PreprocessingStep]? = nil) throws
    -> GPUExecutable
  {
    var compiled = try compiled(batch: batch, on: machine)
    compiled.plan.preprocessing = preprocessing ?? []
    let evaluator = ConstantEvaluator(compiled.portable, parameter: parameter)
    let sources = compiled.plan.constants.map(\.source)
    return try GPUExecutable(compiled.plan, on: machine, takesBytes: preprocessing != nil) {
      try evaluator.value(of: sources[$0])
    }
  }

  /// The interpreter's numbers, twice.
  @discardableResult
  func check(batch: Int, tolerance: Double = shallow) throws -> GPUExecutable {
    let executable = try executable(batch: batch, on: try Self.machine.get())
    // What a run leaves in the arena must not reach the next one: the first leaves NaN.
    _ = try executable.run(examples: batch, inputs: inputs.map { $0.map { _ in .nan } })
    let found = try executable.run(examples: batch, inputs: inputs)
    check(found, tolerance: tolerance)
    return executable
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
}

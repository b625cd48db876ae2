import CPUBackend
import Compiler
import Diagnostics
import Driver
import Exchange
import FileTestSupport
import Layers
import NetIR
import NetworkTestSupport
import Runtime
import Testing

/// A network compiled and its artefact in a folder of its own.
struct Compiled {
  /// A little of everything that is packed, folded or kept: 3 constants of a kernel, vectors, classes.
  static let spec = """
    classes: [cat, dog, "bird, blue"]
    layers:
      - Input:     {shape: [null, 2, 6, 6]}
      - Conv2D:    {name: conv, num_filters: 5, filter_size: 3, pad: same, batch_norm: true}
      - MaxPool2D: {pool_size: 2}
      - Conv2D:    {name: side, num_filters: 5, filter_size: 1}
      - Dense:     {name: out, num_units: 3, nonlinearity: softmax}
    data:
      preprocess: [{scale: [-1, 1]}, {subtract: [0.25, -0.5]}]
    """

  let folder = TemporaryFolder()
  let network: Network
  let plan: Plan
  let portable: Graph
  let constants: ConstantMemory
  let path: String

  init(
    _ network: Network? = nil, target: String? = nil, batch: Int = 2, precision: Precision = .fp32,
    weights: Weights? = nil
  ) throws {
    self.network = try network ?? Networks.of(Self.spec)
    let options = CompileOptions(
      batch: batch, precision: precision, target: try CompilerFront.target(target), catalogue: KernelTable.catalogue)
    let compiled = try CompilerFront.compile(self.network, options)
    constants = try CompilerFront.pack(compiled, weights ?? Weights.initialised(for: self.network))
    (plan, portable) = (compiled.plan, compiled.portable)
    path = folder.path + "/net.netc"
    try write(plan, portable, to: path)
  }

  /// An artefact whose checksums are right, whatever the plan says.
  func write(_ plan: Plan, _ portable: Graph, to path: String) throws {
    try Artefact.write(plan, portable: portable, constants: constants.constants, producer: "test", to: path)
  }

  var bytes: [UInt8] { TestFile.bytes(path) ?? [] }

  /// Inputs for `examples` examples.
  func inputs(_ examples: Int) -> [[Float]] {
    plan.inputs.enumerated().map {
      Noise.floats(examples * $1.shape.dropFirst().reduce(1, *), seed: UInt64($0) + 5)
    }
  }

  /// What the plan computes here without any file.
  func results(_ examples: Int) throws -> [[Float]] {
    let executable = try CPUExecutable(plan, constants: constants, pool: ThreadPool(threads: 1))
    return executable.run(examples: examples, inputs: inputs(examples))
  }

  func results(_ model: Model, _ examples: Int) -> [[Float]] {
    model.executable.run(examples: examples, inputs: inputs(examples))
  }
}

/// Whether two results agree within single precision.
func areClose(_ a: [[Float]], _ b: [[Float]], within tolerance: Float = 1e-5) -> Bool {
  a.map(\.count) == b.map(\.count)
    && zip(a, b).allSatisfy { zip($0, $1).allSatisfy { abs($0 - $1) <= tolerance * (1 + abs($1)) } }
}

/// What a failed opening has to be: about data, artefacts or weights, and with words.
func isAboutTheFile(_ diagnostic: Diagnostic) -> Bool {
  diagnostic.code.rawValue.hasPrefix("N05") && !diagnostic.message.isEmpty
}

import CPUBackend
import Compiler
import FileTestSupport
import NetIR
import NetworkTestSupport
import Testing

/// The operator tests of ONNX.js (MIT), whose expected numbers come from elsewhere: through the interpreter, and
/// compiled for every target that this CPU can run.
@Suite(.enabled(if: SharedData.file(VectorCase.folder) != nil, "no folder shared/data/vectors: set NETC_SHARED"))
struct VectorTests {
  private static let files = [
    "add", "conv", "div", "gemm", "global-average-pool", "leaky-relu", "matmul", "mul", "pad", "relu", "reshape",
    "softmax", "split", "sub", "transpose", "upsample",
  ]

  /// Cases that no op of netc does, by how their names begin, and why.
  private static let others: [(prefix: String, reason: String)] = [
    ("div:", "no op divides"),
    ("matmul: matmul tests with no attributes: multiplies 3D tensors", "the right side is a weight without batch"),
    ("matmul: matmul tests with no attributes: multiplies 4D tensors", "the same"),
    ("matmul: matmul tests with no attributes: multiplies 2D broadcasted to 4D tensors", "the same"),
    ("matmul: matmul tests with no attributes: multiplies 4D broadcasted to 5D tensors", "the same"),
    ("pad: Reflect", "padding has one value"), ("pad: Edge", "padding has one value"),
    ("upsample: Upsample - Nearest15X", "sizes grow by whole numbers"),
    ("upsample: Upsample - 4D Bilinear: ", "interpolated between corners of pixels, not centres"),
    ("upsample: Upsample - 2D Bilinear", "the same"),
  ]

  private static func reason(_ vector: VectorCase) -> String? {
    others.first { vector.name.hasPrefix($0.prefix) }?.reason
  }

  @Test(arguments: files)
  func agrees(file: String) throws {
    let vectors = try VectorCase.read(file + ".jsonc")
    #expect(!vectors.isEmpty)
    for vector in vectors {
      let mapped = try VectorGraph(vector)
      #expect((mapped == nil) == (Self.reason(vector) != nil), "\(vector.name)")
      guard let mapped else { continue }
      let wanted = vector.outputs.map { $0.values.map(Double.init) }
      let interpreter = ReferenceInterpreter(mapped.graph, parameter: mapped.parameter)
      let found = try interpreter.run(mapped.inputs.map { $0.map(Double.init) })
      #expect(Self.difference(found, wanted) <= 1e-6, "\(vector.name), interpreter")
      for name in Agreement.targets {
        let target = try #require(TargetDescription.named(name))
        let values = try Self.compiledResult(of: mapped, on: target).map { $0.map(Double.init) }
        #expect(Self.difference(values, wanted) <= 1e-5, "\(vector.name), \(name)")
      }
    }
  }

  /// Every reason is that of some case.
  @Test func reasonsAreNeeded() throws {
    let names = try Self.files.flatMap { try VectorCase.read($0 + ".jsonc") }.map(\.name)
    for other in Self.others { #expect(names.contains { $0.hasPrefix(other.prefix) }, "\(other.prefix)") }
    #expect(names.count == 79)
  }

  @Test func everyFileIsRead() {
    let folder = SharedData.file(VectorCase.folder) ?? ""
    for file in Self.files { #expect(TestFile.bytes("\(folder)/\(file).jsonc") != nil) }
  }

  private static func compiledResult(of mapped: VectorGraph, on target: TargetDescription) throws -> [[Float]] {
    let batch = mapped.graph[mapped.graph.inputs[0]].shape[0]
    let options = CompileOptions(batch: batch, target: target, catalogue: KernelTable.catalogue)
    let result = try #require(try Pipeline.compile(mapped.graph, options))
    let evaluator = ConstantEvaluator(result.portable, parameter: mapped.parameter)
    let constants = try WeightPacking(result.plan).packed {
      try evaluator.value(of: result.plan.constants[$0].source)
    }
    let executable = try CPUExecutable(result.plan, constants: constants, pool: Agreement.pools[0])
    return executable.run(examples: batch, inputs: mapped.inputs)
  }

  /// The largest difference, of the largest value.
  private static func difference(_ found: [[Double]], _ wanted: [[Double]]) -> Double {
    guard found.map(\.count) == wanted.map(\.count) else { return .infinity }
    let (a, b) = (found.flatMap { $0 }, wanted.flatMap { $0 })
    let largest = b.reduce(0) { max($0, abs($1)) }
    return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } / max(largest, 1)
  }
}

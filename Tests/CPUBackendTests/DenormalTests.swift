import CPUBackend
import Compiler
import NetIR
import NetworkTestSupport
import Runtime
import Testing

/// Numbers below 2⁻¹²⁶ count as zero in a run, on every thread of it and nowhere else.
@Suite struct DenormalTests {
  /// Sums of products of 10⁻³¹ and 10⁻¹⁰, which single precision holds as denormals only; the second layer would make
  /// ordinary numbers of them again.
  private static let text = """
    - Input: {shape: [null, 16, 40, 40]}
    - Conv2D: {name: small, num_filters: 64, filter_size: 3, pad: same, b: null, nonlinearity: linear}
    - Conv2D: {name: large, num_filters: 32, filter_size: 3, pad: same, b: null, nonlinearity: linear}
    """

  private static let size = 16 * 40 * 40

  private func executable(_ pool: ThreadPool) throws -> CPUExecutable {
    let graph = try Networks.of(Self.text).lowered(batch: 1).graph
    // Plain products: the transforms of another algorithm would move the numbers elsewhere.
    let options = CompileOptions(
      batch: 1, numerics: .strict, target: HostCPU.current.target, catalogue: KernelTable.catalogue)
    let compiled = try #require(try Pipeline.compile(graph, options))
    let evaluator = ConstantEvaluator(compiled.portable) { name, shape in
      [Float](repeating: name.hasPrefix("small") ? 1e-10 : 1e30, count: shape.elements)
    }
    let constants = try WeightPacking(compiled.plan).packed {
      try evaluator.value(of: compiled.plan.constants[$0].source)
    }
    return try CPUExecutable(compiled.plan, constants: constants, pool: pool)
  }

  /// Whether half of the least normal number is something on this thread.
  private static func hasDenormals(_ number: Float) -> Bool { number / 2 != 0 }

  @Test(arguments: [1, 2, 3])
  func areZeroOnEveryThreadOfARun(threads: Int) throws {
    let pool = ThreadPool(threads: threads)
    let executable = try executable(pool)
    let tiny = executable.run(examples: 1, inputs: [[Float](repeating: 1e-31, count: Self.size)])[0]
    #expect(tiny.allSatisfy { $0 == 0 })
    let normal = executable.run(examples: 1, inputs: [[Float](repeating: 1e-25, count: Self.size)])[0]
    #expect(normal.allSatisfy { $0 > 0 })
    // Afterwards every thread computes as before.
    pool.run { _ in #expect(Self.hasDenormals(.leastNormalMagnitude)) }
  }

  /// Where they are not flushed, a product may take a hundred times as long.
  @Test func takeNoLongerThanOtherNumbers() throws {
    let executable = try executable(ThreadPool(threads: 1))
    func time(_ value: Float) -> Duration {
      let input = [Float](repeating: value, count: Self.size)
      return (0..<7).map { _ in ContinuousClock().measure { _ = executable.run(examples: 1, inputs: [input]) } }.min()
        ?? .zero
    }
    let (normal, denormal) = (time(1e-25), time(1e-31))
    #expect(denormal < normal * 5)
  }
}

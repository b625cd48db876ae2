import Layers
import NetIR
import NetworkTestSupport
import Runtime
import Testing

@testable import CPUBackend
@testable import Compiler

/// What is computed again in place of being kept changes the memory of a step and nothing else.
@Suite struct RematerialisationTests {
  private static let batch = 6

  private func options(_ target: String, _ precision: Precision, limit: Int?) throws -> CompileOptions {
    var options = CompileOptions(
      batch: Self.batch, precision: precision, target: try #require(TargetDescription.named(target)),
      catalogue: KernelTable.catalogue)
    options.arenaLimit = limit
    return options
  }

  /// The least that can be had, and halfway to it.
  @Test(arguments: TrainingNets.all, [Precision.fp32, .bf16])
  func theSameBitsWithLessMemory(_ net: TrainingCase, precision: Precision) throws {
    let step = try net.step(batch: Self.batch)
    let inputs = step.noise().map { $0.map(Float.init) }
    for target in Agreement.targets {
      func plan(limit: Int?) throws -> (compiled: CompiledNetwork, results: [[Float]]) {
        let compiled = try TrainingAgreement.compiled(step.graph, options(target, precision, limit: limit))
        let executable = try CPUExecutable(
          compiled.plan, constants: TrainingAgreement.constants(of: compiled), pool: Agreement.pools[1])
        return (compiled, TrainingAgreement.run(executable, inputs))
      }
      let kept = try plan(limit: nil)
      #expect(kept.compiled.computedAgain.isEmpty)
      #expect(try plan(limit: kept.compiled.plan.arenaBytes).compiled.plan == kept.compiled.plan)
      let least = try plan(limit: 0)
      #expect(least.results == kept.results, "\(target)")
      let (most, few) = (kept.compiled.plan.arenaBytes, least.compiled.plan.arenaBytes)
      guard few < most else { continue }
      let middle = try plan(limit: (few + most) / 2)
      #expect(middle.results == kept.results, "\(target)")
      #expect(middle.compiled.plan.arenaBytes <= (few + most) / 2)
      #expect(!middle.compiled.computedAgain.isEmpty)
      #expect(middle.compiled.computedAgain.count <= least.compiled.computedAgain.count)
    }
  }

  /// A normalised and rectified image is a pass over what its gradient keeps anyway; a convolution is dear.
  @Test func takesWhatIsCheapFirst() throws {
    let network = try Networks.of(
      """
      - Input: {shape: [null, 16, 24, 24]}
      - Conv2D: {name: a, num_filters: 32, filter_size: 3, pad: same, batch_norm: true}
      - Conv2D: {name: b, num_filters: 32, filter_size: 3, pad: same, batch_norm: true}
      - Conv2D: {name: c, num_filters: 32, filter_size: 3, pad: same, batch_norm: true}
      - GlobalPool: {}
      - Dense: {num_units: 5, nonlinearity: softmax}
      """)
    let step = try TrainingGraph(of: network, batch: Self.batch)
    let kept = try TrainingAgreement.compiled(step.graph, options("x86-64-avx512", .fp32, limit: nil))
    // One image less than all.
    let image = 4 * Self.batch * 32 * 24 * 24
    let compiled = try TrainingAgreement.compiled(
      step.graph, options("x86-64-avx512", .fp32, limit: kept.plan.arenaBytes - image))
    #expect(compiled.computedAgain.count == 1)
    #expect(compiled.computedAgain.allSatisfy { $0.contains("bn") || $0.contains("norm") }, "\(compiled.computedAgain)")
    let again = compiled.plan.steps.filter { $0.name.contains("again") }
    #expect(again.count == 1 && again.allSatisfy { $0.op.kernelOp != .conv2D })
  }

  /// What the forward pass let go of is computed again on the way to what was chosen: an average's convolution.
  @Test func goesBackToWhatIsKept() throws {
    let network = try Networks.of(
      """
      - Input: {shape: [null, 3, 24, 24]}
      - Conv2D: {name: a, num_filters: 16, filter_size: 3, pad: same, nonlinearity: linear}
      - Pool2D: {name: pooled, pool_size: 2, mode: average_exc_pad}
      - Conv2D: {name: b, num_filters: 16, filter_size: 3, pad: same, nonlinearity: linear}
      - GlobalPool: {}
      - Dense: {num_units: 5, nonlinearity: softmax}
      """)
    let step = try TrainingGraph(of: network, batch: Self.batch)
    let least = try TrainingAgreement.compiled(step.graph, options("x86-64-avx2", .fp32, limit: 0))
    #expect(least.computedAgain.contains { $0.contains("pooled") })
    let names = least.plan.steps.map(\.name)
    #expect(names.contains { $0.hasPrefix("a again") })
  }
}

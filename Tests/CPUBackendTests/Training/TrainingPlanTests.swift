import Layers
import NetIR
import NetworkTestSupport
import Testing

@testable import CPUBackend
@testable import Compiler

/// Whole steps of training as plans: the loss, the predictions, every gradient and every moment.
@Suite struct TrainingPlanTests {
  private static let batch = 6

  @Test(arguments: TrainingNets.all, Numerics.allCases) func agrees(_ net: TrainingCase, numerics: Numerics) throws {
    let step = try net.step(batch: Self.batch)
    let agreement = try TrainingAgreement(step.graph, inputs: step.noise().map { $0.map(Float.init) })
    for name in Agreement.targets {
      try agreement.check(on: try #require(TargetDescription.named(name)), numerics: numerics, batch: Self.batch)
    }
  }

  /// Between steps numbers are rounded to bf16, which gradients show, and no more than that: where a rectifier or a
  /// maximum decides otherwise for a few of these few examples, some of them go other ways.
  @Test(arguments: TrainingNets.all) func agreesInBF16(_ net: TrainingCase) throws {
    let step = try net.step(batch: Self.batch)
    let agreement = try TrainingAgreement(step.graph, inputs: step.noise().map { $0.map(Float.init) })
    let bound =
      net.yaml.contains("batch_norm") || net.yaml.contains("Rectifier")
      ? 0.15 : net.yaml.contains("MaxPool") ? 0.1 : 0.06
    for name in Agreement.targets {
      let target = try #require(TargetDescription.named(name))
      let plan = try agreement.check(on: target, bf16Bound: bound, numerics: .fast, batch: Self.batch)
      #expect(plan.steps.contains { $0.op.kernelOp == .convolutionWeights && $0.kernel.contains("_bf16_") })
    }
  }

  private static let wide = TrainingCase(
    name: "wide",
    yaml: """
      - Input: {shape: [null, 1, 28, 28]}
      - Dense: {num_units: 400}
      - Dense: {num_units: 700}
      - Dense: {num_units: 10, nonlinearity: softmax}
      """)

  /// Few examples do not pay for packing the many weights of dense layers: both passes read them where the caller has
  /// them.
  @Test func fewExamplesReadDenseWeightsAsTheyLie() throws {
    let step = try Self.wide.step(batch: 4)
    let agreement = try TrainingAgreement(step.graph, inputs: step.noise().map { $0.map(Float.init) })
    // On AMX products of split bf16 may be quicker still.
    for name in Agreement.targets where !name.contains("amx") {
      let few = try agreement.check(on: try #require(TargetDescription.named(name)), numerics: .fast, batch: 4)
      let read = few.steps.filter { $0.algorithm == UnpackedDense.algorithm }
      let layouts = read.map { few.tensors[index(of: $0.operands[1])].layout }
      #expect(layouts == [.plain, .plain, UnpackedDense.transposedWeights])
    }
    let options = CompileOptions(
      batch: UnpackedDense.mostRows + 1, target: HostCPU.current.target, catalogue: KernelTable.catalogue)
    let many = try #require(try Pipeline.compile(Self.wide.step(batch: UnpackedDense.mostRows + 1), options)).plan
    #expect(!many.steps.contains { $0.algorithm == UnpackedDense.algorithm })
  }

  private func index(of operand: Plan.Operand) -> Int {
    if case .tensor(let index) = operand { index } else { -1 }
  }

  /// A kernel that is not there is said with layer and op.
  @Test func namesWhatHasNoKernel() throws {
    let kernels = KernelTable.catalogue.kernels.filter { $0.op != .convolutionWeights }
    let options = CompileOptions(batch: Self.batch, target: HostCPU.current.target, catalogue: KernelCatalogue(kernels))
    let error = #expect(throws: CompileError.self) {
      try Pipeline.compile(TrainingNets.all[0].step(batch: Self.batch), options)
    }
    #expect(error?.reason == .unsupported)
    #expect(error?.message.contains("conv2d weight gradient 5×5 of `conv2d") == true)
  }
}

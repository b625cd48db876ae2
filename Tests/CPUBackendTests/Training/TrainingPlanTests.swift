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

  /// Few examples do not pay for packing the weights of dense layers: both passes read them where the caller has them.
  @Test func fewExamplesReadDenseWeightsAsTheyLie() throws {
    func plan(batch: Int) throws -> Plan {
      let options = CompileOptions(batch: batch, target: HostCPU.current.target, catalogue: KernelTable.catalogue)
      return try #require(try Pipeline.compile(TrainingNets.all[0].step(batch: batch), options)).plan
    }
    // A weighted sum of losses is a dense layer, too, of one unit.
    func ofWeights(_ plan: Plan) -> [Plan.Step] {
      plan.steps.filter { step in
        guard case .dense = step.op, case .tensor(let index) = step.operands[1] else { return false }
        let weights = plan.tensors[index]
        return if case .input = weights.place { weights.shape.elements >= 700 } else { false }
      }
    }
    let few = try plan(batch: 4)
    #expect(ofWeights(few).contains { few.tensors[index(of: $0.operands[1])].layout == .plain })
    #expect(
      ofWeights(few).contains { few.tensors[index(of: $0.operands[1])].layout == UnpackedDense.transposedWeights })
    #expect(ofWeights(few).allSatisfy { $0.algorithm == UnpackedDense.algorithm })
    let many = try plan(batch: UnpackedDense.mostRows + 1)
    #expect(ofWeights(many).isEmpty)
    #expect(many.steps.count { $0.op.kernelOp == .packWeights } > few.steps.count { $0.op.kernelOp == .packWeights })
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

import GPUBackend
import NetIR
import NetworkTestSupport
import Testing

/// Whole steps of training as plans of a GPU: the loss, the predictions, every gradient and every moment.
@Suite struct DeviceTrainingPlanTests {
  private static let batch = 6

  private func agreement(_ net: TrainingCase) throws -> DeviceTrainingAgreement {
    let step = try net.step(batch: Self.batch)
    return try DeviceTrainingAgreement(step.graph, inputs: step.noise().map { $0.map(Float.init) })
  }

  @Test(arguments: TrainingNets.all) func agrees(_ net: TrainingCase) throws {
    try agreement(net).check(batch: Self.batch)
  }

  /// Where a rectifier or a maximum decides otherwise for a few of these few examples, some of them go other ways.
  @Test(arguments: TrainingNets.all) func agreesInBF16(_ net: TrainingCase) throws {
    let decides = ["batch_norm", "Rectifier", "MaxPool"].contains { net.yaml.contains($0) }
    let plan = try agreement(net).check(batch: Self.batch, precision: .bf16, bound: decides ? 0.15 : 0.06)
    #expect(plan.tensors.contains { $0.layout.storage == .bfloat16 })
  }

  /// With a scaled loss, as fp16 has it. What decides otherwise, weighs as in bf16, but is rarer.
  @Test(arguments: TrainingNets.all) func agreesInFP16(_ net: TrainingCase) throws {
    let decides = ["batch_norm", "Rectifier", "MaxPool"].contains { net.yaml.contains($0) }
    let step = try net.step(batch: Self.batch, scalesLoss: true)
    var inputs = step.noise().map { $0.map(Float.init) }
    inputs[try #require(step.lossScale)] = [256]
    let plan = try DeviceTrainingAgreement(step.graph, inputs: inputs).check(
      batch: Self.batch, precision: .fp16, bound: decides ? 0.1 : 0.01)
    #expect(plan.tensors.contains { $0.layout.storage == .float16 })
    // The loss, and what parameters follow, is never rounded to fp16.
    #expect(plan.outputs.allSatisfy { $0.layout.storage == .float32 })
  }

  /// Sums over many examples are cut into slices, and joined.
  @Test func slices() throws {
    let net = try #require(TrainingNets.all.first { $0.name.contains("residual") })
    let step = try net.step(batch: 70)
    let agreement = try DeviceTrainingAgreement(step.graph, inputs: step.noise().map { $0.map(Float.init) })
    let plan = try agreement.check(batch: 70, tolerance: 2e-5)
    for name in ["cuda_join_moments", "cuda_batch_sum"] { #expect(plan.steps.contains { $0.kernel == name }) }
    let groups = plan.steps.filter {
      if case .gradient(.normalizeSums(_, let slices, isRectified: true)) = $0.op { slices > 1 } else { false }
    }
    #expect(!groups.isEmpty)
  }
}

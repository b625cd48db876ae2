import Compiler
import GPUBackend
import NetIR
import NetworkTestSupport
import Testing

/// Every op of training on the fake device against the interpreter: with operands as the caller has them, and NHWC.
@Suite struct DeviceTrainingOpTests {
  @Test(arguments: TrainingOpCases.all)
  func agreesWithItsDefinition(_ test: TrainingOpCases.Case) throws {
    for isBlocked in [false, true] {
      guard let graph = try test.graph(blocked: isBlocked) else { continue }
      try DeviceTrainingAgreement(graph, inputs: test.inputs).check(batch: TrainingOpCases.batch)
    }
  }

  @Test(arguments: ConvolutionGradientCases.all)
  func convolutions(_ test: ConvolutionGradientCases.Case) throws {
    let graph = try test.graph()
    let inputs = graph.inputs.enumerated().map { Noise.floats(graph[$1].shape.elements, seed: UInt64($0) + 1) }
    let agreement = try DeviceTrainingAgreement(graph, inputs: inputs)
    try agreement.check(batch: test.x[0])
    try agreement.check(batch: test.x[0], precision: .bf16, bound: 0.02)
    try agreement.check(batch: test.x[0], precision: .fp16, bound: 0.002)
  }

  /// Nothing is in the table that was not run here.
  @Test func coversTheTable() throws {
    let machine = try DeviceAgreement.machine.get()
    var graphs = try TrainingOpCases.all.compactMap { try $0.graph(blocked: true) ?? $0.graph(blocked: false) }
    graphs += try ConvolutionGradientCases.all.map { try $0.graph() }
    var used: Set<String> = []
    for graph in graphs {
      let batch = graph[graph.inputs[0]].shape[0]
      for dataGradients in [CompileOptions.DataGradients.lowered, .whole] {
        let plan = try DeviceTrainingAgreement.compiled(graph, batch: batch, .fp32, for: machine.device) {
          $0.dataGradients = dataGradients
        }.plan
        used.formUnion(plan.steps.map(\.kernel))
      }
    }
    // Those on tensor cores have tests of their own.
    let all = DeviceKernelTable.training.filter { $0.algorithm != "tensor_gemm" }
    #expect(Set(all.map(\.name)).subtracting(used).isEmpty)
  }
}

import CPUBackend
import FileTestSupport
import GPUTestSupport
import NetIR
import NetworkTestSupport
import Runtime
import Testing
import TrainingLoop

@testable import Compiler
@testable import Driver
@testable import GPUBackend

/// Steps of training with cuDNN beside the fake driver: convolutions, gradients of images, whole and as convolutions,
/// and gradients of filters.
@Suite struct LibraryTrainingTests {
  private typealias Agreement = DeviceTrainingAgreement

  /// Images that another product made, or reads, lie channels last, in the plan's precision: what cuDNN takes.
  private static func graph(_ test: ConvolutionGradientCases.Case) throws -> Graph {
    try test.graph().rewritten { graph, _, node in
      let value = graph.append(node)
      switch node.op {
      case .input(let index, _) where index == 0 || index == 3: break
      case .gradient(.convolutionData): break
      default: return value
      }
      let channels = node.shape[1]
      let weights = try graph.add(
        .constant(name: "\(node.name) weights", shape: [channels, 1, 1, 1]), name: "\(node.name) weights")
      let each = ConvolutionAttributes(kernel: Size2D(1), groups: channels)
      return try graph.add(
        .conv2D(each, Epilogue(bias: false)), [value, weights], name: "\(node.name) scaled")
    }
  }

  private static func compiled(_ graph: Graph, _ options: CompileOptions) throws -> CompiledNetwork {
    try #require(try Pipeline.run(Pipeline.training, graph, options, isTraining: true) { _, _ in true })
  }

  /// With cuDNN's first engine wherever it has one.
  private static func executable(
    _ graph: Graph, _ precision: Precision, _ dataGradients: CompileOptions.DataGradients = .whole,
    on machine: GPUMachine
  ) throws -> GPUExecutable {
    var options = CompileOptions(
      batch: graph[graph.inputs[0]].shape[0], precision: precision, numerics: .strict, target: machine.device.target,
      catalogue: machine.catalogue)
    options.dataGradients = dataGradients
    var table = MeasurementTable(cpu: "", threads: 1)
    let base = try compiled(graph, options).plan
    for step in base.steps {
      guard let op = step.op.kernelOp, LibraryKernelTable.kernels(of: [.cudnn]).contains(where: { $0.op == op }) else {
        continue
      }
      table[whole(step, of: base), "cudnn_\(op.rawValue)"] = 1
    }
    options.measurements = table
    let (network, _) = try GPUStepCompiler(machine: machine).compiled(options) { try compiled(graph, $0) }
    return try Agreement.executable(network, on: machine)
  }

  /// The signature of a step that is not cut into slices.
  private static func whole(_ step: Plan.Step, of plan: Plan) -> String {
    guard case .gradient(.convolutionWeights(let attributes, let slices)) = step.op else {
      return plan.tuningSignature(of: step)
    }
    var instance = plan.instance(of: step)
    instance.op = .gradient(.convolutionWeights(attributes))
    (instance.result[0], instance.storage) = (instance.result[0] / slices, .float32)
    return instance.signature
  }

  private static let inCOrder = [
    "more padding than taps", "1×1, stride 3, padding", "an image smaller than the stride",
  ]

  @Test(arguments: ConvolutionGradientCases.all, [CompileOptions.DataGradients.whole, .lowered])
  func convolutions(_ test: ConvolutionGradientCases.Case, dataGradients: CompileOptions.DataGradients) throws {
    let graph = try Self.graph(test)
    let inputs = graph.inputs.enumerated().map { Noise.floats(graph[$1].shape.elements, seed: UInt64($0) + 1) }
    let wanted = try ReferenceInterpreter(graph, parameter: NoiseWeights.values).run(inputs.map { $0.map(Double.init) })
    let machine = try LibraryAgreement.machine.get()
    for (precision, bound) in [(Precision.fp32, 1e-5), (.bf16, 0.02)] {
      let executable = try Self.executable(graph, precision, dataGradients, on: machine)
      let products = executable.plan.steps.filter { $0.op.kernelOp == .convolutionWeights }
      let lieLast = products.filter { step in
        step.operands.allSatisfy { executable.plan.view($0).strides.channel == 1 }
      }
      // What is padded first lies in C order.
      #expect(lieLast.isEmpty == (dataGradients == .lowered && Self.inCOrder.contains(test.name)))
      #expect(lieLast.isEmpty || lieLast.contains { $0.library == .cudnn })
      let images = executable.plan.steps.filter { $0.op.kernelOp == .convolutionData }
      #expect(images.count == (dataGradients == .whole && test.name != "the whole image" ? 1 : 0))
      #expect(images.allSatisfy { $0.library == .cudnn })
      // What a run leaves in the arena must not reach the next one.
      _ = try Agreement.run(executable, inputs.map { $0.map { _ in .nan } })
      Agreement.check(try Agreement.run(executable, inputs), wanted, of: graph, within: bound)
    }
  }

  /// The caller's images do not lie channels last: what cuDNN refuses is planned anew, with sums of slices.
  @Test func whatIsRefusedIsPlannedAnew() throws {
    let machine = try LibraryAgreement.machine.get()
    let test = try #require(ConvolutionGradientCases.all.first { $0.name == "whole blocks" })
    let graph = try test.graph()
    let executable = try Self.executable(graph, .fp32, on: machine)
    let refused = try #require(executable.plan.steps.first { $0.op.kernelOp == .convolutionWeights })
    #expect(refused.library == nil)
    let reason = refused.choice?.candidates.first { $0.kernel == "cudnn_conv2d_weights" }?.exclusion
    if case .gradient(.convolutionWeights(_, let slices)) = refused.op, slices > 1 {
      #expect(reason == "it sums a batch as a whole")
    } else {
      #expect(reason?.contains("netc may use") == true, "\(reason ?? "none")")
    }
    let inputs = graph.inputs.enumerated().map { Noise.floats(graph[$1].shape.elements, seed: UInt64($0) + 1) }
    let wanted = try ReferenceInterpreter(graph, parameter: NoiseWeights.values).run(inputs.map { $0.map(Double.init) })
    Agreement.check(try Agreement.run(executable, inputs), wanted, of: graph, within: 1e-5)
  }

  /// By rule: a step of digits has products that are large enough, forwards and backwards.
  @Test func aStepAgreesWithTheCPU() throws {
    let network = try Networks.spec("digits")
    let step = try TrainingGraph(of: network, batch: 32)
    let values = Dictionary(
      zip(network.weights.map(\.name), network.initialParameters(seed: 1)), uniquingKeysWith: { first, _ in first })
    var inputs = step.noise().map { $0.map(Float.init) }
    for (name, input) in zip(step.parameters, step.parameterInputs) { inputs[input] = values[name] ?? [] }
    let host = CPUTraining(threads: 1, numerics: .strict) { _ in }
    let machine = try LibraryAgreement.machine.get()
    let options = CompileOptions(
      batch: 32, numerics: .strict, target: machine.device.target, catalogue: machine.catalogue)
    let (compiled, engines) = try GPUStepCompiler(machine: machine).compiled(step, options)
    let products = compiled.plan.steps.indices.filter { engines[$0] != nil }.map { compiled.plan.steps[$0].op.kernelOp }
    #expect(products.count { $0 == .convolutionWeights } == 2 && products.count { $0 == .conv2D } == 4, "\(products)")
    let device = GPUTraining(machine: machine, host: host)
    var outputs: [[[Float]]] = []
    for backend in [device, host] as [any TrainingBackend] {
      let runner = try backend.step(step) { values[$0] ?? [] }
      let read = FloatArrays(inputs)
      let written = FloatArrays(counts: step.graph.outputs.map { step.graph[$0].shape.elements })
      try runner.run(inputs: read.read, outputs: written.written)
      outputs.append((0..<written.count).map { written.values($0) })
    }
    Agreement.check(outputs[0], outputs[1].map { $0.map(Double.init) }, of: step.graph, within: 1e-5)
  }

  /// Every third call fails once: another kernel computes the step, or there is an error. Nothing is left behind.
  @Test func callsFailInTurn() throws {
    let fake = FakeGPU(libraries: true)
    let graph = try Self.graph(try #require(ConvolutionGradientCases.all.first { $0.name == "3×3" }))
    let inputs = graph.inputs.enumerated().map { Noise.floats(graph[$1].shape.elements, seed: UInt64($0) + 1) }
    let wanted = try ReferenceInterpreter(graph, parameter: NoiseWeights.values).run(inputs.map { $0.map(Double.init) })
    let faults = try FaultsInTurn(fake, every: 3) {
      let executable = try Self.executable(graph, .fp32, on: try DeviceAgreement.machine(fake))
      Agreement.check(try Agreement.run(executable, inputs), wanted, of: graph, within: 1e-5)
    }
    #expect(faults.calls > 150 && faults.failures > 10 && faults.successes > 20)
  }
}

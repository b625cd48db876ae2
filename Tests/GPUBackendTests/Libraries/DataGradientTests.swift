import GPUTestSupport
import NetIR
import NetworkTestSupport
import Testing

@testable import Compiler
@testable import Driver
@testable import GPUBackend

/// Gradients of images as one product: who takes them for one, and netc's own kernel for them.
@Suite struct DataGradientTests {
  /// The gradient of an image of 64 channels, between products that let it lie channels last.
  private static func graph(stride: Int, groups: Int = 1, image: Int = 16, isPlain: Bool = false) throws -> Graph {
    var graph = Graph(name: "stride \(stride), \(groups) groups")
    let (batch, channels) = (4, 64)
    func weights(_ name: String, _ groups: Int, _ size: Int) throws -> ValueID {
      try graph.add(.constant(name: name, shape: [channels, channels / groups, size, size]), name: name)
    }
    func each(_ value: ValueID, _ name: String) throws -> ValueID {
      let attributes = ConvolutionAttributes(kernel: Size2D(1), groups: channels)
      return try graph.add(
        .conv2D(attributes, Epilogue(bias: false)), [value, try weights("\(name) weights", channels, 1)], name: name)
    }
    let attributes = ConvolutionAttributes(
      kernel: Size2D(3), stride: Size2D(stride), padding: Padding2D(top: 1, bottom: 1, left: 1, right: 1),
      groups: groups)
    let above = (image - 1) / stride + 1
    let input = try graph.add(.input(index: 0, shape: [batch, channels, above, above]), name: "g")
    let g = isPlain ? input : try each(input, "before")
    let data = try graph.add(
      .gradient(.convolutionData(attributes, image: Size2D(image))), [g, try weights("w", groups, 3)], name: "data")
    graph.outputs = [isPlain ? data : try each(data, "behind")]
    return graph
  }

  private static func options(_ machine: GPUMachine) -> CompileOptions {
    CompileOptions(batch: 4, numerics: .strict, target: machine.device.target, catalogue: machine.catalogue)
  }

  private static func plan(_ graph: Graph, _ options: CompileOptions) throws -> CompiledNetwork {
    try #require(try Pipeline.run(Pipeline.training, graph, options, isTraining: true) { _, _ in true })
  }

  private static func whole(_ plan: Plan) -> [Plan.Step] { plan.steps.filter { $0.op.kernelOp == .convolutionData } }

  /// By rule cuDNN gets those that would be several convolutions, are of one group and large.
  @Test func byRule() throws {
    let options = Self.options(try LibraryAgreement.machine.get())
    let strided = try Self.plan(try Self.graph(stride: 2), options).plan
    #expect(Self.whole(strided).map(\.kernel) == ["cudnn_conv2d_data"])
    #expect(!strided.steps.contains { $0.op.kernelOp == .interleave })
    for graph in [
      try Self.graph(stride: 1), try Self.graph(stride: 2, groups: 64), try Self.graph(stride: 2, groups: 2),
      try Self.graph(stride: 2, image: 6),
    ] {
      #expect(Self.whole(try Self.plan(graph, options).plan).isEmpty, "\(graph.name)")
    }
    var alone = options
    alone.catalogue = DeviceKernelTable.catalogue
    #expect(Self.whole(try Self.plan(try Self.graph(stride: 2), alone).plan).isEmpty)
  }

  /// Against the sum of the convolutions' times: what the rule takes stays unless the other is quicker by more than
  /// noise.
  @Test(arguments: [
    (2, 99, true), (2, 102, true), (2, 110, false), (1, 90, true), (1, 99, false), (1, 110, false),
  ])
  func byTime(stride: Int, time: Int, wins: Bool) throws {
    var options = Self.options(try LibraryAgreement.machine.get())
    let graph = try Self.graph(stride: stride)
    var table = MeasurementTable(cpu: "a device", threads: 1)
    options.dataGradients = .whole
    let whole = try Self.plan(graph, options).plan
    let step = try #require(Self.whole(whole).first)
    table[whole.tuningSignature(of: step), "cudnn_conv2d_data"] = time * stride * stride
    options.dataGradients = .lowered
    let lowered = try Self.plan(graph, options).plan
    let phases = lowered.steps.filter {
      if case .conv2D(let attributes, _) = $0.op { attributes.groups == 1 } else { false }
    }
    #expect(phases.count == stride * stride && Self.whole(lowered).isEmpty)
    for phase in phases { table[lowered.tuningSignature(of: phase), phase.kernel] = 100 }
    options.dataGradients = .chosen
    options.measurements = table
    #expect(Self.whole(try Self.plan(graph, options).plan).count == (wins ? 1 : 0))
  }

  /// What cuDNN refuses is planned anew, as convolutions; where it must be one product, netc's own kernel computes it.
  @Test func refused() throws {
    let machine = try LibraryAgreement.machine.get()
    // Callers' images do not lie channels last.
    let graph = try Self.graph(stride: 2, isPlain: true)
    let options = Self.options(machine)
    let first = try Self.plan(graph, options).plan
    #expect(Self.whole(first).map(\.kernel) == ["cudnn_conv2d_data"])
    let (anew, _) = try GPUStepCompiler(machine: machine).compiled(options) { try Self.plan(graph, $0) }
    #expect(Self.whole(anew.plan).isEmpty)
    let settled = try #require(Self.whole(try LibraryEngines(first, on: machine).plan).first)
    #expect(settled.kernel == "cuda_conv2d_data")
    let refusal = settled.choice?.candidates.first { $0.kernel == "cudnn_conv2d_data" }?.exclusion
    #expect(refusal?.contains("netc may use") == true)
  }

  /// netc's own kernel, in every storage, of plain images and of those that lie channels last.
  @Test(arguments: ConvolutionGradientCases.all)
  func ownKernel(test: ConvolutionGradientCases.Case) throws {
    let graph = try test.graph()
    let inputs = graph.inputs.enumerated().map { Noise.floats(graph[$1].shape.elements, seed: UInt64($0) + 1) }
    let agreement = try DeviceTrainingAgreement(graph, inputs: inputs)
    let batch = test.x[0]
    let plan = try agreement.check(batch: batch) { $0.dataGradients = .whole }
    #expect(Self.whole(plan).map(\.kernel) == (test.name == "the whole image" ? [] : ["cuda_conv2d_data"]))
    for (precision, bound) in [(Precision.bf16, 0.02), (.fp16, 3e-3)] {
      try agreement.check(batch: batch, precision: precision, bound: bound) { $0.dataGradients = .whole }
    }
  }
}

import CKernels
import NetIR
import NetworkTestSupport
import Runtime
import Testing

@testable import CPUBackend
@testable import Compiler

/// Plans for tiles of AMX in fp32, their products on a model of tiles: split bf16 in whole networks.
@Suite(.enabled(if: HostCPU.current.instructionSets.contains(.avx512))) struct SplitPlanTests {
  private func target() throws -> TargetDescription { try #require(TargetDescription.named("x86-64-amx")) }

  private func splitSteps(_ plan: Plan) -> [Plan.Step] { plan.steps.filter { $0.algorithm == SplitProducts.algorithm } }

  /// As if split products were the quickest wherever there are any.
  private func preferringSplit(_ plan: Plan) -> MeasurementTable {
    var table = MeasurementTable(cpu: "any", threads: 2)
    for step in plan.steps {
      let signature = plan.instance(of: step).signature
      for candidate in step.choice?.candidates ?? [] where candidate.exclusion == nil {
        table[signature, candidate.kernel] = candidate.kernel.contains("_split_") ? 1 : 1000
      }
    }
    return table
  }

  /// Convolutions of several strides and sizes beside kernels of floats, from plain images and blocks, and dense layers.
  @Test(arguments: [1, 3])
  func mixedWithOtherKernels(batch: Int) throws {
    let network = try Networks.of(
      """
      - Input: {shape: [null, 3, 37, 35]}
      - Conv2D: {name: stem, num_filters: 192, filter_size: 7, stride: 2, pad: 3}
      - MaxPool2D: {name: p, pool_size: 2}
      - Conv2D: {name: a, num_filters: 160, filter_size: 1}
      - Conv2D: {name: b, num_filters: 160, filter_size: 3, pad: same, nonlinearity: linear}
      - ElemwiseSum: {name: s, incomings: [a, b]}
      - Conv2D: {name: c, num_filters: 144, filter_size: 3, stride: 2}
      - Conv2D: {name: d, incoming: s, num_filters: 144, filter_size: [1, 5], dilation: [1, 2], stride: [2, 1]}
      - GlobalPool: {name: g, incoming: c}
      - GlobalPool: {name: h, incoming: d}
      - Concat: {incomings: [g, h]}
      - Dense: {num_units: 300}
      """, name: "mixed")
    let agreement = try Agreement(network, batch: batch)
    let compiled = try agreement.check(on: try target(), batch: batch, tolerance: 1e-5)
    #expect(splitSteps(compiled.plan).count >= 3)
  }

  /// Every layer that can be split, whatever it costs: a table of measurements says so.
  @Test(arguments: ["lenet", "resnet20", "squeezenet"])
  func everyLayerSplit(name: String) throws {
    let agreement = try Agreement(logits(name))
    var options = CompileOptions(batch: 1, target: try target(), catalogue: KernelTable.catalogue)
    let plain = try #require(try Pipeline.compile(agreement.graph, options)).plan
    options.measurements = preferringSplit(plain)
    let result = try #require(try Pipeline.compile(agreement.graph, options))
    let evaluator = ConstantEvaluator(result.portable, parameter: NoiseWeights.values)
    let constants = try WeightPacking(result.plan).packed {
      try evaluator.value(of: result.plan.constants[$0].source)
    }
    let products = result.plan.steps.filter { [.conv2D, .dense].contains($0.op.kernelOp) }
    #expect(splitSteps(result.plan).count == products.count)
    let compiled = Agreement.Compiled(plan: result.plan, constants: constants)
    let found = try agreement.results(of: compiled, pool: Agreement.pools[1], allParallel: false)
    agreement.check(found, tolerance: 2e-5)
  }

  /// Steps of training, whose weights are packed by steps: forward, and the gradients of data and filters.
  @Test(arguments: TrainingNets.all.prefix(5))
  func stepsOfTraining(_ net: TrainingCase) throws {
    let step = try net.step(batch: 3)
    let agreement = try TrainingAgreement(step.graph, inputs: step.noise().map { $0.map(Float.init) })
    let options = CompileOptions(batch: 3, target: try target(), catalogue: KernelTable.catalogue)
    let plain = try TrainingAgreement.compiled(step.graph, options).plan
    let plan = try agreement.check(
      on: target(), numerics: .fast, batch: 3, measurements: preferringSplit(plain))
    let products = splitSteps(plan)
    for op in [KernelOp.conv2D, .dense, .convolutionWeights] { #expect(products.contains { $0.op.kernelOp == op }) }
    #expect(plan.tensors.contains { $0.layout.weights?.form == .splitUnits })
  }

  /// What the cost model chooses, of whole networks: within the goal of 10⁻⁴ by far.
  @Test(arguments: ["resnet20", "mobilenetv2", "squeezenet"])
  func logitsOfNetworks(name: String) throws {
    let agreement = try Agreement(logits(name))
    let compiled = try agreement.compiled(for: try target(), batch: 1)
    let steps = splitSteps(compiled.plan)
    #expect(!steps.isEmpty)
    for step in steps { #expect(compiled.plan.expectedError(of: step) == SplitProducts.expectedError) }
    let found = try agreement.results(of: compiled, pool: Agreement.pools[1], allParallel: false)
    agreement.check(found, tolerance: 2e-5)
  }

  private func logits(_ name: String) throws -> Graph {
    var graph = try Networks.spec(name).lowered(batch: 1).graph
    graph.outputs = graph.outputs.map { output in
      if case .softmax = graph[output].op { graph[output].operands[0] } else { output }
    }
    return graph
  }

  @Test func strictNumericsTakePlainSums() throws {
    let graph = try logits("squeezenet")
    for numerics in Numerics.allCases {
      let options = CompileOptions(
        batch: 1, numerics: numerics, target: try target(), catalogue: KernelTable.catalogue)
      let plan = try #require(try Pipeline.compile(graph, options)).plan
      #expect(splitSteps(plan).isEmpty == (numerics == .strict))
      #expect(plan.printed().contains(inMillionths(SplitProducts.expectedError)) == (numerics == .fast))
    }
  }

  /// The compiler and the kernels count a workspace's floats alike.
  @Test func workspacesAreAsLargeAsKernelsSay() throws {
    let kernel = try #require(KernelTable.catalogue["conv2d_split_f32_amx_32x32"])
    for (channels, size, taps, stride, dilation) in [
      (1, 4, 1, 1, 1), (3, 31, 7, 2, 1), (16, 9, 3, 1, 2), (40, 14, 1, 2, 1), (200, 28, 3, 2, 1), (512, 7, 3, 1, 1),
    ] {
      let out = (size - 1) / stride + 1
      let attributes = ConvolutionAttributes(
        kernel: Size2D(taps), stride: Size2D(stride), dilation: Size2D(dilation))
      for isPlain in [false, true] {
        let split = try #require(
          SplitProducts(
            .conv2D(attributes, Epilogue(bias: false)), input: [5, channels, size, size], result: [5, 8, out, out],
            isPlain: isPlain, by: kernel))
        var args = ck_conv2d_args()
        (args.in.c, args.in.block, args.groups) = (Int64(channels), isPlain ? 1 : 16, 1)
        (args.out.h, args.out.w) = (Int64(out), Int64(out))
        (args.kernel_h, args.kernel_w) = (Int64(taps), Int64(taps))
        (args.stride_h, args.stride_w) = (Int64(stride), Int64(stride))
        (args.dilation_h, args.dilation_w) = (Int64(dilation), Int64(dilation))
        for (images, rows) in [(1, 1), (1, 2), (1, out), (2, out), (5, out)] {
          let floats = ck_split_conv_floats(&args, Int64(images), Int64(rows))
          #expect(split.workspaceBytes(images: images, rows: rows) == 4 * Int(floats))
        }
      }
    }
    let gradient = try #require(KernelTable.catalogue["conv2d_weights_split_f32_amx"])
    for (channels, filters, size, taps, stride, dilation) in [
      (16, 20, 9, 3, 1, 2), (40, 70, 14, 1, 2, 1), (200, 130, 28, 3, 2, 1), (512, 512, 7, 3, 1, 1),
      (70, 33, 15, 7, 3, 1),
    ] {
      let attributes = ConvolutionAttributes(
        kernel: Size2D(taps), stride: Size2D(stride), dilation: Size2D(dilation),
        padding: Padding2D(top: 1, bottom: 0, left: 1, right: 1))
      let split = try #require(
        SplitWeights(attributes, slices: 2, input: [5, channels, size, size], filters: filters, by: gradient))
      var args = ck_conv2d_weights_args()
      let far = (taps - 1) * dilation
      (args.in.c, args.g.c) = (Int64(channels), Int64(filters))
      (args.g.h, args.g.w) = (Int64((size - far) / stride + 1), Int64((size + 1 - far) / stride + 1))
      #expect(split.height == Int(args.g.h) && split.images == 3)
      (args.kernel_h, args.kernel_w) = (Int64(taps), Int64(taps))
      (args.stride_h, args.stride_w) = (Int64(stride), Int64(stride))
      (args.dilation_h, args.dilation_w) = (Int64(dilation), Int64(dilation))
      for (images, rows) in [(1, 1), (1, 2), (1, split.height), (3, split.height)] {
        let floats = ck_split_weights_floats(&args, Int64(images), Int64(rows))
        #expect(split.workspaceBytes(images: images, rows: rows) == 4 * Int(floats))
      }
    }
    let dense = try #require(KernelTable.catalogue["dense_split_f32_amx_32x32"])
    for (inputs, rows) in [(1, 1), (32, 2), (33, 17), (4096, 32)] {
      let split = try #require(
        SplitProducts(
          .dense(Epilogue(bias: false)), input: [rows, inputs], result: [rows, 10], isPlain: true, by: dense))
      #expect(split.workspaceBytes(images: 1, rows: rows) == 4 * Int(ck_split_dense_floats(Int64(inputs), Int64(rows))))
    }
  }

  /// Weights come back with 16 bits, and as they are from then on: an artefact may travel any number of times.
  @Test func weightsKeepSixteenBits() throws {
    let agreement = try Agreement(logits("squeezenet"))
    let compiled = try agreement.compiled(for: try target(), batch: 1)
    let packing = WeightPacking(compiled.plan)
    for (index, constant) in compiled.plan.constants.enumerated() {
      guard case .step(let number) = constant.packing,
        compiled.plan.steps[number].algorithm == SplitProducts.algorithm
      else { continue }
      let values = try packing.unpack(index, from: compiled.constants.constants[index])
      let memory = OwnedMemory()
      let again = try memory.add(byteCount: try packing.byteCount(of: index)) {
        try packing.pack(index, values, into: $0)
      }
      #expect(try packing.unpack(index, from: again) == values)
    }
  }

  /// Units of work as the cost model counts them are those that the kernel has.
  @Test func unitsAreThoseOfTheKernel() throws {
    let network = try Networks.spec("resnet18")
    let options = CompileOptions(batch: 3, target: try target(), catalogue: KernelTable.catalogue)
    let plan = try #require(try Pipeline.compile(network.lowered(batch: 3).graph, options)).plan
    let steps = splitSteps(plan)
    #expect(!steps.isEmpty)
    for step in steps {
      let kernel = try #require(KernelTable.catalogue[step.kernel])
      guard case .tensor(let input) = step.operands[0] else { continue }
      let split = try #require(
        SplitProducts(
          step.op, input: plan.tensors[input].shape, result: plan.tensors[step.result].shape,
          isPlain: plan.tensors[input].layout.block == 1, by: kernel))
      let cost = SplitCost(split, plan.target, cores: step.parallel ? plan.target.cores : 1)
      #expect(step.workspace?.bytesPerThread == cost.workspaceBytes)
      let row = try #require(KernelTable[step.kernel])
      #expect(BoundStep(step, of: plan, row.kernel, isRunnable: true).units == cost.units, "\(step.name)")
    }
  }
}

import NetIR
import NetworkTestSupport
import Runtime
import Testing

@testable import CPUBackend

@Suite struct WeightPackingTests {
  /// A plan of one step with that kernel, whether this CPU can run it or not.
  private func plan(_ kernel: KernelDescriptor, _ op: GraphOp, input: [Int], weights: [Int], result: [Int]) -> Plan {
    let target = TargetDescription(name: "any", instructionSets: [], cores: 1, cache: [])
    var plan = Plan(name: "pack", batch: input[0], precision: "fp32", numerics: "strict", target: target)
    let block = kernel.op == .conv2D ? kernel.block : 1
    plan.tensors = [
      Plan.Tensor(name: "x", shape: input, layout: TensorLayout(block: block), place: .arena(offset: 0)),
      Plan.Tensor(name: "y", shape: result, layout: TensorLayout(block: block), place: .arena(offset: 1 << 20)),
    ]
    plan.constants = [
      Plan.Constant(name: "W", shape: weights, packing: .step(0), source: ValueID(0)),
      Plan.Constant(name: "b", shape: [weights[0]], packing: .plain, source: ValueID(1)),
    ]
    plan.steps = [
      Plan.Step(
        name: "s", op: op, kernel: kernel.name, algorithm: kernel.algorithm,
        operands: [.tensor(0), .constant(0)], result: 1, parallel: false)
    ]
    return plan
  }

  private func roundTrip(_ plan: Plan) throws {
    let packing = WeightPacking(plan)
    for index in plan.constants.indices {
      let kernel = plan.constants[index].packing == .plain ? nil : KernelTable.catalogue[plan.steps[0].kernel]
      let isBF16 = kernel?.storage == .bfloat16
      let isInHalves = isBF16 || kernel?.algorithm == SplitProducts.algorithm
      var values = Noise.floats(plan.constants[index].shape.elements, seed: UInt64(index) + 7)
      // What fits into bf16 comes back as it was.
      if isInHalves { values = values.map { Float(bitPattern: $0.bitPattern & 0xFFFF_0000) } }
      let size = try packing.byteCount(of: index)
      #expect(size >= (isBF16 ? 2 : 4) * values.count && size % 4 == 0)
      let memory = OwnedMemory()
      let packed = try memory.add(byteCount: size) { try packing.pack(index, values, into: $0) }
      #expect(try packing.unpack(index, from: packed) == values)
      // Nothing is left unwritten that a kernel might read: beyond the weights there are zeros.
      let floats = packed.bindMemory(to: Float.self).count { $0 != 0 }
      let halves = packed.bindMemory(to: UInt16.self).count { $0 != 0 }
      #expect((isInHalves ? halves : floats) == values.count { $0 != 0 })
    }
  }

  static let convolutions = KernelTable.catalogue.kernels.filter { $0.op == .conv2D }
  static let dense = KernelTable.catalogue.kernels.filter { $0.op == .dense }

  @Test(arguments: convolutions.filter { $0.algorithm != "depthwise" }.map(\.name))
  func convolutionRows(name: String) throws {
    let kernel = try #require(KernelTable.catalogue[name])
    for (filters, channels, groups) in [(1, 1, 1), (33, 5, 1), (16, 32, 1), (7, 19, 1), (12, 8, 4), (40, 20, 5)] {
      for size in [1, 3] {
        let attributes = ConvolutionAttributes(kernel: Size2D(size), groups: groups)
        for block in Set([1, kernel.block]) {
          var plan = plan(
            kernel, .conv2D(attributes, Epilogue(bias: false)), input: [1, channels, 6, 6],
            weights: [filters, channels / groups, size, size], result: [1, filters, 7 - size, 7 - size])
          plan.tensors[0].layout.block = block
          try roundTrip(plan)
        }
      }
    }
  }

  @Test(arguments: convolutions.filter { $0.algorithm == "depthwise" }.map(\.name))
  func depthwiseRows(name: String) throws {
    let kernel = try #require(KernelTable.catalogue[name])
    for channels in [2, 5, 16, 33] {
      let attributes = ConvolutionAttributes(kernel: Size2D(3, 2), groups: channels)
      try roundTrip(
        plan(
          kernel, .conv2D(attributes, Epilogue(bias: false)), input: [1, channels, 6, 6],
          weights: [channels, 1, 3, 2], result: [1, channels, 4, 5]))
    }
  }

  @Test(arguments: dense.map(\.name))
  func denseRows(name: String) throws {
    let kernel = try #require(KernelTable.catalogue[name])
    for (units, inputs) in [(1, 1), (10, 784), (65, 33), (64, 64), (3, 200)] {
      for rows in [1, 5] {
        try roundTrip(
          plan(
            kernel, .dense(Epilogue(bias: false)), input: [rows, inputs], weights: [units, inputs],
            result: [rows, units]))
      }
    }
  }

  @Test func everyRowWithWeightsWasTried() {
    let packed = KernelTable.rows.filter { $0.kernel.pointee.packing != nil }.map(\.descriptor.name)
    #expect(Set(packed) == Set((Self.convolutions + Self.dense).map(\.name)))
  }

  @Test func wrongSizesAreRefused() throws {
    let kernel = try #require(Self.dense.first)
    let plan = plan(
      kernel, .dense(Epilogue(bias: false)), input: [1, 4], weights: [3, 4], result: [1, 3])
    let packing = WeightPacking(plan)
    let memory = OwnedMemory()
    #expect(throws: GraphProblem.self) {
      try memory.add(byteCount: try packing.byteCount(of: 0)) {
        try packing.pack(0, [Float](repeating: 1, count: 11), into: $0)
      }
    }
    let short = memory.add(byteCount: 8) { _ in }
    #expect(throws: GraphProblem.self) { try packing.unpack(0, from: short) }
    #expect(throws: GraphProblem.self) { try packing.unpack(1, from: short) }
  }

  @Test func aKernelOfAnotherBuildIsRefused() throws {
    let kernel = try #require(Self.dense.first)
    var plan = plan(
      kernel, .dense(Epilogue(bias: false)), input: [1, 4], weights: [3, 4], result: [1, 3])
    plan.steps[0].kernel = "dense_gemm_f32_future_9x9"
    #expect(throws: GraphProblem.self) { try WeightPacking(plan).byteCount(of: 0) }
    #expect(throws: GraphProblem.self) {
      try CPUExecutable(plan, constants: ConstantMemory([], owner: 0), pool: Agreement.pools[0])
    }
  }
}

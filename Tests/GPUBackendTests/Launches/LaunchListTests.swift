import Compiler
import GPUKernels
import NetIR
import NetworkTestSupport
import Testing

@testable import GPUBackend

/// What a run starts, as a function of the plan.
@Suite struct LaunchListTests {
  private func plan(_ yaml: String, batch: Int = 2, precision: Precision = .fp32, numerics: Numerics = .strict)
    throws -> Plan
  {
    let target = TargetDescription.device(capability: 90, processors: 132, cache: 50 << 20)
    let options = CompileOptions(
      batch: batch, precision: precision, numerics: numerics, target: target, catalogue: DeviceKernelTable.catalogue)
    return try #require(try Pipeline.compile(try Networks.of(yaml).lowered(batch: batch).graph, options)).plan
  }

  private func kernels(_ yaml: String) throws -> [String] { try LaunchList(try plan(yaml)).launches.map(\.kernel) }

  @Test func neighboursOfElementsAreOneLaunch() throws {
    let yaml = """
      - Input: {name: x, shape: [null, 4, 6, 6]}
      - MaxPool2D: {name: p, pool_size: 3, stride: 1}
      - BatchNorm: {name: a}
      - Nonlinearity: {name: b, nonlinearity: tanh}
      - ElemwiseSum: {name: c, incomings: [p, b]}
      - Nonlinearity: {name: d, nonlinearity: sigmoid}
      - GlobalPool: {}
      """
    let list = try LaunchList(try plan(yaml))
    #expect(list.launches.map(\.kernel) == ["pool2d", "pointwise0", "global_pool"])
    // Three pointers: what pooling made (once, though it is read twice), scale and shift, and the result.
    #expect(list.launches[1].pointers.count == 4 && list.launches[1].steps.count >= 2)
    let text = try #require(list.groupText)
    #expect(text.components(of: "store(a.y") == 1, "only the last result is written")
  }

  @Test func whatOthersReadIsWritten() throws {
    let yaml = """
      - Input: {name: x, shape: [null, 4, 6, 6]}
      - MaxPool2D: {name: p, pool_size: 3, stride: 1}
      - Nonlinearity: {name: a, nonlinearity: tanh}
      - Nonlinearity: {name: b, nonlinearity: elu}
      - MaxPool2D: {name: q, incoming: a, pool_size: 3, stride: 1, pad: 1}
      - ElemwiseSum: {incomings: [q, b]}
      - GlobalPool: {}
      """
    let list = try LaunchList(try plan(yaml))
    let text = try #require(list.groupText)
    #expect(list.launches.map(\.kernel).filter { $0.hasPrefix("pointwise") }.count == 2)
    #expect(text.components(of: "store(a.y0") == 2 && text.components(of: "store(a.y1") == 1)
  }

  @Test func equalGroupsShareAText() throws {
    let yaml = """
      - Input: {name: x, shape: [null, 4, 9, 9]}
      - MaxPool2D: {pool_size: 3, stride: 1}
      - BatchNorm: {}
      - Nonlinearity: {nonlinearity: tanh}
      - MaxPool2D: {pool_size: 3, stride: 1}
      - BatchNorm: {}
      - Nonlinearity: {nonlinearity: tanh}
      - GlobalPool: {}
      """
    #expect(try kernels(yaml) == ["pool2d", "pointwise0", "pool2d", "pointwise0", "global_pool"])
    #expect(try LaunchList(try plan(yaml)).groupKernels == ["pointwise0"])
  }

  @Test func convolutionsChooseByTheirSize() throws {
    let yaml = """
      - Input: {shape: [null, 3, 40, 40]}
      - Conv2D: {num_filters: 64, filter_size: 3, pad: same}
      - Conv2D: {num_filters: 64, filter_size: 3, pad: same, num_groups: 64}
      - MaxPool2D: {pool_size: 8}
      - Conv2D: {num_filters: 8, filter_size: 1}
      - Dense: {num_units: 10}
      """
    #expect(
      try kernels(yaml) == ["conv2d_tile32", "conv2d_depthwise_vectors", "pool2d", "conv2d_tile32", "dense_rows"])
    let large = try plan(yaml, batch: 32)
    let names = try LaunchList(large).launches.map(\.kernel)
    #expect(names == ["conv2d_tile64", "conv2d_depthwise_vectors", "pool2d", "conv2d_tile32", "conv2d_tile32"])
    #expect(large.steps.last?.kernel == "cuda_dense_tile32")
  }

  @Test func tensorCoresMultiplyWhatTheyCan() throws {
    let yaml = """
      - Input: {shape: [null, 3, 40, 40]}
      - Conv2D: {num_filters: 64, filter_size: 3, pad: same}
      - Conv2D: {num_filters: 128, filter_size: 3, pad: same}
      - Conv2D: {num_filters: 8, filter_size: 1}
      - MaxPool2D: {pool_size: 8}
      - Dense: {num_units: 200}
      """
    func kernels(_ precision: Precision, _ numerics: Numerics) throws -> [String] {
      try LaunchList(try plan(yaml, batch: 32, precision: precision, numerics: numerics)).launches.map(\.kernel)
    }
    // The caller's images are plain, so that numbers come one by one; a layer of few filters has no use for a tile.
    for (precision, name) in [(Precision.fp32, "tf32"), (.bf16, "bf16"), (.fp16, "fp16")] {
      #expect(
        try kernels(precision, .fast) == [
          "conv2d_\(name)_128x64_numbers", "conv2d_\(name)_128x128_vectors", "conv2d_tile32", "pool2d",
          "conv2d_\(name)_32x32_vectors",
        ])
    }
    #expect(try kernels(.fp32, .strict).allSatisfy { !$0.contains("tf32") })
    #expect(try kernels(.bf16, .strict) == kernels(.bf16, .fast))
  }

  @Test func olderDevicesHaveFewerTensorCores() throws {
    let yaml = "- Input: {shape: [null, 16, 9, 9]}\n- Conv2D: {num_filters: 64, filter_size: 3}"
    func kernel(_ capability: Int, _ precision: Precision) throws -> String {
      let target = TargetDescription.device(capability: capability, processors: 40, cache: 4 << 20)
      let options = CompileOptions(
        batch: 1, precision: precision, target: target, catalogue: DeviceKernelTable.catalogue)
      let graph = try Networks.of(yaml).lowered(batch: 1).graph
      return try #require(try Pipeline.compile(graph, options)).plan.steps[0].kernel
    }
    #expect(try kernel(75, .fp16) == "cuda_conv2d_fp16_32x32" && kernel(75, .bf16) == "cuda_conv2d_tile32")
    #expect(try kernel(75, .fp32) == "cuda_conv2d_tile32" && kernel(70, .fp16) == "cuda_conv2d_tile32")
    #expect(try kernel(80, .bf16) == "cuda_conv2d_bf16_32x32" && kernel(90, .fp32) == "cuda_conv2d_tf32_32x32")
  }

  @Test func imagesAreNHWCAndCallersSeeThemPlain() throws {
    let plan = try plan(GPUExecutableTests.yaml)
    for tensor in plan.tensors where tensor.shape.count == 4 {
      if case .arena = tensor.place, tensor.viewOf == nil, !tensor.name.hasPrefix("pool") {
        #expect(tensor.layout.block <= 1)
      }
    }
    #expect(plan.tensors.contains { $0.layout.description == "nhwc" })
    #expect((plan.inputs + plan.outputs).allSatisfy { $0.layout == .plain })
    #expect(plan.printed().contains("cuda_conv2d_tile32") && plan.printed().contains("sm_90"))
  }

  @Test func concatenationsLieInTheirResult() throws {
    let yaml = """
      - Input: {name: x, shape: [null, 3, 8, 8]}
      - Conv2D: {name: a, num_filters: 5, filter_size: 3, pad: same}
      - Conv2D: {name: b, incoming: x, num_filters: 7, filter_size: 1}
      - Concat: {incomings: [a, b]}
      - Conv2D: {num_filters: 4, filter_size: 1}
      - GlobalPool: {}
      """
    let list = try LaunchList(try plan(yaml))
    #expect(list.launches.map(\.kernel) == Array(repeating: "conv2d_tile32", count: 3) + ["global_pool"])
    // Five channels of twelve behind each other in every pixel.
    let (a, b) = (list.launches[0], list.launches[1])
    let (first, second) = (try #require(a.pointers[4]), try #require(b.pointers[4]))
    #expect(second.offset - first.offset == 5 * 4)
  }

  @Test func bf16IsHandedOnAndLogitsAreNot() throws {
    let plan = try plan(GPUExecutableTests.yaml, precision: .bf16)
    let storages = plan.steps.map { plan.tensors[$0.result].layout.storage }
    #expect(storages == [.bfloat16, .bfloat16, .bfloat16, .float32, .float32])
  }
}

extension String {
  fileprivate func components(of part: String) -> Int {
    var (count, rest) = (0, self[...])
    while let found = rest.firstRange(of: part) {
      count += 1
      rest = rest[found.upperBound...]
    }
    return count
  }
}

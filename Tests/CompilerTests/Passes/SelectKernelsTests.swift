import CPUBackend
import NetIR
import Testing

@testable import Compiler

@Suite struct SelectKernelsTests {
  /// The kernel of every op of a graph, on a machine that nobody needs to have.
  private func kernels(_ graph: Graph, on target: String) throws -> [String] {
    var compilation = Compilation(graph: graph, options: try .on(target))
    try SelectKernels.pass.run(&compilation)
    return compilation.graph.nodes.compactMap(\.kernel)
  }

  @Test(arguments: [
    ("generic", "conv2d_direct_f32_generic_4x8"), ("x86-64-avx2", "conv2d_direct_f32_avx2_6x16"),
    ("x86-64-avx512", "conv2d_direct_f32_avx512_14x32"),
  ])
  func convolution(target: String, kernel: String) throws {
    let g = GraphBuilder()
    #expect(try kernels(g.finished(try g.conv(try g.input(), "conv")), on: target) == [kernel])
  }

  @Test(arguments: [
    ("generic", "conv2d_depthwise_f32_generic_8x4"), ("x86-64-avx2", "conv2d_depthwise_f32_avx2_8x8"),
    ("x86-64-avx512", "conv2d_depthwise_f32_avx512_8x16"),
  ])
  func depthwise(target: String, kernel: String) throws {
    let g = GraphBuilder()
    let conv = try g.conv(try g.input(), "conv", filters: 4, groups: 4)
    #expect(try kernels(g.finished(conv), on: target) == [kernel])
  }

  @Test(arguments: [(4, 8, 4), (4, 4, 2), (1, 1, 1), (1, 4, 1)])
  func notDepthwise(channels: Int, filters: Int, groups: Int) throws {
    let g = GraphBuilder()
    let conv = try g.conv(try g.input([2, channels, 6, 6]), "conv", filters: filters, groups: groups)
    #expect(try kernels(g.finished(conv), on: "x86-64-avx2") == ["conv2d_direct_f32_avx2_6x16"])
  }

  @Test(arguments: [
    (
      "generic",
      [
        "lrn_channels_f32_generic", "pool2d_window_f32_generic", "activation_span_f32_generic",
        "scale_shift_span_f32_generic", "elementwise_span_f32_generic", "pad_rows_f32_generic",
        "concat_quads_f32_generic", "global_pool_rows_f32_generic", "dense_gemm_f32_generic_2x16",
        "softmax_stable_f32_generic",
      ]
    ),
    (
      "x86-64-avx512",
      [
        "lrn_channels_f32_avx512", "pool2d_window_f32_avx512", "activation_span_f32_avx512",
        "scale_shift_span_f32_avx512", "elementwise_span_f32_avx512", "pad_rows_f32_generic",
        "concat_quads_f32_generic", "global_pool_rows_f32_avx512", "dense_gemm_f32_avx512_6x64",
        "softmax_stable_f32_avx512",
      ]
    ),
  ])
  func everyOtherOp(target: String, names: [String]) throws {
    let g = GraphBuilder()
    var x = try g.input()
    x = try g.add(.lrn(LRNAttributes(size: 3, alpha: 0.1, beta: 0.75, k: 1)), [x])
    x = try g.rectify(try g.pool(x))
    x = try g.scaleShift(x, "bn")
    x = try g.sum(x, x)
    x = try g.add(.pad(PadAttributes(before: [0, 0, 1, 1], after: [0, 0, 1, 1], value: 0)), [x])
    x = try g.add(.concat(axis: 1), [x, x])
    x = try g.dense(try g.add(.globalPool(.mean), [x]), "dense")
    x = try g.add(.softmax(axis: 1), [x])
    #expect(try kernels(g.finished(x), on: target) == names)
  }

  /// Few filters on plain images: vectors of pixels. Blocks as soon as they are full, or rows are narrower than a
  /// vector, or what comes before lies in blocks.
  @Test(arguments: [
    (28, 6, 1, true), (28, 16, 1, false), (28, 12, 1, false), (12, 1, 1, false), (16, 1, 1, true), (28, 6, 2, false),
  ])
  func rowsOfPixels(width: Int, filters: Int, stride: Int, isChosen: Bool) throws {
    let g = GraphBuilder()
    let conv = try g.conv(try g.input([1, 1, width, width]), "conv", filters: filters, stride: stride)
    let kernel = try kernels(g.finished(conv), on: "x86-64-avx512")[0]
    #expect(kernel == (isChosen ? "conv2d_rows_f32_avx512_64x6" : "conv2d_direct_f32_avx512_14x32"))
  }

  @Test func rowsBehindRowsAndPooling() throws {
    let g = GraphBuilder()
    let a = try g.pool(try g.rectify(try g.conv(try g.input([1, 3, 64, 64]), "a", filters: 4)))
    let b = try g.conv(a, "b", filters: 2)
    let blocked = try g.conv(try g.conv(b, "c", filters: 32), "d", filters: 2)
    let chosen = try kernels(g.finished(blocked), on: "x86-64-avx512").filter { $0.hasPrefix("conv2d") }
    #expect(chosen.map { $0.split(separator: "_")[1] } == ["rows", "rows", "direct", "winograd"])
  }

  @Test func noKernelForReshapesAndConstants() throws {
    let g = GraphBuilder()
    let w = try g.add(.scaleRows, [try g.constant("w", [3, 4]), try g.constant("s", [3])])
    let x = try g.reshape(try g.input([2, 2, 2]), [2, 4])
    let dense = try g.add(.dense(Epilogue(bias: false)), [x, w])
    var compilation = Compilation(graph: g.finished(dense), options: try .on("generic"))
    try SelectKernels.pass.run(&compilation)
    #expect(compilation.graph.nodes.map { $0.kernel != nil } == [false, false, false, false, false, true])
  }

  private func inBF16(_ target: String) throws -> CompileOptions {
    var options = try CompileOptions.on(target)
    options.precision = .bf16
    return options
  }

  @Test(arguments: [
    ("generic", "generic_3x8", "generic_1x16"), ("x86-64-avx2", "avx2_4x16", "avx2_1x32"),
    ("x86-64-avx512", "avx512_12x32", "avx512_5x64"), ("x86-64-avx512-bf16", "avx512bf16_14x32", "avx512bf16_6x64"),
  ])
  func bf16(target: String, convolution: String, dense: String) throws {
    let g = GraphBuilder()
    let conv = try g.conv(try g.rectify(try g.input()), "conv")
    let sum = try g.sum(try g.pool(conv), try g.pool(conv))
    let pooled = try g.add(.globalPool(.mean), [sum])
    let result = try g.add(.softmax(axis: 1), [try g.dense(try g.rectify(pooled), "dense")])
    var compilation = Compilation(graph: g.finished(result), options: try inBF16(target))
    try SelectKernels.pass.run(&compilation)
    let set = target.contains("avx512") ? "avx512" : target.contains("avx2") ? "avx2" : "generic"
    #expect(
      compilation.graph.nodes.compactMap(\.kernel) == [
        // What reads fp32 alone stays with it.
        "activation_span_f32_\(set)", "conv2d_direct_bf16_\(convolution)", "pool2d_window_bf16_\(set)",
        "pool2d_window_bf16_\(set)", "elementwise_span_bf16_\(set)", "global_pool_rows_bf16_\(set)",
        "activation_span_f32_\(set)", "dense_gemm_bf16_\(dense)", "softmax_stable_f32_\(set)",
      ])
  }

  /// 16 channels or inputs at a time go through tiles; anything else does not.
  @Test(arguments: [(16, 1, true), (48, 1, true), (3, 1, false), (24, 1, false), (32, 2, false)])
  func tilesOfAMX(channels: Int, groups: Int, inTiles: Bool) throws {
    let g = GraphBuilder()
    let conv = try g.conv(try g.input([2, channels, 6, 6]), "conv", filters: 32, groups: groups)
    let plan = try #require(try Pipeline.compile(g.finished(conv), try inBF16("x86-64-amx"))).plan
    #expect(plan.steps.contains { $0.kernel == "conv2d_direct_bf16_amx_32x32" } == inTiles)
    #expect(plan.steps.contains { $0.kernel == "conv2d_direct_bf16_avx512bf16_14x32" } != inTiles)
  }

  @Test func bf16ConvertsAtTheEdges() throws {
    let g = GraphBuilder()
    let conv = try g.conv(try g.input(), "conv")
    let padded = try g.add(.pad(PadAttributes(before: [0, 0, 1, 1], after: [0, 0, 1, 1], value: 0)), [conv])
    let second = try g.conv(padded, "second")
    let plan = try #require(
      try Pipeline.compile(g.finished(try g.add(.softmax(axis: 1), [second])), try inBF16("x86-64-avx512-bf16"))
    ).plan
    // Results that fp32 kernels read are never rounded.
    #expect(
      plan.steps.map { "\($0.op.name) \(plan.tensors[$0.result].layout.storage)" } == [
        "copy bfloat16", "conv2d float32", "copy float32", "pad float32", "copy bfloat16", "conv2d float32",
        "copy float32", "softmax float32",
      ])
  }

  @Test func aCatalogueWithoutBF16FallsBack() throws {
    let g = GraphBuilder()
    let graph = g.finished(try g.conv(try g.input(), "conv1"))
    var options = try inBF16("x86-64-avx512")
    options.catalogue = KernelCatalogue(KernelTable.catalogue.kernels.filter { $0.storage == .float32 })
    #expect(try Pipeline.compile(graph, options)?.plan.steps.last?.kernel.contains("f32") == true)
  }

  @Test func aCatalogueWithoutTheOpIsNoBug() throws {
    let g = GraphBuilder()
    let graph = g.finished(try g.conv(try g.input(), "conv1"))
    var options = try CompileOptions.on("generic")
    options.catalogue = KernelCatalogue(KernelTable.catalogue.kernels.filter { $0.op != .conv2D })
    let error = #expect(throws: CompileError.self) { try Pipeline.compile(graph, options) }
    #expect(error?.reason == .unsupported)
  }

  @Test func theOrderOfTheCatalogueDoesNotMatter() throws {
    let g = GraphBuilder()
    let graph = g.finished(try g.conv(try g.pool(try g.input()), "conv"))
    var options = try CompileOptions.on("x86-64-avx512")
    let plan = try Pipeline.compile(graph, options)?.plan
    options.catalogue = KernelCatalogue(KernelTable.catalogue.kernels.reversed())
    #expect(try Pipeline.compile(graph, options)?.plan == plan)
  }

  // MARK: Choices

  private static let direct = "conv2d_direct_f32_avx512_14x32"
  private static let winograd = "conv2d_winograd_f4x3_f32_avx512_14x32"
  private static let winograd5 = "conv2d_winograd_f4x5_f32_avx512_14x32"
  private static let depthwise = "conv2d_depthwise_f32_avx512_8x16"

  /// What was known of the kernels of one convolution, 3×3 and padded by 1.
  private func choice(
    _ input: [Int] = [1, 64, 28, 28], filters: Int = 64, groups: Int = 1, numerics: Numerics = .fast,
    measured: [String: Int]? = nil, leastGain: Double = 1.03
  ) throws -> Plan.Choice {
    let g = GraphBuilder()
    let conv = try g.conv(try g.input(input), "conv", filters: filters, groups: groups)
    let graph = g.finished(conv)
    var options = try CompileOptions.on("x86-64-avx512")
    options.numerics = numerics
    if let measured {
      var table = MeasurementTable(cpu: "made up", threads: 1)
      table.leastGain = leastGain
      for (kernel, time) in measured { table[graph.instance(of: conv).signature, kernel] = time }
      options.measurements = table
    }
    var compilation = Compilation(graph: graph, options: options)
    try SelectKernels.pass.run(&compilation)
    let node = compilation.graph[compilation.graph.outputs[0]]
    let choice = try #require(node.choice)
    #expect(choice.taken?.kernel == node.kernel)
    return choice
  }

  @Test func theLeastEstimateIsTakenAndTheOthersStay() throws {
    let choice = try choice()
    let names = [
      Self.winograd, Self.direct, "conv2d_rows_f32_avx512_64x6", Self.depthwise,
      "conv2d_winograd_f4x5_f32_avx512_14x32",
    ]
    #expect(choice.candidates.map(\.kernel) == names)
    #expect(choice.runnerUp?.kernel == Self.direct)
    let times = choice.candidates.map(\.estimate)
    let (first, second) = (try #require(times[0]), try #require(times[1]))
    #expect(first > 0 && first < second)
    #expect(choice.candidates.allSatisfy { $0.measured == nil })
    #expect(choice.candidates.map { $0.exclusion == nil } == [true, true, true, false, false])
    #expect(choice.candidates.map { $0.estimate == nil } == [false, false, false, true, true])
  }

  @Test func whatIsExcludedHasAReason() throws {
    func reason(_ choice: Plan.Choice, _ kernel: String) -> String {
      choice.candidates.first { $0.kernel == kernel }?.exclusion ?? "none"
    }
    #expect(reason(try choice(), Self.depthwise) == "it takes one filter per channel")
    #expect(reason(try choice(numerics: .strict), Self.winograd) == "strict numerics take plain sums only")
    #expect(reason(try choice(groups: 2), Self.winograd).hasPrefix("it takes 3×3 filters at stride 1"))
    #expect(reason(try choice([1, 3, 28, 28]), Self.winograd).hasPrefix("fewer channels than a block"))
    #expect(reason(try choice(), Self.winograd5).hasPrefix("it takes 5×5 filters at stride 1"))
    // √(3.7e-13 + 2.3e-16·200,000) = 6.8e-6
    #expect(
      reason(try choice([1, 200_000, 28, 28]), Self.winograd) == "its expected error, 6.8e-6, is above 5.0e-6")
    #expect(try choice([1, 64, 28, 28], groups: 64).taken?.kernel == Self.depthwise)
  }

  @Test func otherInstructionSetsAreNoCandidates() throws {
    let names = try choice().candidates.map(\.kernel)
    #expect(names.allSatisfy { $0.contains("avx512") })
  }

  @Test(arguments: [
    // The estimate prefers Winograd, which may take 3 % more than what beats it.
    (100, 200, direct), (200, 100, winograd), (100, 102, winograd), (100, 104, direct), (100, 100, winograd),
  ])
  func measurementsOverruleTheModel(direct: Int, winograd: Int, taken: String) throws {
    let choice = try choice(measured: [Self.direct: direct, Self.winograd: winograd])
    #expect(choice.taken?.kernel == taken)
    #expect(choice.taken?.measured == (taken == Self.direct ? direct : winograd))
    #expect(choice.runnerUp?.measured == (taken == Self.direct ? winograd : direct))
    #expect(choice.candidates.prefix(2).allSatisfy { $0.estimate != nil })
  }

  @Test func whatWasNotMeasuredLoses() throws {
    #expect(try choice(measured: [Self.direct: 1_000_000_000]).taken?.kernel == Self.direct)
    #expect(try choice(measured: [:]).taken?.kernel == Self.winograd)
    // A table may know kernels that cannot be taken here.
    #expect(try choice(measured: [Self.depthwise: 1]).taken?.kernel == Self.winograd)
    #expect(
      try choice(numerics: .strict, measured: [Self.winograd: 1, Self.direct: 9]).taken?.kernel == Self.direct)
  }

  @Test func aTableMayInformOnly() throws {
    let choice = try choice(measured: [Self.direct: 1, Self.winograd: 1000], leastGain: .infinity)
    #expect(choice.taken?.kernel == Self.winograd && choice.taken?.measured == 1000)
    #expect(choice.runnerUp?.measured == 1)
  }

  @Test func choicesReachThePlan() throws {
    let g = GraphBuilder()
    let graph = g.finished(try g.conv(try g.input([2, 16, 12, 12]), "conv"))
    var options = try CompileOptions.on("x86-64-avx512")
    let plain = try #require(try Pipeline.compile(graph, options)).plan
    #expect(plain.tuning == nil)
    #expect(plain.steps.allSatisfy { $0.choice?.taken?.kernel == $0.kernel && ($0.choice?.taken?.estimate ?? 0) > 0 })
    #expect(plain.steps.contains { $0.op == .copy })
    options.measurements = MeasurementTable(cpu: "made up", threads: 3)
    let tuned = try #require(try Pipeline.compile(graph, options)).plan
    #expect(tuned.tuning == Plan.Tuning(cpu: "made up", threads: 3))
    #expect(tuned.steps.map(\.kernel) == plain.steps.map(\.kernel))
  }
}

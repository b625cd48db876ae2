import CPUBackend
import NetIR
import Testing

@testable import Compiler

/// When Winograd's convolution is chosen, and with how much workspace.
@Suite struct WinogradCostTests {
  private func kernel(
    _ input: [Int], filters: Int, size: Int = 3, pad: Int = 1, stride: Int = 1, groups: Int = 1,
    on target: String = "x86-64-avx512", _ numerics: Numerics = .fast
  ) throws -> String {
    let g = GraphBuilder()
    let conv = try g.conv(
      try g.input(input), "conv", filters: filters, size: size, pad: pad, stride: stride, groups: groups)
    var options = try CompileOptions.on(target)
    options.numerics = numerics
    var compilation = Compilation(graph: g.finished(conv), options: options)
    try SelectKernels.pass.run(&compilation)
    return try #require(compilation.graph[compilation.graph.outputs[0]].kernel)
  }

  @Test(arguments: [
    ("generic", "conv2d_winograd_f4x3_f32_generic_4x8"), ("x86-64-avx2", "conv2d_winograd_f4x3_f32_avx2_6x16"),
    ("x86-64-avx512", "conv2d_winograd_f4x3_f32_avx512_14x32"),
  ])
  func layersOfResNetAndVGG(target: String, name: String) throws {
    for (channels, size) in [(64, 56), (128, 28), (256, 14), (512, 7), (64, 224), (256, 56), (512, 28), (512, 14)] {
      #expect(try kernel([1, channels, size, size], filters: channels, on: target) == name)
      #expect(!(try kernel([1, channels, size, size], filters: channels, on: target, .strict).contains("winograd")))
    }
  }

  /// Second layers of AlexNet and the MNIST net, a branch of GoogLeNet.
  @Test(arguments: [
    ("generic", "conv2d_winograd_f4x5_f32_generic_4x8"), ("x86-64-avx2", "conv2d_winograd_f4x5_f32_avx2_6x16"),
    ("x86-64-avx512", "conv2d_winograd_f4x5_f32_avx512_14x32"),
  ])
  func filtersOfFive(target: String, name: String) throws {
    for batch in [1, 32] {
      #expect(try kernel([batch, 64, 27, 27], filters: 192, size: 5, pad: 2, on: target) == name)
      #expect(try kernel([batch, 20, 12, 12], filters: 50, size: 5, pad: 0, on: target) == name)
      #expect(try kernel([batch, 16, 28, 28], filters: 32, size: 5, pad: 2, on: target) == name)
    }
    // One tile: bringing the filters to the points takes longer than the products. Among more images it does not.
    #expect(try kernel([1, 48, 4, 4], filters: 128, size: 5, pad: 2).contains("direct"))
    #expect(try kernel([32, 48, 4, 4], filters: 128, size: 5, pad: 2, on: target) == name)
  }

  @Test func othersStayDirect() throws {
    let direct = "conv2d_direct_f32_avx512_14x32"
    let image = [1, 64, 28, 28]
    #expect(try kernel(image, filters: 64) != direct)
    #expect(try kernel(image, filters: 64, size: 1, pad: 0) == direct)
    #expect(try kernel(image, filters: 64, size: 7, pad: 3) == direct)
    #expect(try kernel(image, filters: 64, stride: 2) == direct)
    #expect(try kernel(image, filters: 64, groups: 2) == direct)
    // Plain images are read by the direct kernel alone.
    #expect(try kernel([1, 3, 224, 224], filters: 64) == direct)
    #expect(try kernel([1, 15, 28, 28], filters: 64) == direct)
    // A tile for few pixels: the transforms cost more than they save.
    #expect(try kernel([1, 512, 4, 4], filters: 512) == direct)
    #expect(try kernel([1, 256, 2, 2], filters: 256) == direct)
    // Beyond the budget: √(2e-12 + 4.8e-12 + 4.4e-15·c) is 5e-6 at 4136 channels.
    #expect(try kernel([1, 4112, 28, 28], filters: 64, size: 5, pad: 2) != direct)
    #expect(try kernel([1, 4144, 28, 28], filters: 64, size: 5, pad: 2) == direct)
  }

  private func cut(_ input: [Int], filters: Int) throws -> Winograd {
    let kernel = try #require(KernelTable.catalogue["conv2d_winograd_f4x3_f32_avx512_14x32"])
    let attributes = ConvolutionAttributes(kernel: Size2D(3))
    return try #require(
      Winograd(attributes, input: input, result: [input[0], filters, input[2], input[3]], by: kernel))
  }

  @Test(arguments: [1, 2, 3, 8, 64])
  func everyCoreHasWork(cores: Int) throws {
    for (channels, size) in [(64, 56), (128, 28), (256, 14), (32, 16), (64, 224)] {
      let cut = try cut([1, channels, size, size], filters: channels)
      let tiles = WinogradCost(cut, cores: cores).tilesAtOnce
      #expect((1...64).contains(tiles) && tiles <= cut.tiles)
      let units = (cut.tiles + tiles - 1) / tiles * cut.filterTiles
      // Some idle cores may be cheaper than transforming the filters once more.
      #expect(4 * units >= 3 * min(cores, cut.tiles * cut.filterTiles))
    }
  }

  @Test func workspacesArePlaced() throws {
    let g = GraphBuilder()
    let x = try g.conv(try g.input([2, 32, 32, 32]), "large", filters: 16)
    let y = try g.conv(try g.pool(try g.pool(x)), "small", filters: 16)
    let plan = try #require(try Pipeline.compile(g.finished(y), try .on("x86-64-avx512"))).plan
    let steps = plan.steps.filter { $0.algorithm == "winograd_f4x3" }
    #expect(steps.map(\.name) == ["large + pool", "small"])
    try #require(steps.count == 2)
    let (large, small) = (try #require(steps[0].workspace), try #require(steps[1].workspace))
    // Work for both cores, work for one.
    #expect(steps[0].parallel && large.threads == 2)
    #expect(!steps[1].parallel && small.threads == 1)
    #expect(large.offset + large.bytes <= plan.arenaBytes && small.offset + small.bytes <= plan.arenaBytes)
    #expect(plan.arenaBytes >= plan.arenaBound && plan.arenaBound > large.bytes)
    #expect(plan.steps.allSatisfy { ($0.workspace != nil) == ($0.algorithm == "winograd_f4x3") })
  }
}

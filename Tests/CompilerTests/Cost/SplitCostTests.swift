import CPUBackend
import NetIR
import Testing

@testable import Compiler

/// When products are split, and with how much workspace. No figure of the model was measured here.
@Suite struct SplitCostTests {
  private static let target = "x86-64-amx"

  private func kernel(
    _ input: [Int], filters: Int, size: Int, stride: Int = 1, groups: Int = 1, on target: String = target,
    _ numerics: Numerics = .fast
  ) throws -> String {
    let g = GraphBuilder()
    let conv = try g.conv(
      try g.input(input), "conv", filters: filters, size: size, pad: size / 2, stride: stride, groups: groups)
    var options = try CompileOptions.on(target)
    options.numerics = numerics
    var compilation = Compilation(graph: g.finished(conv), options: options)
    try SelectKernels.pass.run(&compilation)
    return try #require(compilation.graph[compilation.graph.outputs[0]].kernel)
  }

  /// Layers of ResNet that Winograd does not take.
  @Test(arguments: [(256, 64, 56, 1, 1), (512, 128, 28, 1, 1), (1024, 2048, 14, 1, 2), (128, 128, 56, 3, 2)])
  func largeLayers(layer: (Int, Int, Int, Int, Int)) throws {
    let (channels, filters, image, size, stride) = layer
    func kernel(_ target: String, _ numerics: Numerics) throws -> String {
      try self.kernel(
        [1, channels, image, image], filters: filters, size: size, stride: stride, on: target, numerics)
    }
    #expect(try kernel(Self.target, .fast) == "conv2d_split_f32_amx_32x32")
    #expect(try kernel(Self.target, .strict) == "conv2d_direct_f32_avx512_14x32")
    #expect(try kernel("x86-64-avx512-bf16", .fast) == "conv2d_direct_f32_avx512_14x32")
  }

  /// One group alone; and a small image of few channels is no quicker in tiles.
  @Test func otherLayersStayWithFloats() throws {
    #expect(try kernel([1, 256, 28, 28], filters: 256, size: 3, groups: 2).contains("_direct_"))
    #expect(try kernel([1, 1, 12, 12], filters: 6, size: 3).contains("_split_") == false)
  }

  private func split(_ input: [Int], filters: Int, size: Int, isPlain: Bool = false) throws -> SplitProducts {
    let kernel = try #require(KernelTable.catalogue["conv2d_split_f32_amx_32x32"])
    let pad = size / 2
    let attributes = ConvolutionAttributes(
      kernel: Size2D(size), padding: Padding2D(top: pad, bottom: pad, left: pad, right: pad))
    return try #require(
      SplitProducts(
        .conv2D(attributes, Epilogue(bias: false)), input: input, result: [input[0], filters, input[2], input[3]],
        isPlain: isPlain, by: kernel))
  }

  /// A thread's workspace is half of level 2, or what a row needs; no core is without a unit.
  @Test(arguments: [1, 2, 4, 7], [(1, 64, 224), (1, 512, 7), (16, 128, 28), (3, 2048, 9)])
  func workspaces(cores: Int, sizes: (Int, Int, Int)) throws {
    let target = try #require(TargetDescription.named(Self.target))
    for size in [1, 3] {
      let split = try split([sizes.0, sizes.1, sizes.2, sizes.2], filters: 256, size: size)
      let cost = SplitCost(split, target, cores: cores)
      let row = split.workspaceBytes(images: 1, rows: 1)
      #expect(cost.workspaceBytes >= row && cost.workspaceBytes <= max(row, target.cache[1] / 2))
      #expect(cost.units >= cores && cost.units % split.filterTiles == 0)
      // Of bf16 products, 512 in a cycle at most.
      let products = Double(sizes.0 * sizes.1 * sizes.2 * sizes.2 * 256 * size * size * 3)
      #expect(cost.cycles > products / 512)
    }
  }

  @Test func patchesCostMoreThanBlocks() throws {
    let target = try #require(TargetDescription.named(Self.target))
    let (plain, blocked) = try (
      split([1, 32, 28, 28], filters: 32, size: 1, isPlain: true), split([1, 32, 28, 28], filters: 32, size: 1)
    )
    #expect(SplitCost(plain, target, cores: 1).cycles > SplitCost(blocked, target, cores: 1).cycles)
  }
}

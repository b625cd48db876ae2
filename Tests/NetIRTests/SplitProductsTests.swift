import NetIR
import Testing

/// How layers are cut for split products, by hand.
@Suite struct SplitProductsTests {
  private static let kernel = KernelDescriptor(
    name: "k", op: .conv2D, algorithm: "split", instructionSet: .amx, storage: .float32, block: 16, tileRows: 32,
    tileColumns: 32)

  private func cut(
    _ input: [Int], _ result: [Int], _ attributes: ConvolutionAttributes, isPlain: Bool = false
  ) -> SplitProducts? {
    SplitProducts(
      .conv2D(attributes, Epilogue(bias: false)), input: input, result: result, isPlain: isPlain, by: Self.kernel)
  }

  @Test func blocksOfChannels() throws {
    let split = try #require(
      cut([2, 40, 14, 14], [2, 33, 14, 14], ConvolutionAttributes(kernel: Size2D(3), dilation: Size2D(2, 1))))
    #expect(split.chunks == 2 && split.steps == 18 && split.filterTiles == 2 && !split.hasPatches)
    // Two pixels beyond a row, four rows beyond the first.
    #expect(split.pitch == 16 && split.storedRows(3) == 7)
    // 112 pixels, made odd; of 64 bytes, both parts, two chunks.
    #expect(split.workspaceBytes(images: 1, rows: 3) == 113 * 64 * 2 * 2)
  }

  @Test func stridesOfSmallFilters() throws {
    // Of a filter of one row, only the rows that are needed.
    let flat = try #require(
      cut([1, 32, 20, 20], [1, 8, 10, 9], ConvolutionAttributes(kernel: Size2D(1, 3), stride: Size2D(2))))
    #expect(flat.pitch == 19 && flat.storedRows(4) == 4)
    let one = try #require(
      cut([1, 32, 20, 20], [1, 8, 10, 10], ConvolutionAttributes(kernel: Size2D(1), stride: Size2D(2))))
    #expect(one.pitch == 10 && one.storedRows(4) == 4 && one.steps == 1)
  }

  @Test func patchesOfPlainImages() throws {
    let split = try #require(
      cut(
        [1, 3, 224, 224], [1, 64, 112, 112], ConvolutionAttributes(kernel: Size2D(7), stride: Size2D(2)),
        isPlain: true))
    // 147 numbers.
    #expect(split.chunks == 5 && split.steps == 5 && split.pitch == 112 && split.storedRows(4) == 4)
  }

  @Test func strips() throws {
    func strips(_ size: Int, _ taps: Int, stride: Int = 1) throws -> [Int] {
      let result = [2, 8, size, size]
      let attributes = ConvolutionAttributes(kernel: Size2D(taps), stride: Size2D(stride))
      let split = try #require(cut([2, 8, size * stride, size * stride], result, attributes))
      let strips = split.strips(images: 2, rows: size)
      return [strips.count, strips.pixels]
    }
    // 98 pixels of two images one behind the other.
    #expect(try strips(7, 1) == [7, 14])
    // Rows of 9 pixels, the last two beyond the edge: 61 of each image.
    #expect(try strips(7, 3) == [8, 16])
    // A stride keeps the rows apart; so do 14 pixels, which fill a strip.
    #expect(try strips(7, 3, stride: 2) == [14, 7])
    #expect(try strips(14, 3) == [28, 14])
  }

  @Test func otherLayersHaveNone() {
    let shape = [1, 32, 8, 8]
    #expect(cut(shape, shape, ConvolutionAttributes(kernel: Size2D(3), groups: 2)) == nil)
    var direct = Self.kernel
    direct.algorithm = "direct"
    let op = GraphOp.conv2D(ConvolutionAttributes(kernel: Size2D(3)), Epilogue(bias: false))
    #expect(SplitProducts(op, input: shape, result: shape, isPlain: false, by: direct) == nil)
    #expect(SplitProducts(.copy, input: shape, result: shape, isPlain: false, by: Self.kernel) == nil)
    #expect(direct.workspace(op: op, input: shape, result: shape, isPlain: false) == nil)
  }

  /// The small plan with a split kernel in its first convolution, whose workspace lies behind all tensors.
  private func plan(bytes: Int) -> Plan {
    var plan = SmallPlan.make()
    (plan.steps[1].kernel, plan.steps[1].algorithm) = ("k", "split")
    plan.steps[1].workspace = Plan.Workspace(offset: 1_664, bytesPerThread: bytes, threads: 2)
    plan.arenaBytes = 1_664 + 2 * bytes
    return plan
  }

  /// Three rows of six pixels at least, six at most, both made odd; a chunk of both parts has 128 bytes for each.
  @Test(arguments: [(19, true), (18, false), (37, true), (38, false), (25, true), (0, false), (1 << 40, false)])
  func workspacesAreVerified(pixels: Int, isGood: Bool) throws {
    var kernel = Self.kernel
    (kernel.block, kernel.tileColumns) = (8, 8)
    let catalogue = KernelCatalogue(SmallPlan.catalogue.kernels + [kernel])
    let plan = plan(bytes: 128 * pixels)
    if isGood {
      try plan.verify(catalogue)
    } else {
      let problem = #expect(throws: GraphProblem.self) { try plan.verify(catalogue) }
      #expect(problem?.message.contains("bytes for 2 threads") == true)
    }
  }

  @Test func threeProductsForOne() {
    let plan = plan(bytes: 19 * 128)
    #expect(plan.executedFlops(of: plan.steps[1]) == 3 * plan.work(of: plan.steps[1]).flops)
    #expect(plan.expectedError(of: plan.steps[1]) == 4e-6)
    #expect(plan.printed().contains("4.0e-6"))
  }

  /// Sizes that a forged plan might have stay numbers.
  @Test func hugeSizesDoNotTrap() throws {
    let large = 1 << 40
    let split = try #require(
      cut(
        [large, large, 1 << 12, 1], [large, 1, 1 << 12, 1 << 40], ConvolutionAttributes(kernel: Size2D(1 << 20)),
        isPlain: true))
    #expect(split.workspaceBytes(images: split.images, rows: split.height) > 1 << 50)
  }
}

import Testing

@testable import NetIR

struct WinogradTests {
  private static func kernel(_ block: Int, _ columns: Int, _ form: Winograd.Form = .f4x3) -> KernelDescriptor {
    KernelDescriptor(
      name: "w", op: .conv2D, algorithm: form.rawValue, instructionSet: .generic, storage: .float32, block: block,
      tileRows: 1, tileColumns: columns)
  }

  private func winograd(
    _ input: [Int], _ result: [Int], _ attributes: ConvolutionAttributes = .init(kernel: Size2D(3)),
    _ kernel: KernelDescriptor = Self.kernel(16, 32)
  ) -> Winograd? {
    Winograd(attributes, input: input, result: result, by: kernel)
  }

  @Test(arguments: [
    ([1, 64, 56, 56], [1, 64, 56, 56], 196, 64, 2), ([1, 3, 8, 8], [1, 33, 6, 6], 4, 16, 2),
    ([5, 17, 7, 13], [5, 32, 7, 13], 40, 32, 1), ([2, 16, 1, 1], [2, 1, 1, 1], 2, 16, 1),
  ])
  func cuts(input: [Int], result: [Int], tiles: Int, channels: Int, filterTiles: Int) throws {
    let cut = try #require(winograd(input, result))
    #expect(cut.tiles == tiles && cut.channels == channels && cut.filterTiles == filterTiles)
  }

  @Test func formsAreWhatTheirNamesSay() {
    for form in Winograd.Form.allCases {
      #expect(form.rawValue == "winograd_f\(form.tileSize)x\(form.filterSize)")
      #expect(form.points == (form.tileSize + form.filterSize - 1) * (form.tileSize + form.filterSize - 1))
    }
    #expect(Winograd.Form.f4x3.points == 36 && Winograd.Form.f4x5.points == 64)
  }

  @Test func filtersOfFive() throws {
    let (input, result) = ([2, 20, 12, 12], [2, 50, 8, 8])
    let attributes = ConvolutionAttributes(kernel: Size2D(5))
    let cut = try #require(winograd(input, result, attributes, Self.kernel(16, 32, .f4x5)))
    #expect(cut.tiles == 8 && cut.channels == 32 && cut.filters == 64 && cut.filterTiles == 2)
    // Two tiles: 64 floats are 4 lines, so 5; a chunk of 32 × 32 is 64, so 65; 64 are 4, so 5.
    #expect(cut.workspaceBytes(tilesAtOnce: 2) == 64 * 64 * (5 + 65 + 5))
    #expect(winograd(input, result, attributes) == nil)
    #expect(winograd(input, result, .init(kernel: Size2D(3)), Self.kernel(16, 32, .f4x5)) == nil)
  }

  @Test func otherConvolutionsHaveNone() {
    let shape = [1, 32, 9, 9]
    #expect(winograd(shape, shape) != nil)
    let others = [
      ConvolutionAttributes(kernel: Size2D(1)), ConvolutionAttributes(kernel: Size2D(3, 5)),
      ConvolutionAttributes(kernel: Size2D(3), stride: Size2D(2)),
      ConvolutionAttributes(kernel: Size2D(3), dilation: Size2D(1, 2)),
      ConvolutionAttributes(kernel: Size2D(3), groups: 2),
    ]
    for attributes in others { #expect(winograd(shape, shape, attributes) == nil) }
    var direct = Self.kernel(16, 32)
    direct.algorithm = "direct"
    #expect(winograd(shape, shape, others[0], direct) == nil)
    let op = GraphOp.conv2D(others[0], Epilogue(bias: false))
    #expect(direct.workspace(op: op, input: shape, result: shape, isPlain: false) == nil)
    #expect(Self.kernel(16, 32).workspace(op: .copy, input: shape, result: shape, isPlain: false) == nil)
  }

  /// By hand: 36 planes each of whole cache lines, an odd number.
  @Test func workspaceOfAThread() throws {
    let small = try #require(winograd([1, 16, 8, 8], [1, 32, 8, 8]))
    // One tile: 16 floats are 1 line; 16 × 32 are 32, so 33; 32 are 2, so 3.
    #expect(small.workspaceBytes(tilesAtOnce: 1) == 36 * 64 * (1 + 33 + 3))
    let large = try #require(winograd([1, 256, 8, 8], [1, 32, 8, 8]))
    // Four tiles: 64 lines, so 65; 32 × 32 floats are 64, so 65; 128 are 8, so 9.
    #expect(large.workspaceBytes(tilesAtOnce: 4) == 36 * 64 * (65 + 65 + 9))
    let op = SmallPlan.conv(3, pad: 1)
    let range = Self.kernel(16, 32).workspace(
      op: op, input: [1, 256, 8, 8], result: [1, 32, 8, 8], isPlain: false)
    #expect(range == large.workspaceBytes(tilesAtOnce: 1)...large.workspaceBytes(tilesAtOnce: 4))
  }

  @Test func errorsGrowWithTheChannels() {
    func errors(_ form: Winograd.Form) -> [Double] { [1, 16, 64, 256, 1024].map { form.expectedError(channels: $0) } }
    let (small, large) = (errors(.f4x3), errors(.f4x5))
    #expect(small == small.sorted() && small[0] > 3e-7 && small[4] < 1e-6)
    #expect(large == large.sorted() && large[0] > 1e-6 && large[4] < 4e-6)
  }

  // MARK: Verification of workspaces

  static let catalogue = KernelCatalogue(SmallPlan.catalogue.kernels + [kernel(8, 8)])
  private static let least = 36 * 64 * (1 + 5 + 1)

  /// The small plan with a Winograd kernel in its first convolution, whose workspace lies behind all tensors.
  private static func plan() -> Plan {
    var plan = SmallPlan.make()
    (plan.steps[1].kernel, plan.steps[1].algorithm) = ("w", "winograd_f4x3")
    plan.steps[1].workspace = Plan.Workspace(offset: 1_664, bytesPerThread: least, threads: 2)
    plan.arenaBytes = 1_664 + 2 * least
    return plan
  }

  /// 36 products for each tile, channel and filter; other algorithms do what the layer means.
  @Test func executedArithmetic() throws {
    let plan = Self.plan()
    let step = plan.steps[1]
    let (input, result) = (plan.shape(of: step.operands[0]), plan.tensors[step.result].shape)
    let tiles = result[0] * ((result[2] + 3) / 4) * ((result[3] + 3) / 4)
    #expect(plan.executedFlops(of: step) == min(2 * 36 * tiles * input[1] * result[1], plan.work(of: step).flops))
    var direct = step
    direct.algorithm = "direct"
    #expect(plan.executedFlops(of: direct) == plan.work(of: step).flops)
  }

  @Test func aGoodWorkspacePasses() throws {
    try Self.plan().verify(Self.catalogue)
  }

  static let damages = [
    VerifyPlanTests.Damage("none", "lacks a workspace") { $0.steps[1].workspace = nil },
    VerifyPlanTests.Damage("one that nobody uses", "that nobody uses") {
      $0.steps[0].workspace = $0.steps[1].workspace
    },
    VerifyPlanTests.Damage("too small", "bytes for 2 threads") { $0.steps[1].workspace?.bytesPerThread -= 64 },
    VerifyPlanTests.Damage("too large", "bytes for 2 threads") { $0.steps[1].workspace?.bytesPerThread += 64 },
    VerifyPlanTests.Damage("no threads", "for 0 threads") { $0.steps[1].workspace?.threads = 0 },
    VerifyPlanTests.Damage("too many threads", "threads") { $0.steps[1].workspace?.threads = .max },
    VerifyPlanTests.Damage("unaligned", "outside of the arena") {
      $0.arenaBytes += 64
      $0.steps[1].workspace?.offset += 32
    },
    VerifyPlanTests.Damage("before the arena", "outside of the arena") { $0.steps[1].workspace?.offset = -64 },
    VerifyPlanTests.Damage("behind the arena", "outside of the arena") { $0.steps[1].workspace?.offset += 64 },
    VerifyPlanTests.Damage("far behind", "outside of the arena") { $0.steps[1].workspace?.offset = .max - 63 },
    VerifyPlanTests.Damage("over its operand", "lies over `copy`") { $0.steps[1].workspace?.offset = 0 },
    VerifyPlanTests.Damage("over its result", "lies over `conv`") { $0.steps[1].workspace?.offset = 1_152 },
    VerifyPlanTests.Damage("over what is read later", "reads `keep`, which is gone") {
      // A copy of the image before everything, where the workspace lies, and a copy of it at the end.
      for (name, offset) in [("keep", 1_664), ("again", 0)] {
        $0.tensors.append(
          Plan.Tensor(name: name, shape: [1, 3, 4, 4], layout: .plain, place: .arena(offset: offset)))
      }
      for index in $0.constants.indices {
        if case .step(let step) = $0.constants[index].packing { $0.constants[index].packing = .step(step + 1) }
      }
      var copy = $0.steps[0]
      copy.result = 9
      $0.steps.insert(copy, at: 0)
      (copy.operands, copy.result) = ([.tensor(9)], 10)
      $0.steps.append(copy)
    },
    VerifyPlanTests.Damage("a filter that does not fit", "takes 3×3 filters") {
      $0.steps[3].kernel = "w"
    },
  ]

  @Test(arguments: damages)
  func damageIsFound(_ damage: VerifyPlanTests.Damage) {
    var plan = Self.plan()
    damage.apply(&plan)
    let problem = #expect(throws: GraphProblem.self) { try plan.verify(Self.catalogue) }
    #expect(problem?.message.contains(damage.words) == true, "\(problem?.message ?? "")")
  }

  @Test func changedNumbersNeverTrap() {
    for number in [Int.min, -1, 0, 1, 7, 64, 1 << 20, 1 << 40, .max] {
      for change: (inout Plan) -> Void in [
        { $0.steps[1].workspace?.offset = number }, { $0.steps[1].workspace?.threads = number },
        { $0.steps[1].workspace?.bytesPerThread = number },
      ] {
        var plan = Self.plan()
        change(&plan)
        try? plan.verify(Self.catalogue)
      }
    }
  }

  @Test func plansPrintWhatAnAlgorithmCosts() {
    let text = Self.plan().printed()
    #expect(text.contains("MFLOP   error"))
    #expect(text.contains("winograd_f4x3  w"))
    #expect(text.contains("0.007  0.4e-6"))
    #expect(text.contains("`--numerics strict` avoids it"))
    #expect(!SmallPlan.make().printed().contains("error"))
  }
}

import NetIR
import Testing

struct VerifyPlanTests {
  /// One way to damage the plan, and what is said of it.
  struct Damage: Sendable, CustomTestStringConvertible {
    let what: String
    let words: String
    let apply: @Sendable (inout Plan) -> Void

    init(_ what: String, _ words: String, _ apply: @escaping @Sendable (inout Plan) -> Void) {
      self.what = what
      self.words = words
      self.apply = apply
    }

    var testDescription: String { what }
  }

  @Test func theGoodPlanPasses() throws {
    try SmallPlan.make().verify(SmallPlan.catalogue)
  }

  static let tensors = [
    Damage("no batch", "batch 0") { $0.batch = 0 }, Damage("no microbatch", "microbatches of 0") { $0.microbatch = 0 },
    Damage("a negative microbatch", "microbatches of -1") { $0.microbatch = -1 },
    Damage("a microbatch that does not divide the batch", "microbatches of 2") {
      ($0.batch, $0.microbatch) = (3, 2)
    },
    Damage("a huge batch", "microbatches of 1") { $0.batch = .max },
    Damage("buffers that overflow", "the caller's buffers are too large") { $0.batch = 1 << 40 },
    Damage("negative arena", "arena -1") { $0.arenaBytes = -1 },
    Damage("zero size", "has the shape") { $0.tensors[2].shape[1] = 0 },
    Damage("no axes", "has the shape") { $0.tensors[7].shape = [] },
    Damage("nine axes", "has the shape") { $0.tensors[7].shape = [1, 10, 1, 1, 1, 1, 1, 1, 1] },
    Damage("huge size", "has the shape") { $0.tensors[2].shape = [1 << 20, 1 << 20, 1 << 20, 1 << 20] },
    Damage("size that overflows", "has the shape") { $0.tensors[7].shape = [.max, .max] },
    Damage("negative halo", "has the shape") { $0.tensors[1].layout.halo.top = -1 },
    Damage("huge halo", "has the shape") { $0.tensors[1].layout.halo.right = 1 << 40 },
    Damage("no block", "has the shape") { $0.tensors[2].layout.block = 0 },
    Damage("huge block", "has the shape") { $0.tensors[2].layout.block = 65 },
    Damage("blocked matrix", "has the shape") { $0.tensors[7].layout.block = 8 },
    Damage("unaligned", "outside of the arena") {
      $0.arenaBytes = 4_096
      $0.tensors[2].place = .arena(offset: 1_152 + 32)
    },
    Damage("behind the arena", "outside of the arena") { $0.tensors[2].place = .arena(offset: 1_216) },
    Damage("before the arena", "outside of the arena") { $0.tensors[2].place = .arena(offset: -64) },
    Damage("offset that overflows", "outside of the arena") { $0.tensors[2].place = .arena(offset: .max - 63) },
    Damage("arena too small", "outside of the arena") { $0.arenaBytes -= 1 },
    Damage("blocked input", "not plain") { $0.tensors[0].layout.block = 8 },
    Damage("output with a halo", "has the shape") { $0.tensors[8].layout.halo = SmallPlan.halo },
    Damage("negative input", "not plain") { $0.tensors[0].place = .input(-1) },
    Damage("huge output", "not plain") { $0.tensors[8].place = .output(1 << 40) },
    Damage("a hole in the inputs", "the inputs are not numbered") { $0.tensors[0].place = .input(1) },
    Damage("a hole in the outputs", "the outputs are not numbered") { $0.tensors[8].place = .output(1) },
    Damage("two sizes of one input", "the inputs are not numbered") {
      let wide = Plan.Tensor(name: "wide", shape: [1, 3, 400, 400], layout: .plain, place: .input(0))
      $0.tensors.append(wide)
    },
    Damage("two sizes of one output", "the outputs are not numbered") {
      let wide = Plan.Tensor(name: "wide", shape: [1, 10_000], layout: .plain, place: .output(0))
      $0.tensors.append(wide)
    },
    Damage("no output", "no outputs") { $0.tensors[8].place = .arena(offset: 64) },
  ]

  static let views = [
    Damage("view of nothing", "no view") { $0.tensors[6].viewOf = 99 },
    Damage("view of a negative tensor", "no view") { $0.tensors[6].viewOf = -1 },
    Damage("view of itself", "no view") { $0.tensors[6].viewOf = 6 },
    Damage("view of a view", "no view") {
      $0.tensors[7].viewOf = 6
      $0.tensors[7].place = $0.tensors[6].place
    }, Damage("view elsewhere", "no view") { $0.tensors[6].place = .arena(offset: 0) },
    Damage("view of another size", "no view") { $0.tensors[6].viewOf = 4 },
    Damage("larger view", "no view") { $0.tensors[6].shape = [1, 129] },
    Damage("view of blocks", "no view") { $0.tensors[5].layout.block = 8 },
  ]

  static let steps = [
    Damage("dangling operand", "reads no tensor") { $0.steps[0].operands = [.tensor(9)] },
    Damage("negative operand", "reads no tensor") { $0.steps[0].operands = [.tensor(-1)] },
    Damage("dangling constant", "reads no constant") { $0.steps[1].operands[2] = .constant(6) },
    Damage("negative constant", "reads no constant") { $0.steps[1].operands[2] = .constant(-1) },
    Damage("dangling result", "writes no tensor") { $0.steps[0].result = 9 },
    Damage("writes the input", "writes an input") { $0.steps[0].result = 0 },
    Damage("an operand too few", "takes 3 operands") { $0.steps[1].operands.removeLast() },
    Damage("wrong result", "gives [1, 10], not [1, 8, 4, 4]") { $0.steps[5].result = 4 },
    Damage("wrong filter", "is not 3×3") { $0.constants[0].shape = [8, 3, 3, 5] },
    Damage("wrong bias", "bias [9] for 8 outputs") { $0.constants[1].shape = [9] },
    Damage("another stride", "gives [1, 8, 2, 2]") {
      let attributes = ConvolutionAttributes(
        kernel: Size2D(3), stride: Size2D(2), padding: SmallPlan.halo)
      $0.steps[1].op = .conv2D(attributes, Epilogue(bias: true))
    }, Damage("unknown kernel", "which this netc does not have") { $0.steps[1].kernel = "conv_of_tomorrow" },
    Damage("kernel that was not chosen", "another kernel than was chosen") {
      $0.steps[1].choice = Plan.Choice(candidates: [Plan.Choice.Candidate(kernel: "depthwise", estimate: 1)])
    },
    Damage("choice of nothing", "another kernel than was chosen") { $0.steps[1].choice = Plan.Choice(candidates: []) },
    Damage("kernel of another op", "does not compute") { $0.steps[1].kernel = "dense" },
    Damage("op without kernels", "does not compute") {
      $0.steps[2].op = .dropout(probability: 0.5)
      $0.steps[2].operands.removeLast(2)
    },
    Damage("kernel of another storage", "stores bfloat16") { $0.steps[0].kernel = "copy_bf16" },
    Damage("halo too narrow above", "narrower than the padding") { $0.tensors[1].layout.halo.top = 0 },
    Damage("halo too narrow below", "narrower than the padding") { $0.tensors[1].layout.halo.bottom = 0 },
    Damage("halo too narrow at the left", "narrower than the padding") { $0.tensors[1].layout.halo.left = 0 },
    Damage("halo too narrow at the right", "narrower than the padding") { $0.tensors[1].layout.halo.right = 0 },
    Damage("no halo", "narrower than the padding") { $0.tensors[1].layout.halo = .none },
    Damage("result in other blocks", "wants blocks of 8") { $0.tensors[4].layout.block = 4 },
    Damage("input in other blocks", "wants blocks of 8") { $0.tensors[1].layout.block = 4 },
    Damage("depthwise kernel for a full filter", "one filter per channel") { $0.steps[1].kernel = "depthwise" },
    Damage("dense on blocks", "works on plain tensors") {
      $0.steps[6] = Plan.Step(
        name: "bad", op: .softmax(axis: 1), kernel: "softmax", algorithm: "", operands: [.tensor(4)], result: 4,
        parallel: false)
    },
    Damage("a maximum that the kernel cannot take", "does not pool like that") {
      for index in 0...1 { $0.tensors[index].shape = [1, 3, 8, 8] }
      $0.tensors[1].place = .arena(offset: 1_664)
      $0.arenaBytes = 1_664 + 3_200
      $0.steps[1].op = .conv2D(
        ConvolutionAttributes(kernel: Size2D(3), padding: SmallPlan.halo), Epilogue(bias: true, pool: Size2D(2)))
    },
    Damage("residual in other blocks", "the residual lies otherwise") { $0.steps[3].operands[2] = .tensor(5) },
    Damage("pooling from blocks to plain", "wants equal blocks") {
      let one = PoolAttributes(window: Size2D(1), stride: Size2D(1), padding: .none, ceil: false, mode: .max)
      $0.steps[4].op = .pool2D(one)
      $0.steps[4].kernel = "pool8"
    },
    Damage("sum of blocks and plain", "wants equal blocks") {
      $0.steps[4].op = .elementwise(ElementwiseAttributes(kind: .sum), .linear)
      $0.steps[4].kernel = "sum"
    },
    Damage("blocked tensor plus a plain constant", "wants equal blocks") {
      let constant = Plan.Constant(name: "map", shape: [1, 8, 4, 4], packing: .plain, source: ValueID(0))
      $0.constants.append(constant)
      $0.steps[2].op = .elementwise(ElementwiseAttributes(kind: .sum), .linear)
      $0.steps[2].kernel = "sum"
      $0.steps[2].operands = [.tensor(2), .constant(6)]
    },
  ]

  static let constants = [
    Damage("constant of no size", "has the shape") { $0.constants[1].shape = [0] },
    Damage("constant that overflows", "has the shape") { $0.constants[1].shape = [.max, .max] },
    Damage("packed for no step", "packed for no step") { $0.constants[0].packing = .step(7) },
    Damage("packed for a negative step", "packed for no step") { $0.constants[0].packing = .step(-1) },
    Damage("packed for a step without weights", "packed for no step") { $0.constants[2].packing = .step(2) },
    Damage("packed as weights that it is not", "packed for no step") { $0.constants[2].packing = .step(1) },
    Damage("weights that are not packed", "packed otherwise") { $0.constants[0].packing = .plain },
    Damage("bias that is packed", "packed for no step") { $0.constants[1].packing = .step(1) },
    Damage("weights of another step", "packed for no step") { $0.constants[0].packing = .step(3) },
    Damage("a tensor as weights", "a tensor as its weights") {
      $0.tensors.append(
        Plan.Tensor(name: "w", shape: [10, 128], layout: .plain, place: .input(1)))
      $0.constants[5].packing = .plain
      $0.steps[5].operands[1] = .tensor(9)
    },
    Damage("a constant as residual", "packed otherwise") {
      let constant = Plan.Constant(name: "map", shape: [1, 8, 4, 4], packing: .plain, source: ValueID(0))
      $0.constants.append(constant)
      $0.steps[3].operands[2] = .constant(6)
    },
  ]

  static let memory = [
    Damage("read before write", "which is gone") {
      $0.steps.swapAt(5, 6)
      $0.constants[5].packing = .step(6)
    },
    Damage("a step is missing", "which is gone") { $0.steps[4].operands = [.tensor(2)] },
    Damage("overlap with a living tensor", "which is gone") {
      // Lies over the second half of the scaled tensor that the next step still reads.
      $0.tensors.append(Plan.Tensor(name: "over", shape: [1, 10], layout: .plain, place: .arena(offset: 1_600)))
      let step = Plan.Step(
        name: "over", op: .softmax(axis: 1), kernel: "softmax", algorithm: "", operands: [.tensor(10)], result: 9,
        parallel: false)
      $0.tensors.append(Plan.Tensor(name: "more", shape: [1, 10], layout: .plain, place: .input(1)))
      $0.steps.insert(step, at: 3)
      $0.constants[4].packing = .step(4)
      $0.constants[5].packing = .step(6)
    },
    Damage("convolution over its own input", "overwrites its own operand") { $0.tensors[2].place = .arena(offset: 0) },
    Damage("halfway over its own operand", "overwrites its own operand") {
      $0.tensors[3].place = .arena(offset: 1_088)
    },
    Damage("in place in another layout", "overwrites its own operand") {
      $0.arenaBytes = 4_096
      $0.tensors[3].layout.halo = SmallPlan.halo
    },
    Damage("another batch", "no batch of 7") { ($0.batch, $0.microbatch) = (7, 7) },
    Damage("an arena that nobody needs", "larger than its tensors") { $0.arenaBytes = 1 << 40 },
    Damage("output never written", "never written") { $0.steps.removeLast() },
    Damage("nothing runs", "never written") {
      $0.steps = []
      $0.constants = []
    },
  ]

  @Test(arguments: tensors + views + steps + constants + memory)
  func damageIsFound(_ damage: Damage) {
    var plan = SmallPlan.make()
    damage.apply(&plan)
    let problem = #expect(throws: GraphProblem.self) { try plan.verify(SmallPlan.catalogue) }
    #expect(problem?.message.contains(damage.words) == true, "\(problem?.message ?? "")")
  }

  /// Whatever single number of the plan changes, verification says yes or no and never traps.
  @Test func changedNumbersNeverTrap() {
    let numbers = [Int.min, -1, 0, 1, 7, 64, 1 << 20, 1 << 40, .max]
    let good = SmallPlan.make()
    for number in numbers {
      for index in good.tensors.indices {
        for axis in good.tensors[index].shape.indices { check { $0.tensors[index].shape[axis] = number } }
        check { $0.tensors[index].place = .arena(offset: number) }
        check { $0.tensors[index].place = .input(number) }
        check { $0.tensors[index].place = .output(number) }
        check { $0.tensors[index].viewOf = number }
        check { $0.tensors[index].layout.block = number }
        check { $0.tensors[index].layout.halo.left = number }
      }
      for index in good.steps.indices {
        for place in good.steps[index].operands.indices {
          check { $0.steps[index].operands[place] = .tensor(number) }
          check { $0.steps[index].operands[place] = .constant(number) }
        }
        check { $0.steps[index].result = number }
      }
      for index in good.constants.indices {
        check { $0.constants[index].shape[0] = number }
        check { $0.constants[index].packing = .step(number) }
      }
      check { $0.arenaBytes = number }
      check { $0.batch = number }
      check { $0.steps[1].op = Self.convolution(number) }
    }

    func check(_ change: (inout Plan) -> Void) {
      var plan = good
      change(&plan)
      try? plan.verify(SmallPlan.catalogue)
    }
  }

  private static func convolution(_ number: Int) -> GraphOp {
    let attributes = ConvolutionAttributes(
      kernel: Size2D(3), stride: Size2D(number), dilation: Size2D(number),
      padding: Padding2D(top: number, bottom: number, left: number, right: number), groups: number)
    return .conv2D(attributes, Epilogue(bias: true))
  }
}

import NetIR

/// A plan by hand: image → padded copy in blocks of 8 → conv 3×3 with bias → scale and shift in place → conv
/// 1×1 with the shortcut → plain → view as a matrix → dense → softmax in the caller's buffer.
enum SmallPlan {
  static let catalogue = KernelCatalogue([
    kernel("copy", .copy, 0), kernel("conv", .conv2D, 8), kernel("depthwise", .conv2D, 8, "depthwise"),
    kernel("scale_shift", .scaleShift, 0), kernel("dense", .dense, 1), kernel("softmax", .softmax, 1),
    kernel("sum", .elementwise, 0), kernel("pool8", .pool2D, 8), kernel("global", .globalPool, 8),
    kernel("concat", .concat, 0), kernel("copy_bf16", .copy, 0, storage: .bfloat16),
  ])

  private static func kernel(
    _ name: String, _ op: KernelOp, _ block: Int, _ algorithm: String = "direct", storage: StorageType = .float32
  ) -> KernelDescriptor {
    KernelDescriptor(
      name: name, op: op, algorithm: algorithm, instructionSet: .generic, storage: storage, block: block,
      tileRows: 1, tileColumns: 8)
  }

  static let halo = Padding2D(top: 1, bottom: 1, left: 1, right: 1)

  static func conv(_ size: Int, pad: Int, residual: Bool = false) -> GraphOp {
    let padding = Padding2D(top: pad, bottom: pad, left: pad, right: pad)
    return .conv2D(
      ConvolutionAttributes(kernel: Size2D(size), padding: padding), Epilogue(bias: !residual, residual: residual))
  }

  /// Tensors: 0 image, 1 copy, 2 conv, 3 scaled (in the place of 2), 4 shortcut sum, 5 plain, 6 view of 5,
  /// 7 logits, 8 output. Constants: 0 W, 1 b, 2 scale, 3 shift, 4 W, 5 W.
  static func make() -> Plan {
    let target = TargetDescription(name: "hand", instructionSets: [.generic], cores: 1, cache: [0, 0, 0])
    var plan = Plan(name: "small", batch: 1, precision: "fp32", numerics: "strict", target: target)
    func tensor(
      _ name: String, _ shape: [Int], _ place: Plan.Tensor.Place, block: Int = 1, halo: Padding2D = .none,
      viewOf: Int? = nil
    ) {
      let layout = TensorLayout(block: block, halo: halo)
      plan.tensors.append(Plan.Tensor(name: name, shape: shape, layout: layout, place: place, viewOf: viewOf))
    }
    // A copy of 8×6×6 floats is 1,152 bytes, one of 8×4×4 is 512.
    tensor("image", [1, 3, 4, 4], .input(0))
    tensor("copy", [1, 3, 4, 4], .arena(offset: 0), block: 8, halo: halo)
    tensor("conv", [1, 8, 4, 4], .arena(offset: 1_152), block: 8)
    tensor("scaled", [1, 8, 4, 4], .arena(offset: 1_152), block: 8)
    tensor("sum", [1, 8, 4, 4], .arena(offset: 0), block: 8)
    tensor("plain", [1, 8, 4, 4], .arena(offset: 1_152))
    tensor("flat", [1, 128], .arena(offset: 1_152), viewOf: 5)
    tensor("logits", [1, 10], .arena(offset: 0))
    tensor("output", [1, 10], .output(0))
    plan.arenaBytes = 1_152 + 512

    func constant(_ name: String, _ shape: [Int], _ packing: Plan.Constant.Packing) {
      plan.constants.append(Plan.Constant(name: name, shape: shape, packing: packing, source: ValueID(0)))
    }
    constant("conv.W", [8, 3, 3, 3], .step(1))
    constant("conv.b", [8], .plain)
    constant("scale", [8], .plain)
    constant("shift", [8], .plain)
    constant("sum.W", [8, 8, 1, 1], .step(3))
    constant("dense.W", [10, 128], .step(5))

    func step(_ op: GraphOp, _ kernel: String, _ operands: [Plan.Operand], _ result: Int) {
      plan.steps.append(
        Plan.Step(
          name: plan.tensors[result].name, op: op, kernel: kernel, algorithm: "direct", operands: operands,
          result: result, parallel: false))
    }
    step(.copy, "copy", [.tensor(0)], 1)
    step(conv(3, pad: 1), "conv", [.tensor(1), .constant(0), .constant(1)], 2)
    step(.scaleShift(.rectify), "scale_shift", [.tensor(2), .constant(2), .constant(3)], 3)
    step(conv(1, pad: 0, residual: true), "conv", [.tensor(3), .constant(4), .tensor(3)], 4)
    step(.copy, "copy", [.tensor(4)], 5)
    step(.dense(Epilogue(bias: false)), "dense", [.tensor(6), .constant(5)], 7)
    step(.softmax(axis: 1), "softmax", [.tensor(7)], 8)
    plan.graphOps = 9
    return plan
  }
}

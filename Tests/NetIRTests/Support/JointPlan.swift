import NetIR

extension SmallPlan {
  /// Two convolutions write the halves of one tensor, which a third reads: what is concatenated costs nothing.
  ///
  /// Tensors: 0 image, 1 copy, 2 left (channels 0 to 7 of 4), 3 right (8 to 12), 4 joint, 5 result, 6 output.
  static func joint() -> Plan {
    var plan = make()
    (plan.tensors, plan.constants, plan.steps) = ([], [], [])
    func tensor(
      _ name: String, _ channels: Int, _ place: Plan.Tensor.Place, block: Int = 8, first: Int? = nil
    ) {
      plan.tensors.append(
        Plan.Tensor(
          name: name, shape: [1, channels, 4, 4], layout: TensorLayout(block: block), place: place,
          viewOf: first == nil ? nil : 4, firstChannel: first))
    }
    // 8 channels are 512 bytes.
    tensor("image", 8, .input(0), block: 1)
    tensor("copy", 8, .arena(offset: 0))
    tensor("left", 8, .arena(offset: 512), first: 0)
    tensor("right", 5, .arena(offset: 512), first: 8)
    tensor("joint", 13, .arena(offset: 512))
    tensor("result", 8, .arena(offset: 1_536))
    tensor("output", 8, .output(0), block: 1)
    plan.arenaBytes = 2_048
    func convolution(_ input: Int, _ result: Int) {
      let shape = [plan.tensors[result].shape[1], plan.tensors[input].shape[1], 1, 1]
      let (step, name) = (plan.steps.count, plan.tensors[result].name)
      plan.constants.append(Plan.Constant(name: name, shape: shape, packing: .step(step), source: ValueID(0)))
      let attributes = ConvolutionAttributes(kernel: Size2D(1))
      plan.steps.append(
        Plan.Step(
          name: name, op: .conv2D(attributes, Epilogue(bias: false)), kernel: "conv", algorithm: "direct",
          operands: [.tensor(input), .constant(plan.constants.count - 1)], result: result, parallel: false))
    }
    func copy(_ input: Int, _ result: Int) {
      plan.steps.append(
        Plan.Step(
          name: plan.tensors[result].name, op: .copy, kernel: "copy", algorithm: "direct", operands: [.tensor(input)],
          result: result, parallel: false))
    }
    copy(0, 1)
    convolution(1, 2)
    convolution(1, 3)
    convolution(4, 5)
    copy(5, 6)
    return plan
  }
}

import NetIR

/// The cost of kernels that pass over tensors once: so many cycles for a vector of results, or for a single number
/// where they work on such.
struct PointwiseCost {
  private let kernel: KernelDescriptor

  init(_ kernel: KernelDescriptor) { self.kernel = kernel }

  func cost(_ instance: OpInstance) -> KernelCost {
    let bytes = 4 * instance.operands.reduce(instance.result.elements) { $0 + $1.elements }
    let lanes = Double(kernel.instructionSet.lanes)
    let vectors = Double(instance.result.elements) / lanes
    let cycles: Double =
      switch instance.op {
      case .training, .gradient: instance.trainingCycles(lanes: lanes)
      case .pool2D(let attributes): vectors * Double(2 + attributes.window.height * attributes.window.width)
      case .globalPool: Double(instance.operands[0].elements) / lanes * 2
      case .activation, .scaleShift, .parametricRectify: vectors * 4
      case .elementwise: vectors * 3 * Double(instance.operands.count)
      case .lrn(let attributes): vectors * Double(25 + 2 * attributes.size)
      case .softmax: vectors * 80
      case .standardize: vectors * 8
      case .upscaleBilinear: Double(instance.result.elements) * 3
      case .concat: Double(instance.result.elements) / 2
      case .pad: Double(instance.result.elements) / 5
      case .packWeights: Double(instance.result.elements)
      default: Double(instance.result.elements) * 4
      }
    // Rows of an image, as a rule.
    let units = instance.result.prefix(3).reduce(1, *)
    return KernelCost(cycles: cycles, units: units, tensorBytes: Double(bytes))
  }
}

extension KernelDescriptor {
  /// Why the kernel cannot work on tensors that lie like these; nil when it can.
  package func mismatch(op: GraphOp, operands: [Plan.Tensor?], result: Plan.Tensor) -> String? {
    let tensors = operands.compactMap { $0 } + [result]
    if instructionSet == .cuda { return deviceMismatch(op: op, tensors) }
    if tensors.contains(where: { $0.layout.isChannelsLast }) { return "\(name) does not know NHWC" }
    if !stores(op, tensors.dropLast().map(\.layout.storage), result.layout.storage) {
      return "\(name) stores \(storage.rawValue)"
    }
    let blocks = tensors.map(\.layout.block)
    if let input = operands.first ?? nil,
      !takes(op, input: input.shape) || instructionSet == .amx && storage == .bfloat16 && blocks[0] < block
    {
      return "\(name) takes 16 channels or inputs at a time, in blocks"
    }
    switch op {
    case .conv2D(let attributes, let epilogue):
      guard let input = operands.first ?? nil, let inputBlock = blocks.first else { return "no input" }
      guard result.layout.block == block, inputBlock == 1 || inputBlock == block else {
        return "\(name) wants blocks of \(block)"
      }
      let shape = epilogue.unpooled(result.shape)
      let reach = attributes.reach(input: input.shape, output: shape)
      guard input.layout.halo.covers(reach) else { return "the halo of `\(input.name)` is narrower than the padding" }
      if let form = Winograd.Form(rawValue: algorithm) {
        guard inputBlock == block, Winograd(attributes, input: input.shape, result: shape, by: self) != nil
        else { return "\(name) takes \(form.wanted), in blocks" }
      }
      if algorithm == SplitProducts.algorithm, attributes.groups != 1 { return "\(name) takes one group" }
      if algorithm == "depthwise" {
        guard attributes.groups == input.shape[1], result.shape[1] == input.shape[1], inputBlock == block
        else {
          return "\(name) takes one filter per channel"
        }
      }
      if algorithm == RowConvolution.algorithm,
        let obstacle = RowConvolution.obstacle(attributes, epilogue, result: result.shape, by: self)
      {
        return "\(name) takes \(obstacle)"
      }
      guard epilogue.pool == nil || canPool(epilogue) else { return "\(name) does not pool like that" }
      if epilogue.residual, blocks.dropLast().last != block { return "the residual lies otherwise" }
      return nil
    case .dense where algorithm == UnpackedDense.algorithm:
      if let obstacle = UnpackedDense.obstacle(rows: result.shape[0]) { return "\(name) takes \(obstacle)" }
      return tensors.allSatisfy(\.isContiguous) ? nil : "\(name) works on plain tensors"
    case .dense, .softmax, .pad, .rearrange, .standardize, .upscaleBilinear:
      return tensors.allSatisfy(\.isContiguous) ? nil : "\(name) works on plain tensors"
    case .pool2D, .activation, .scaleShift, .parametricRectify, .elementwise, .lrn, .interleave:
      let same = blocks.allSatisfy { $0 == blocks[0] } && (blocks[0] == 1 || block == 0 || block == blocks[0])
      return same ? nil : "\(name) wants equal blocks"
    case .globalPool:
      let fits = blocks[0] == 1 || block == 0 || block == blocks[0]
      return fits && result.isContiguous ? nil : "\(name) wants blocks of \(block)"
    case .copy:
      return nil
    case .packWeights:
      return tensors[0].isContiguous && result.layout.weights != nil ? nil : "\(name) packs plain weights"
    case .gradient(.convolutionWeights(let attributes, _)):
      guard tensors.count == 3, blocks[1] == block, blocks[0] == 1 || blocks[0] == block, result.isContiguous else {
        return "\(name) wants blocks of \(block), and gives plain weights"
      }
      let read: StorageType = blocks[0] == 1 ? .float32 : storage
      guard tensors[0].layout.storage == read else { return "\(name) reads this image as \(read.rawValue)" }
      if algorithm == RowConvolution.algorithm,
        let obstacle = RowConvolution.obstacle(attributes, g: tensors[1].shape, by: self)
      {
        return "\(name) takes \(obstacle)"
      }
      if algorithm == SplitProducts.algorithm, attributes.groups > 1 || blocks[0] != block {
        return "\(name) takes one group, in blocks"
      }
      if let form = Winograd.Form(rawValue: algorithm) {
        guard form.fits(attributes), blocks[0] == block else { return "\(name) takes \(form.wanted), in blocks" }
      }
      let reach = attributes.reach(input: tensors[0].shape, output: tensors[1].shape)
      return tensors[0].layout.halo.covers(reach)
        ? nil : "the halo of `\(tensors[0].name)` is narrower than the padding"
    case .concat(let axis):
      let plain = tensors.allSatisfy(\.isContiguous)
      return plain || axis < 4 && result.shape.count == 4 ? nil : "\(name) wants four axes"
    default:
      if let placement = op.trainingPlacement { return mismatch(placement, op: op, tensors) }
      return "no kernel computes \(op.name)"
    }
  }
}

extension KernelDescriptor {
  /// Whether a convolution can take the maximum over the windows of its epilogue as it stores. It adds the bias and
  /// rectifies behind the maximum, which neither changes.
  package func canPool(_ epilogue: Epilogue) -> Bool {
    Winograd.Form(rawValue: algorithm) != nil && epilogue.pool == Size2D(2) && !epilogue.residual
      && (epilogue.activation == .linear || epilogue.activation == .rectify)
  }
}

extension Padding2D {
  /// Whether it is as wide on every side.
  func covers(_ other: Padding2D) -> Bool {
    top >= other.top && bottom >= other.bottom && left >= other.left && right >= other.right
  }
}

extension ConvolutionAttributes {
  /// How far the taps reach beyond the image on each side, in pixels. The bottom and right depend on the
  /// stride: rows that no window sees need no halo.
  package func reach(input: [Int], output: [Int]) -> Padding2D {
    let bottom =
      (output[2] - 1) * stride.height
      + ShapeArithmetic.extent(size: kernel.height, dilation: dilation.height) - padding.top - input[2]
    let right =
      (output[3] - 1) * stride.width
      + ShapeArithmetic.extent(size: kernel.width, dilation: dilation.width) - padding.left - input[3]
    return Padding2D(
      top: padding.top, bottom: max(0, bottom), left: padding.left, right: max(0, right))
  }
}

extension Plan {
  private static let maximumSize = 1 << 40
  /// Elements of a caller's buffer.
  private static let maximumBuffer = 1 << 44
  private static let maximumCandidates = 1 << 8
  static let maximumHalo = 1 << 12

  /// Checks a plan before it may touch memory: one that was read from a file is trusted in nothing.
  ///
  /// Every index exists, every shape follows from its op, every tensor lies aligned within the arena,
  /// a tensor is written before it is read and no step overwrites bytes that are still needed, and the
  /// catalogue has every kernel for the op, layout and storage at hand.
  ///
  /// - Parameter training: whether it is a step of training: parameters are inputs, and there is one microbatch.
  package func verify(_ catalogue: KernelCatalogue, training: Bool = false) throws(GraphProblem) {
    try require(
      training ? batch == microbatch : tensors.allSatisfy { $0.layout.weights == nil },
      training ? "a training step is of one microbatch" : "weights are packed at run time")
    try verifyTensors()
    try verifyConstants()
    for (index, step) in steps.enumerated() {
      try verify(step, catalogue)
      try verifyPacking(of: step, index, training: training)
      try verifyVectors(of: step, catalogue)
    }
    try verifyMemory()
    try verifySizes(training: training)
  }

  private func verifyTensors() throws(GraphProblem) {
    try require(batch > 0 && arenaBytes >= 0, "batch \(batch), arena \(arenaBytes)")
    try require(
      microbatch > 0 && batch % microbatch == 0 && batch <= Self.maximumSize,
      "batch \(batch) is no number of microbatches of \(microbatch)")
    for tensor in tensors {
      let halo = tensor.layout.halo
      let halos = [halo.top, halo.bottom, halo.left, halo.right]
      try require(
        (1...8).contains(tensor.shape.count) && halos.allSatisfy { (0...Self.maximumHalo).contains($0) }
          && isBounded(tensor.shape, halo: halos.max() ?? 0)
          && tensor.layout.hasBlock(upTo: 64) && (!tensor.layout.isChannelsLast || halo == .none)
          && (tensor.shape.count == 4 || tensor.layout.isContiguous || tensor.layout.weights != nil)
          && (tensor.layout.weights?.fits(tensor.shape) ?? true),
        "tensor `\(tensor.name)` has the shape \(tensor.shape) as \(tensor.layout.description)")
      try require(isWhole(tensor) || isView(tensor), "tensor `\(tensor.name)` is no view of what it names")
      switch tensor.place {
      case .arena(let offset):
        let (end, overflow) = offset.addingReportingOverflow(tensor.bytes)
        try require(
          offset >= 0 && offset % 64 == 0 && !overflow && end <= arenaBytes,
          "tensor `\(tensor.name)` lies outside of the arena")
      case .input(let index), .output(let index):
        try require(
          index >= 0 && index < tensors.count && (tensor.layout == .plain || isTransposition(tensor)),
          "tensor `\(tensor.name)` is the caller's and not plain")
      }
    }
    try verifyNumbers("inputs") { if case .input(let number) = $0 { number } else { nil } }
    try verifyNumbers("outputs") { if case .output(let number) = $0 { number } else { nil } }
    try require(!outputs.isEmpty, "no outputs")
  }

  private func isWhole(_ tensor: Tensor) -> Bool { tensor.viewOf == nil && tensor.firstChannel == nil }

  private func isView(_ tensor: Tensor) -> Bool {
    guard let index = tensor.viewOf, tensors.indices.contains(index) else { return false }
    let root = tensors[index]
    if isTransposition(tensor) { return isWhole(root) && root.layout == .plain && root.place == tensor.place }
    guard isWhole(root), root.place == tensor.place, root.layout == tensor.layout else { return false }
    guard let first = tensor.firstChannel else {
      return root.layout.isContiguous && root.shape.elements == tensor.shape.elements
    }
    guard root.shape.count == 4, tensor.shape.count == 4, (0...max(0, root.shape[1])).contains(first),
      tensor.shape[1] <= root.shape[1] - first
    else { return false }
    var shape = root.shape
    shape[1] = tensor.shape[1]
    let (block, end) = (root.layout.channelUnit, first + tensor.shape[1])
    // Whoever writes a block writes all of its lanes.
    return shape == tensor.shape && first % block == 0 && (end % block == 0 || end == root.shape[1])
  }

  /// Whether it shows the plain weights of another tensor as their transposition.
  private func isTransposition(_ tensor: Tensor) -> Bool {
    guard let index = tensor.viewOf, tensors.indices.contains(index), tensor.firstChannel == nil else { return false }
    return tensor.layout == UnpackedDense.transposedWeights
      && tensors[index].shape.elements == tensor.shape.elements
  }

  /// What whoever runs the plan relies on: callers cut their examples into batches by these sizes, and the arena
  /// is taken as a whole.
  private func verifySizes(training: Bool) throws(GraphProblem) {
    // Parameters and gradients have no batch.
    try require(
      training
        || inputs.allSatisfy { $0.shape[0] == microbatch }
          && outputs.allSatisfy { $0.shape.elements % microbatch == 0 },
      "an input or output is no batch of \(microbatch) examples")
    try require(
      (inputs + outputs).allSatisfy { $0.shape.elements < Self.maximumBuffer / microbatches },
      "the caller's buffers are too large")
    let ends =
      tensors.map { if case .arena(let offset) = $0.place { offset + $0.bytes } else { 0 } }
      + steps.compactMap { $0.workspace.map { $0.offset + $0.bytes } }
    try require(
      arenaBytes - (ends.max() ?? 0) < 64, "the arena of \(arenaBytes) bytes is larger than its tensors")
  }

  /// - Parameter halo: the widest side; constants have none.
  private func isBounded(_ shape: [Int], halo: Int = 0) -> Bool {
    (Self.largestCount(of: shape, halo: halo) ?? .max) < 1 << 56
  }

  /// Elements that a tensor of this shape may take, with whatever block; nil when they are too many. Rows
  /// and columns alone have halos.
  static func largestCount(of shape: [Int], halo: Int = maximumHalo) -> Int? {
    guard shape.allSatisfy({ (1...maximumSize).contains($0) }) else { return nil }
    return elementCount(shape.enumerated().map { $0 == 1 ? $1 + 63 : (2...3).contains($0) ? $1 + 2 * halo : $1 })
  }

  /// The caller's buffers are numbered without holes, and each has one size: that of the one tensor that all
  /// others in it are views of.
  private func verifyNumbers(_ kind: String, _ number: (Tensor.Place) -> Int?) throws(GraphProblem) {
    let owners = tensors.compactMap { $0.viewOf == nil ? number($0.place) : nil }.sorted()
    try require(owners == Array(owners.indices), "the \(kind) are not numbered from 0, a tensor each")
  }

  private func verifyConstants() throws(GraphProblem) {
    for (index, constant) in constants.enumerated() {
      try require(
        isBounded(constant.shape),
        "constant `\(constant.name)` has the shape \(constant.shape)")
      guard case .step(let number) = constant.packing else { continue }
      let isItsWeight =
        steps.indices.contains(number) && steps[number].op.hasWeights
        && steps[number].operands.dropFirst().first == .constant(index)
      try require(isItsWeight, "constant `\(constant.name)` is packed for no step")
    }
  }

  /// Kernels trust their weights to lie, and to be as many, as their own packing made them.
  private func verifyPacking(of step: Step, _ number: Int, training: Bool) throws(GraphProblem) {
    for (place, operand) in step.operands.enumerated() {
      let isWeight = step.op.hasWeights && place == 1
      let isResidual = step.op.hasResidual && place == step.operands.count - 1
      switch operand {
      case .tensor(let index):
        try require(!isWeight || training, "step `\(step.name)` has a tensor as its weights")
        try require(
          isWeight || tensors[index].layout.weights == nil, "step `\(step.name)` reads packed weights as a tensor")
      case .constant(let index):
        try require(
          !isResidual && constants[index].packing == (isWeight ? .step(number) : .plain),
          "step `\(step.name)` reads `\(constants[index].name)`, which is packed otherwise")
      }
    }
  }

  private func verify(_ step: Step, _ catalogue: KernelCatalogue) throws(GraphProblem) {
    var shapes: [[Int]] = []
    for operand in step.operands {
      switch operand {
      case .tensor(let index):
        try require(tensors.indices.contains(index), "step `\(step.name)` reads no tensor")
        shapes.append(tensors[index].shape)
      case .constant(let index):
        try require(constants.indices.contains(index), "step `\(step.name)` reads no constant")
        shapes.append(constants[index].shape)
      }
    }
    try require(tensors.indices.contains(step.result), "step `\(step.name)` writes no tensor")
    let result = tensors[step.result]
    if case .input = result.place { throw GraphProblem("step `\(step.name)` writes an input") }
    let shape = try step.op.resultShape(shapes)
    try require(shape == result.shape, "step `\(step.name)` gives \(shape), not \(result.shape)")
    guard let kernel = catalogue[step.kernel] else {
      throw GraphProblem("step `\(step.name)` wants the kernel \(step.kernel), which this netc does not have")
    }
    try require(kernel.op == step.op.kernelOp, "kernel \(kernel.name) does not compute \(step.op.name)")
    let operands = step.operands.enumerated().map { place, operand -> Tensor? in
      switch operand {
      case .tensor(let index):
        return step.op.isVector(place, of: step.operands.count) ? nil : tensors[index]
      case .constant(let index):
        // Weights and vectors have a place of their own in the kernel; any other constant is read as a tensor.
        if step.op.hasVectors || step.op.isVector(place, of: step.operands.count) { return nil }
        return Tensor(
          name: constants[index].name, shape: constants[index].shape, layout: .plain, place: .arena(offset: 0))
      }
    }
    if let problem = kernel.mismatch(op: step.op, operands: operands, result: result) {
      throw GraphProblem("step `\(step.name)`: \(problem)")
    }
    try require(
      step.choice.map { $0.taken?.kernel == step.kernel && $0.candidates.count <= Self.maximumCandidates } ?? true,
      "step `\(step.name)` has another kernel than was chosen")
    let isPlain = operands.first.map { $0?.layout.block == 1 } ?? true
    try verifyWorkspace(
      of: step, kernel.workspace(op: step.op, input: shapes.first ?? [], result: shape, isPlain: isPlain))
  }

  /// Weights that are tensors lie as the kernel's packing has them, biases and other vectors as plain numbers.
  private func verifyVectors(of step: Step, _ catalogue: KernelCatalogue) throws(GraphProblem) {
    guard let kernel = catalogue[step.kernel] else { return }
    let inputBlock = if case .tensor(let index)? = step.operands.first { tensors[index].layout.block } else { 1 }
    for (place, operand) in step.operands.enumerated() where step.op.isVector(place, of: step.operands.count) {
      guard case .tensor(let index) = operand else { continue }
      let (layout, name) = (tensors[index].layout, tensors[index].name)
      let isWeight = step.op.hasWeights && place == 1
      guard isWeight, var packed = kernel.weightLayout(step.op, inputBlock: inputBlock) else {
        // Kernels of a GPU read weights as they are stored.
        let isPlain =
          layout == .plain || isWeight && kernel.instructionSet == .cuda && layout.isContiguous
          || isWeight && kernel.readsUnpackedWeights(of: step.op) && layout == UnpackedDense.transposedWeights
        try require(isPlain, "step `\(step.name)` reads `\(name)`, which is not plain")
        continue
      }
      if kernel.instructionSet == .cuda { packed.storage = layout.storage }
      try require(
        layout == packed,
        "step `\(step.name)` reads `\(name)`, which is packed otherwise")
    }
  }

  func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(GraphProblem) {
    if !condition { throw GraphProblem(message()) }
  }
}

extension GraphOp {
  /// Whether the second operand is packed by the kernel.
  package var hasWeights: Bool {
    switch self {
    case .conv2D, .dense, .gradient(.convolutionData): true
    default: false
    }
  }

  /// Whether operands behind the first are plain vectors or weights, and not tensors like the first.
  package var hasVectors: Bool {
    switch self {
    case .scaleShift, .parametricRectify: true
    default: hasWeights
    }
  }

  /// Whether that operand is weights or a vector, and no tensor like the first.
  package func isVector(_ place: Int, of count: Int) -> Bool {
    switch self {
    case .training(let op): op.isVector(place)
    case .gradient(let op): op.isVector(place)
    default: hasVectors && place > 0 && !(hasResidual && place == count - 1)
    }
  }

  /// Whether the result may lie where an operand of the same layout lay that is no vector: each element depends on
  /// the element of the same place alone, or is written when all is read that it depends on.
  package var worksInPlace: Bool {
    switch self {
    case .training(let op): op.worksInPlace
    case .gradient(let op): op.worksInPlace
    case .activation, .scaleShift, .parametricRectify, .elementwise, .softmax, .standardize: true
    default: false
    }
  }
}

import NetIR

/// Gives every op the kernel that promises to be the quickest of those that the target can run, and writes down what
/// was known of the others. A pure function of the op, the shapes, the target, the catalogue and the measurements, so
/// that it can be tested for CPUs that nobody here has.
enum SelectKernels {
  static let pass = Pass(
    name: "select-kernels", summary: "choose algorithm and kernel of every op for the target"
  ) { compilation in
    let isConstant = compilation.graph.constants()
    let options = compilation.options
    let weightBytes = compilation.graph.parameterBytes
    // A loss is computed in fp32, from predictions as the caller gets them.
    let predictions = compilation.isTraining ? Set(compilation.graph.outputs) : []
    // How each value leaves the op that makes it.
    var stored = [StorageType](repeating: .float32, count: compilation.graph.nodes.count)
    for id in compilation.graph.ids where !isConstant[id.index] {
      let node = compilation.graph[id]
      let images = node.operands.indices.filter { !node.op.isVector($0, of: node.operands.count) }
      let operands = images.map { node.operands[$0] }.filter { !isConstant[$0.index] }.map { stored[$0.index] }
      guard node.op.kernelOp != nil else {
        guard !node.op.isOfTraining else { throw noKernel(for: node, options) }
        stored[id.index] = operands.first ?? .float32
        continue
      }
      let mayRound =
        operands.count == images.count
        && !(compilation.isTraining && compilation.graph.instance(of: id).isProductOfVectors)
      for storage in mayRound ? storages(for: node.op, operands, options) : [.float32]
      where compilation.graph[id].kernel == nil {
        select(id, in: &compilation.graph, weightBytes: weightBytes, storage: storage, options)
        let kernel = compilation.graph[id].kernel.flatMap { options.catalogue[$0] }
        if let kernel, !predictions.contains(id) { stored[id.index] = kernel.resultStorage(node.op) }
      }
      guard compilation.graph[id].kernel != nil else {
        throw noKernel(for: compilation.graph[id], options)
      }
    }
  }

  private static func noKernel(for node: Graph.Node, _ options: CompileOptions) -> CompileError {
    CompileError(
      .unsupported,
      "no \(options.precision.rawValue) kernel for \(node.op.described) of `\(node.name)` on \(options.target.name)")
  }

  /// How the tensors of an op may be stored, the best first.
  ///
  /// With precision bf16, products are of bf16 numbers; what follows them takes what it gets, and what reads the
  /// caller's fp32 inputs alone stays with fp32: nothing is rounded before it has to be.
  private static func storages(
    for op: GraphOp, _ operands: [StorageType], _ options: CompileOptions
  ) -> [StorageType] {
    guard options.precision == .bf16 else { return [.float32] }
    switch op {
    case .conv2D, .dense: return [.bfloat16, .float32]
    default: return operands.contains(.bfloat16) ? [.bfloat16, .float32] : [.float32]
    }
  }

  /// An algorithm that costs accuracy has to promise that much: estimates are not better than that.
  private static let lossyGain = 1.08
  /// The same for one whose plain results other convolutions may want in blocks.
  private static let plainGain = 1.4

  /// Sets kernel and choice of a node; both nil where the target has none for it.
  ///
  /// - Parameters:
  ///   - weightBytes: of all weights of the network; they mean nothing to an op without any.
  ///   - storage: of the tensors that it reads.
  static func select(
    _ id: ValueID, in graph: inout Graph, weightBytes: Int = 0, storage: StorageType = .float32,
    _ options: CompileOptions
  ) {
    var instance = graph.instance(of: id)
    if options.target.isDevice {
      instance.isSummed = graph.isSummed(id)
      guard let own = DeviceKernels.choice(for: instance, options) else { return }
      instance.normalization = graph.wholeNormalization(of: id)
      graph[id].choice = DeviceChoice.choice(for: instance, own: own, options)
      DeviceChoice.settle(id, in: &graph, options)
      graph[id].kernel = graph[id].choice?.taken?.kernel ?? own.name
      return
    }
    instance.storage = storage
    let read = if case .gradient(.convolutionWeights) = graph[id].op { 2 } else { 1 }
    instance.hasPlainInput = graph[id].operands.prefix(read).allSatisfy { graph.liesPlain($0, options.catalogue) }
    instance.hasChangingWeights = graph[id].op.hasWeights && !graph.isConstant(graph[id].operands[1])
    let choice = choice(for: instance, weightBytes: weightBytes, options)
    graph[id].kernel = choice?.taken?.kernel
    graph[id].choice = choice
  }

  /// - Parameter weightBytes: of all weights of the network.
  /// - Returns: nil where no kernel of the target can compute the op.
  static func choice(for instance: OpInstance, weightBytes: Int, _ options: CompileOptions) -> Plan.Choice? {
    let model = CostModel(target: options.target, weightBytes: weightBytes)
    let signature = options.measurements == nil ? "" : instance.signature
    var possible: [Possible] = []
    var excluded: [Plan.Choice.Candidate] = []
    for kernel in kernels(for: instance, options) {
      if let reason = exclusion(of: kernel, for: instance, options) {
        excluded.append(Plan.Choice.Candidate(kernel: kernel.name, exclusion: reason))
        continue
      }
      let estimate = model.nanoseconds(kernel, instance)
      let isLossy = instance.expectedError(by: kernel.algorithm) != nil
      let gain = isLossy ? lossyGain : kernel.algorithm == RowConvolution.algorithm ? plainGain : 1
      possible.append(
        Possible(
          candidate: Plan.Choice.Candidate(
            kernel: kernel.name, estimate: estimate, measured: options.measurements?[signature, kernel.name]),
          promised: Double(estimate) * gain))
    }
    guard let taken = best(of: possible, leastGain: options.measurements?.leastGain) else { return nil }
    let others = possible.map(\.candidate).filter { $0.kernel != taken.kernel }
      .sorted { ($0.nanoseconds ?? 0, $0.kernel) < ($1.nanoseconds ?? 0, $1.kernel) }
    return Plan.Choice(candidates: [taken] + others + excluded.sorted { $0.kernel < $1.kernel })
  }

  private struct Possible {
    var candidate: Plan.Choice.Candidate
    var promised: Double
  }

  /// The one that promises most, unless another one was measured to be quicker by more than noise.
  private static func best(of possible: [Possible], leastGain: Double?) -> Plan.Choice.Candidate? {
    let promising = possible.min { ($0.promised, $0.candidate.kernel) < ($1.promised, $1.candidate.kernel) }?.candidate
    let measured = possible.map(\.candidate).filter { $0.measured != nil }
    guard let promising, let leastGain,
      let quickest = measured.min(by: { ($0.measured ?? 0, $0.kernel) < ($1.measured ?? 0, $1.kernel) })
    else { return promising }
    guard let known = promising.measured, let time = quickest.measured else { return quickest }
    return Double(known) >= leastGain * Double(time) ? quickest : promising
  }

  /// The target's kernels for an op. What an algorithm has for several instruction sets counts once, for the most
  /// special one.
  private static func kernels(for instance: OpInstance, _ options: CompileOptions) -> [KernelDescriptor] {
    let usable = options.catalogue.kernels.filter {
      $0.op == instance.op.kernelOp && $0.storage == instance.storage
        && options.target.instructionSets.contains($0.instructionSet)
        && $0.takes(instance.op, input: instance.operands.first ?? [])
    }
    let best = Dictionary(usable.map { ($0.algorithm, $0.instructionSet) }, uniquingKeysWith: max)
    return usable.filter { $0.instructionSet == best[$0.algorithm] }
  }

  /// Why a kernel cannot compute an op, or may not; nil where it can.
  private static func exclusion(
    of kernel: KernelDescriptor, for instance: OpInstance, _ options: CompileOptions
  ) -> String? {
    if let reason = misfit(of: kernel, instance) { return reason }
    if let error = instance.expectedError(by: kernel.algorithm) {
      guard options.numerics == .fast else { return "strict numerics take plain sums only" }
      guard error <= CompileOptions.errorBudget else {
        return "its expected error, \(inMillionths(error)), is above \(inMillionths(CompileOptions.errorBudget))"
      }
    }
    return nil
  }

  /// Why the op's sizes are not what the kernel's algorithm is made for.
  private static func misfit(of kernel: KernelDescriptor, _ instance: OpInstance) -> String? {
    if case .gradient(.convolutionWeights(let attributes, _)) = instance.op {
      return misfit(of: kernel, instance, attributes)
    }
    if kernel.readsUnpackedWeights(of: instance.op) {
      guard instance.hasChangingWeights else { return "its weights never change, and are packed once" }
      guard instance.operands[1].elements >= UnpackedDense.leastWeights else { return "so few weights are soon packed" }
      return UnpackedDense.obstacle(rows: instance.result[0]).map { "it takes \($0)" }
    }
    guard case .conv2D(let attributes, let epilogue) = instance.op else { return nil }
    let (input, result) = (instance.operands[0], instance.result)
    if let form = Winograd.Form(rawValue: kernel.algorithm) {
      return misfit(of: kernel, form, attributes, input: input)
    }
    switch kernel.algorithm {
    case SplitProducts.algorithm:
      guard attributes.groups == 1 else { return "it takes one group" }
    case "depthwise":
      guard attributes.groups == input[1], result[1] == input[1], input[1] > 1 else {
        return "it takes one filter per channel"
      }
    case RowConvolution.algorithm:
      if let wanted = RowConvolution.obstacle(attributes, epilogue, result: result, by: kernel) {
        return "it takes \(wanted)"
      }
      guard instance.hasPlainInput else { return "its input lies in blocks" }
    default: break
    }
    return nil
  }

  /// The same for the gradient of a convolution's filters.
  private static func misfit(
    of kernel: KernelDescriptor, _ instance: OpInstance, _ attributes: ConvolutionAttributes
  ) -> String? {
    if let form = Winograd.Form(rawValue: kernel.algorithm) {
      return misfit(of: kernel, form, attributes, input: instance.operands[0])
    }
    let (x, g) = (instance.operands[0], instance.operands[1])
    if kernel.algorithm == SplitProducts.algorithm {
      guard attributes.groups == 1 else { return "it takes one group" }
      return x[1] >= kernel.block ? nil : "fewer channels than a block: the input is not in blocks"
    }
    if kernel.lacksDepthwiseGradient(attributes, channels: x[1], filters: g[1]) {
      return "it has no tiles for one filter per channel"
    }
    guard kernel.algorithm == RowConvolution.algorithm else { return nil }
    if let wanted = RowConvolution.obstacle(attributes, g: g, by: kernel) {
      return "it takes \(wanted)"
    }
    return instance.hasPlainInput ? nil : "its operands lie in blocks"
  }

  private static func misfit(
    of kernel: KernelDescriptor, _ form: Winograd.Form, _ attributes: ConvolutionAttributes, input: [Int]
  ) -> String? {
    guard form.fits(attributes) else { return "it takes \(form.wanted)" }
    return input[1] >= kernel.block ? nil : "fewer channels than a block: the input is not in blocks"
  }
}

extension OpInstance {
  /// Whether a dense layer is the product of two vectors, to one number or of single numbers: a weighted sum of losses
  /// is, and its gradient.
  fileprivate var isProductOfVectors: Bool {
    guard case .dense = op else { return false }
    return result == [1, 1] || operands[0][1] == 1
  }
}

extension Graph {
  /// Bytes of all parameters in fp32.
  fileprivate var parameterBytes: Int {
    nodes.reduce(0) { sum, node in
      if case .constant(_, let shape) = node.op { sum + 4 * shape.elements } else { sum }
    }
  }
}

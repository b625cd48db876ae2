import NetIR

/// Gives every op the best kernel that the target can run. A pure function of the op, the shapes, the
/// target and the catalogue, so that it can be tested for CPUs that nobody here has.
enum SelectKernels {
  static let pass = Pass(
    name: "select-kernels", summary: "choose algorithm and kernel of every op for the target"
  ) { compilation in
    let isConstant = compilation.graph.constants()
    let options = compilation.options
    // How each value leaves the op that makes it.
    var stored = [StorageType](repeating: .float32, count: compilation.graph.nodes.count)
    for id in compilation.graph.ids where !isConstant[id.index] {
      let node = compilation.graph[id]
      let operands = node.operands.filter { !isConstant[$0.index] }.map { stored[$0.index] }
      guard let op = node.op.kernelOp else {
        stored[id.index] = operands.first ?? .float32
        continue
      }
      let hasConstantTensors = operands.count < node.operands.count && !node.op.hasVectors
      var found: KernelDescriptor?
      for storage in storages(for: node.op, operands, hasConstantTensors, options) where found == nil {
        found = kernel(for: node.op, op, compilation.graph, id, options, storage: storage)
      }
      guard let kernel = found else {
        throw CompileError(
          .unsupported,
          "no \(options.precision.rawValue) kernel for \(compilation.graph[id].op.described) of "
            + "`\(compilation.graph[id].name)` on \(options.target.name)")
      }
      compilation.graph[id].kernel = kernel.name
      stored[id.index] = op == .globalPool ? .float32 : kernel.storage
    }
  }

  /// How the tensors of an op may be stored, the best first.
  ///
  /// With precision bf16, products are of bf16 numbers; what follows them takes what it gets, and what reads the
  /// caller's fp32 inputs alone stays with fp32: nothing is rounded before it has to be.
  private static func storages(
    for op: GraphOp, _ operands: [StorageType], _ hasConstantTensors: Bool, _ options: CompileOptions
  ) -> [StorageType] {
    guard options.precision == .bf16, !hasConstantTensors else { return [.float32] }
    switch op {
    case .conv2D, .dense: return [.bfloat16, .float32]
    default: return operands.contains(.bfloat16) ? [.bfloat16, .float32] : [.float32]
    }
  }

  /// The kernel that brings a tensor from one layout to another.
  static func copyKernel(
    from: TensorLayout, to: TensorLayout, _ graph: Graph, _ id: ValueID, _ options: CompileOptions
  ) -> KernelDescriptor? {
    let storage = Set([from.storage, to.storage]).contains(.bfloat16) ? StorageType.bfloat16 : .float32
    return kernel(for: .copy, .copy, graph, id, options, storage: storage)
  }

  static func kernel(
    for graphOp: GraphOp, _ op: KernelOp, _ graph: Graph, _ id: ValueID, _ options: CompileOptions,
    storage: StorageType = .float32
  ) -> KernelDescriptor? {
    options.catalogue.kernels
      .filter {
        $0.op == op && $0.storage == storage && options.target.instructionSets.contains($0.instructionSet)
          && suits($0, graphOp, graph, id, options)
      }
      // The most special instructions first, then the most special algorithm; names break ties for good.
      .max { ($0.instructionSet, speciality($0), $1.name) < ($1.instructionSet, speciality($1), $0.name) }
  }

  /// Algorithms that only serve some cases.
  private static func suits(
    _ kernel: KernelDescriptor, _ op: GraphOp, _ graph: Graph, _ id: ValueID, _ options: CompileOptions
  ) -> Bool {
    guard kernel.takes(op, input: graph[id].operands.first.map { graph[$0].shape } ?? []) else { return false }
    guard case .conv2D(let attributes, _) = op else { return true }
    let (input, result) = (graph[graph[id].operands[0]].shape, graph[id].shape)
    switch kernel.algorithm {
    case "depthwise":
      return attributes.groups == input[1] && result[1] == input[1] && input[1] > 1
    case Winograd.algorithm:
      guard options.numerics == .fast, input[1] >= kernel.block,
        Winograd.expectedError(channels: input[1]) <= CompileOptions.errorBudget,
        let winograd = Winograd(attributes, input: input, result: result, by: kernel)
      else { return false }
      return WinogradCost(winograd, cores: options.target.cores, cache: options.target.cache).isWorthwhile(
        for: result, directRate: kernel.instructionSet == .avx512bf16 ? 2 : 1)
    default: return true
    }
  }

  private static func speciality(_ kernel: KernelDescriptor) -> Int {
    switch kernel.algorithm {
    case "depthwise", Winograd.algorithm: 1
    default: 0
    }
  }
}

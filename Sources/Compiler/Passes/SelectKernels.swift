import NetIR

/// Gives every op the best kernel that the target can run. A pure function of the op, the shapes, the
/// target and the catalogue, so that it can be tested for CPUs that nobody here has.
enum SelectKernels {
  static let pass = Pass(
    name: "select-kernels", summary: "choose algorithm and kernel of every op for the target"
  ) { compilation in
    let isConstant = compilation.graph.constants()
    let options = compilation.options
    for id in compilation.graph.ids where !isConstant[id.index] {
      guard let op = compilation.graph[id].op.kernelOp else { continue }
      guard let kernel = kernel(for: compilation.graph[id].op, op, compilation.graph, id, options) else {
        throw CompileError(
          .unsupported,
          "no \(options.precision.rawValue) kernel for \(compilation.graph[id].op.described) of "
            + "`\(compilation.graph[id].name)` on \(options.target.name)")
      }
      compilation.graph[id].kernel = kernel.name
    }
  }

  static func kernel(
    for graphOp: GraphOp, _ op: KernelOp, _ graph: Graph, _ id: ValueID, _ options: CompileOptions
  ) -> KernelDescriptor? {
    let storage: StorageType = options.precision == .bf16 ? .bfloat16 : .float32
    return options.catalogue.kernels
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
    guard case .conv2D(let attributes, _) = op else { return true }
    let (input, result) = (graph[graph[id].operands[0]].shape, graph[id].shape)
    if let form = Winograd.Form(rawValue: kernel.algorithm) {
      guard options.numerics == .fast, input[1] >= kernel.block,
        form.expectedError(channels: input[1]) <= CompileOptions.errorBudget,
        let winograd = Winograd(attributes, input: input, result: result, by: kernel)
      else { return false }
      return WinogradCost(winograd, cores: options.target.cores).isWorthwhile(for: result)
    }
    guard kernel.algorithm == "depthwise" else { return true }
    return attributes.groups == input[1] && result[1] == input[1] && input[1] > 1
  }

  private static func speciality(_ kernel: KernelDescriptor) -> Int {
    kernel.algorithm == "depthwise" || Winograd.Form(rawValue: kernel.algorithm) != nil ? 1 : 0
  }
}

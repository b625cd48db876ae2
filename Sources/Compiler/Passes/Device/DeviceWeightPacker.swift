import NetIR

/// Weights that a step of training changes are brought into the order of the kernel that reads them, and its precision,
/// by a step in front of it: once for all that read them alike.
struct DeviceWeightPacker {
  private let options: CompileOptions
  private var known: [Key: ValueID] = [:]

  private struct Key: Hashable {
    var value: ValueID
    var kernel: String
    var layout: TensorLayout
  }

  init(_ options: CompileOptions) { self.options = options }

  /// - Parameters:
  ///   - value: in `graph`, plain.
  ///   - node: a convolution or dense layer with its kernel.
  /// - Returns: what the node shall read; constants, and what the kernel reads as it is, stay.
  mutating func packed(_ value: ValueID, for node: Graph.Node, in graph: inout Graph) throws -> ValueID {
    guard !graph.isConstant(value), let name = node.kernel, let kernel = options.catalogue[name],
      var layout = kernel.weightLayout(node.op, inputBlock: 1)
    else { return value }
    layout.storage = options.precision.storage
    let key = Key(value: value, kernel: name, layout: layout)
    if let result = known[key] { return result }
    // What was rearranged to become weights is packed from where it was.
    var (source, rearrangement) = (value, Rearrangement.identity(graph[value].shape))
    if case .rearrange(let moved) = graph[value].op { (source, rearrangement) = (graph[value].operands[0], moved) }
    let result = try graph.add(.packWeights(rearrangement), [source], name: "\(graph[value].name) packed")
    graph[result].layout = layout
    SelectKernels.select(result, in: &graph, options)
    if graph[result].kernel == nil { throw CompileError(.unsupported, "no kernel packs weights") }
    known[key] = result
    return result
  }
}

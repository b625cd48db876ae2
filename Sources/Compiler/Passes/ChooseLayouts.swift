import NetIR

/// Decides how every tensor lies in memory, and puts a copy where a reader wants it otherwise.
///
/// Convolutions write channels in blocks; what follows keeps the blocks as long as it can; dense layers,
/// reshapes and the world outside want C order. Each convolution asks for a halo as wide as its padding.
enum ChooseLayouts {
  static let pass = Pass(
    name: "choose-layouts", summary: "assign memory layouts, insert conversions and halos"
  ) { compilation in
    var layouter = Layouter(compilation)
    compilation.graph = try layouter.run()
  }

  private struct Layouter {
    let old: Graph
    let options: CompileOptions
    let isConstant: [Bool]
    let users: [[ValueID]]
    /// Conversions that exist already, by value and layout.
    var converted: [Key: ValueID] = [:]

    struct Key: Hashable {
      var value: ValueID
      var layout: TensorLayout
    }

    init(_ compilation: Compilation) {
      old = compilation.graph
      options = compilation.options
      isConstant = old.constants()
      users = old.users()
    }

    mutating func run() throws -> Graph {
      var graph = try old.rewritten { graph, id, node in
        guard !isConstant[id.index] else { return graph.append(node) }
        return try place(node, id, in: &graph)
      }
      // The caller's buffers are plain, each is written by one step, and none is an input under another name.
      var written: Set<ValueID> = []
      for (index, output) in graph.outputs.enumerated() {
        var value = try convert(output, to: .plain, in: &graph)
        let root = graph.root(of: value)
        if graph[root].op.isInput || !written.insert(root).inserted {
          value = try copy(value, .plain, in: &graph)
          written.insert(value)
        }
        graph.outputs[index] = value
      }
      setHalos(&graph)
      return graph
    }

    /// - Parameter id: the node in the old graph.
    private mutating func place(_ node: Graph.Node, _ id: ValueID, in graph: inout Graph) throws -> ValueID {
      var node = node
      switch node.op {
      case .reshape:
        let storage = graph[node.operands[0]].layout.storage
        node.operands[0] = try convert(node.operands[0], to: TensorLayout(storage: storage), in: &graph)
        node.layout.storage = storage
      case .softmax, .pad, .rearrange, .standardize, .upscaleBilinear:
        node.operands = try node.operands.map { try convert($0, to: .plain, in: &graph) }
      case .dense:
        let layout = TensorLayout(storage: try descriptor(node).storage)
        node.operands = try node.operands.map { try convert($0, to: layout, in: &graph) }
        node.layout.storage = resultStorage(id, layout.storage)
      case .conv2D(_, let epilogue):
        let kernel = try descriptor(node)
        let input = graph[node.operands[0]]
        let blocked = TensorLayout(storage: kernel.storage, block: kernel.block)
        // Few channels are read from plain images: their blocks would be mostly empty.
        let wantsBlocks =
          kernel.algorithm == "depthwise" || input.layout.block > 1 || input.shape[1] >= kernel.block
        node.operands[0] = try convert(
          node.operands[0], to: wantsBlocks ? blocked : TensorLayout(storage: kernel.storage), in: &graph)
        if epilogue.residual, let residual = node.operands.last {
          node.operands[node.operands.count - 1] = try convert(residual, to: blocked, in: &graph)
        }
        node.layout = blocked
        node.layout.storage = resultStorage(id, kernel.storage)
      case .pool2D, .lrn, .activation, .scaleShift, .parametricRectify:
        let kernel = try descriptor(node)
        var block = graph[node.operands[0]].layout.block
        if kernel.block > 1, node.shape.count == 4, block == 1, isWindowed(node.op) { block = kernel.block }
        node.layout = TensorLayout(storage: kernel.storage, block: block)
        node.operands[0] = try convert(node.operands[0], to: node.layout, in: &graph)
      case .globalPool:
        let layout = TensorLayout(
          storage: try descriptor(node).storage, block: graph[node.operands[0]].layout.block)
        node.operands[0] = try convert(node.operands[0], to: layout, in: &graph)
      case .elementwise:
        let blocks = node.operands.filter { !isConstantValue($0, graph) }.map { graph[$0].layout.block }
        let hasConstant = node.operands.contains { isConstantValue($0, graph) }
        let block = hasConstant ? 1 : blocks.max() ?? 1
        node.layout = TensorLayout(storage: try descriptor(node).storage, block: block)
        node.operands = try node.operands.map { try convert($0, to: node.layout, in: &graph) }
      case .concat(let axis):
        let block = node.operands.map { graph[$0].layout.block }.max() ?? 1
        node.layout = TensorLayout(storage: try descriptor(node).storage, block: block)
        node.operands = try node.operands.map { operand in
          var layout = node.layout
          // Along the channels, blocks may be gathered from any layout.
          if axis == 1 { layout.block = graph[operand].layout.block }
          return try convert(operand, to: layout, in: &graph)
        }
      default: break
      }
      return graph.append(node)
    }

    /// How the result of a convolution or dense layer of that storage is written: as floats, before they are rounded,
    /// for readers that want floats.
    private func resultStorage(_ id: ValueID, _ storage: StorageType) -> StorageType {
      let isRead = users[id.index].contains { user in
        if case .reshape = old[user].op { return resultStorage(user, storage) == storage }
        return old[user].kernel.flatMap { options.catalogue[$0] }?.storage == storage
      }
      return isRead && !old.outputs.contains(id) ? storage : .float32
    }

    private func isWindowed(_ op: GraphOp) -> Bool {
      switch op {
      case .pool2D, .lrn: true
      default: false
      }
    }

    private func isConstantValue(_ id: ValueID, _ graph: Graph) -> Bool {
      switch graph[id].op {
      case .constant, .fill: true
      case .input: false
      default:
        !graph[id].operands.isEmpty && graph[id].operands.allSatisfy { isConstantValue($0, graph) }
      }
    }

    private func descriptor(_ node: Graph.Node) throws -> KernelDescriptor {
      guard let kernel = node.kernel.flatMap({ options.catalogue[$0] }) else {
        throw CompileError(.bug, "`\(node.name)` has no kernel")
      }
      return kernel
    }

    /// The value in that layout, converted if it lies otherwise.
    private mutating func convert(_ value: ValueID, to layout: TensorLayout, in graph: inout Graph) throws -> ValueID {
      guard graph[value].layout != layout, !isConstantValue(value, graph) else { return value }
      let key = Key(value: value, layout: layout)
      if let known = converted[key] { return known }
      let result = try copy(value, layout, in: &graph)
      converted[key] = result
      return result
    }

    private func copy(_ value: ValueID, _ layout: TensorLayout, in graph: inout Graph) throws -> ValueID {
      let result = try graph.add(.copy, [value], name: "\(graph[value].name) as \(layout.description)")
      graph[result].layout = layout
      graph[result].kernel =
        SelectKernels.copyKernel(from: graph[value].layout, to: layout, graph, result, options)?.name
      if graph[result].kernel == nil { throw CompileError(.unsupported, "no kernel converts layouts") }
      return result
    }

    /// Every convolution's padding becomes part of the tensor that it reads. The caller's tensors have no
    /// room for it, so that an image that is padded at once is copied first.
    private mutating func setHalos(_ graph: inout Graph) {
      var result = Graph(name: graph.name)
      var renamed: [ValueID] = []
      var padded: [ValueID: ValueID] = [:]
      let fixed = mustStayPlain(graph)
      for id in graph.ids {
        var node = graph[id]
        let original = node.operands
        node.operands = original.map { renamed[$0.index] }
        if case .conv2D(let attributes, _) = node.op {
          let reach = attributes.reach(input: graph[original[0]].shape, output: node.shape)
          if reach != .none {
            var source = node.operands[0]
            if fixed[original[0].index] {
              source = padded[source] ?? paddedCopy(of: source, in: &result)
              padded[node.operands[0]] = source
              node.operands[0] = source
            }
            result[source].layout.halo = result[source].layout.halo.union(reach)
          }
        }
        renamed.append(result.append(node))
      }
      result.outputs = graph.outputs.map { renamed[$0.index] }
      graph = result
    }

    /// Values that somebody reads or writes as contiguous numbers.
    private func mustStayPlain(_ graph: Graph) -> [Bool] {
      var fixed = [Bool](repeating: false, count: graph.nodes.count)
      for output in graph.outputs { fixed[output.index] = true }
      for id in graph.ids {
        switch graph[id].op {
        case .reshape, .dense, .softmax, .pad, .rearrange, .standardize, .upscaleBilinear:
          fixed[id.index] = true
          for operand in graph[id].operands { fixed[operand.index] = true }
        case .input: fixed[id.index] = true
        default: break
        }
      }
      return fixed
    }

    private func paddedCopy(of id: ValueID, in graph: inout Graph) -> ValueID {
      var node = graph[id]
      node.op = .copy
      node.operands = [id]
      node.name += " padded"
      node.kernel = SelectKernels.copyKernel(from: node.layout, to: node.layout, graph, id, options)?.name
      return graph.append(node)
    }
  }
}

extension Graph {
  /// The value whose bytes this one shows: reshapes of plain tensors move nothing.
  func root(of id: ValueID) -> ValueID {
    var id = id
    while case .reshape = self[id].op, let operand = self[id].operands.first { id = operand }
    return id
  }
}

extension Padding2D {
  fileprivate func union(_ other: Padding2D) -> Padding2D {
    Padding2D(
      top: max(top, other.top), bottom: max(bottom, other.bottom), left: max(left, other.left),
      right: max(right, other.right))
  }
}

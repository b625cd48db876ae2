import NetIR

/// Decides how every tensor lies in memory, and puts a copy where a reader wants it otherwise.
///
/// Convolutions write channels in blocks; what follows keeps the blocks as long as it can; dense layers,
/// reshapes and the world outside want C order. Each convolution asks for a halo as wide as its padding.
enum ChooseLayouts {
  static let pass = Pass(
    name: "choose-layouts", summary: "assign memory layouts, insert conversions and halos"
  ) { compilation in
    if compilation.options.target.isDevice {
      compilation.graph = try DeviceLayouts(compilation).run()
      return
    }
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
        if graph.isConstant(value) { value = try copy(value, .plain, in: &graph) }
        let root = GraphViews(graph).root(of: value)
        if graph[root].op.isInput || !written.insert(root).inserted {
          value = try copy(value, .plain, in: &graph)
          written.insert(value)
        }
        graph.outputs[index] = value
      }
      setHalos(&graph)
      return graph
    }

    /// - Parameter id: of the node in the old graph.
    private mutating func place(_ node: Graph.Node, _ id: ValueID, in graph: inout Graph) throws -> ValueID {
      var node = node
      switch node.op {
      case .reshape:
        let storage = graph[node.operands[0]].layout.storage
        node.operands[0] = try convert(node.operands[0], to: TensorLayout(storage: storage), in: &graph)
        node.layout.storage = storage
      case .dense:
        let layout = TensorLayout(storage: try descriptor(node).storage)
        for place in node.operands.indices where !node.op.isVector(place, of: node.operands.count) {
          node.operands[place] = try convert(node.operands[place], to: layout, in: &graph)
        }
        try placeVectors(of: &node, in: &graph)
        node.layout.storage = resultStorage(id, layout.storage)
      case _ where node.op.takesPlainArrays:
        node.operands = try node.operands.map { try convert($0, to: .plain, in: &graph) }
      case .conv2D(let attributes, let epilogue):
        let kernel = try descriptor(node)
        let blocked = TensorLayout(storage: kernel.storage, block: kernel.block)
        let readsPlain = readsPlain(attributes, kernel, graph[node.operands[0]])
        node.operands[0] = try convert(
          node.operands[0], to: readsPlain ? TensorLayout(storage: kernel.storage) : blocked, in: &graph)
        if epilogue.residual, let residual = node.operands.last {
          node.operands[node.operands.count - 1] = try convert(residual, to: blocked, in: &graph)
        }
        try placeVectors(of: &node, in: &graph)
        node.layout = blocked
        node.layout.storage = resultStorage(id, kernel.storage)
      case .gradient(.convolutionWeights(let attributes, _)):
        let kernel = try descriptor(node)
        let blocked = TensorLayout(storage: kernel.storage, block: kernel.block)
        let image = graph[node.operands[0]]
        // Of plain images, taps are what a tile has beside filters.
        let isPlain =
          image.layout.block == 1 && Winograd.Form(rawValue: kernel.algorithm) == nil
          && kernel.algorithm != SplitProducts.algorithm
          && (image.shape[1] < blocked.block || attributes.kernel.width > 1)
        node.operands[0] = try convert(node.operands[0], to: isPlain ? .plain : blocked, in: &graph)
        node.operands[1] = try convert(node.operands[1], to: blocked, in: &graph)
      case .pool2D, .lrn, .activation, .scaleShift, .parametricRectify:
        let kernel = try descriptor(node)
        var block = graph[node.operands[0]].layout.block
        if node.shape.count == 4, block == 1, wantsBlocks(node, of: kernel.block) { block = kernel.block }
        node.layout = TensorLayout(storage: kernel.storage, block: block)
        node.operands[0] = try convert(node.operands[0], to: node.layout, in: &graph)
        try placeVectors(of: &node, in: &graph)
      case .globalPool:
        let layout = TensorLayout(
          storage: try descriptor(node).storage, block: graph[node.operands[0]].layout.block)
        node.operands[0] = try convert(node.operands[0], to: layout, in: &graph)
      case .elementwise:
        let blocks = node.operands.filter { !graph.isConstant($0) }.map { graph[$0].layout.block }
        let hasConstant = node.operands.contains { graph.isConstant($0) }
        let block = hasConstant ? 1 : blocks.max() ?? 1
        node.layout = TensorLayout(storage: try descriptor(node).storage, block: block)
        node.operands = try node.operands.map { try convert($0, to: node.layout, in: &graph) }
      case .interleave:
        let block = node.operands.map { graph[$0].layout.block }.max() ?? 1
        node.layout = TensorLayout(storage: try descriptor(node).storage, block: block)
        node.operands = try node.operands.map { try convert($0, to: node.layout, in: &graph) }
      case .training, .gradient: try placeTraining(&node, in: &graph)
      case .concat(let axis):
        let found = node.operands.map { graph[$0].layout.block }.max() ?? 1
        let block = found > 1 || axis != 1 ? found : try wantedBlock(id)
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

    /// Images of an op of training lie alike: in blocks unless the larger part of them lies plain.
    private mutating func placeTraining(_ node: inout Graph.Node, in graph: inout Graph) throws {
      let images = node.operands.indices.filter { !node.op.isVector($0, of: node.operands.count) }
      let hasConstant = images.contains { graph.isConstant(node.operands[$0]) }
      let shares = images.reduce(into: (plain: 0, blocked: 0, block: 1)) { shares, place in
        let image = graph[node.operands[place]]
        let count = image.shape.elements
        if image.layout.block == 1 { shares.plain += count } else { shares.blocked += count }
        shares.block = max(shares.block, image.layout.block)
      }
      var block = hasConstant || shares.plain > shares.blocked ? 1 : shares.block
      let kernel = try descriptor(node)
      if node.shape.count == 4, block == 1, !hasConstant, wantsBlocks(node, of: kernel.block) { block = kernel.block }
      let layout = TensorLayout(storage: kernel.storage, block: block)
      for place in images { node.operands[place] = try convert(node.operands[place], to: layout, in: &graph) }
      try placeVectors(of: &node, in: &graph)
      if node.op.trainingPlacement == .alike { node.layout = layout }
    }

    /// Weights that are no constants are packed by a step, other vectors are read as they are.
    private mutating func placeVectors(of node: inout Graph.Node, in graph: inout Graph) throws {
      for place in node.operands.indices where node.op.isVector(place, of: node.operands.count) {
        let value = node.operands[place]
        let inputBlock = graph[node.operands[0]].layout.block
        if place == 1, try descriptor(node).readsUnpackedWeights(of: node.op) {
          node.operands[place] = try unpacked(value, in: &graph)
          continue
        }
        guard !graph.isConstant(value), node.op.hasWeights, place == 1,
          let layout = try descriptor(node).weightLayout(node.op, inputBlock: inputBlock)
        else {
          node.operands[place] = try convert(value, to: .plain, in: &graph)
          continue
        }
        node.operands[place] = try packed(value, layout, in: &graph)
      }
    }

    /// Weights of a dense layer as they lie: what was transposed to become these is read the other way around.
    private mutating func unpacked(_ value: ValueID, in graph: inout Graph) throws -> ValueID {
      guard let matrix = graph.transposedMatrix(value) else { return try convert(value, to: .plain, in: &graph) }
      let key = Key(value: value, layout: UnpackedDense.transposedWeights)
      if let known = converted[key] { return known }
      let source = try convert(matrix, to: .plain, in: &graph)
      let transposition = Rearrangement.transpose(graph[matrix].shape, [1, 0])
      let result = try graph.add(.packWeights(transposition), [source], name: "\(graph[value].name) transposed")
      graph[result].layout = key.layout
      converted[key] = result
      return result
    }

    /// What was rearranged to become weights is packed from where it was.
    private mutating func packed(_ value: ValueID, _ layout: TensorLayout, in graph: inout Graph) throws -> ValueID {
      let key = Key(value: value, layout: layout)
      if let known = converted[key] { return known }
      var (source, rearrangement) = (value, Rearrangement.identity(graph[value].shape))
      if case .rearrange(let moved) = graph[value].op { (source, rearrangement) = (graph[value].operands[0], moved) }
      source = try convert(source, to: .plain, in: &graph)
      let result = try graph.add(.packWeights(rearrangement), [source], name: "\(graph[value].name) packed")
      graph[result].layout = layout
      SelectKernels.select(result, in: &graph, storage: layout.storage, options)
      if graph[result].kernel == nil { throw CompileError(.unsupported, "no kernel packs weights") }
      converted[key] = result
      return result
    }

    /// The blocks in which all who read a plain value want it.
    private func wantedBlock(_ id: ValueID) throws -> Int {
      let blocks = try users[id.index].map { user in
        guard case .conv2D(let attributes, _) = old[user].op, old[user].operands[0] == id else { return 1 }
        let kernel = try descriptor(old[user])
        return readsPlain(attributes, kernel, old[id]) ? 1 : kernel.block
      }
      return old.outputs.contains(id) ? 1 : blocks.min() ?? 1
    }

    private func readsPlain(
      _ attributes: ConvolutionAttributes, _ kernel: KernelDescriptor, _ input: Graph.Node
    ) -> Bool {
      switch kernel.algorithm {
      case RowConvolution.algorithm: true
      case "direct":
        kernel.instructionSet != .amx && input.layout.block == 1 && isQuickPlain(input, attributes, kernel)
      // Patches take longer to gather than blocks to split.
      case SplitProducts.algorithm: input.layout.block == 1 && input.shape[1] < kernel.block
      default: false
      }
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

    /// Blocks of few channels would be mostly empty. And what a row of outputs reads of a small image stays in the
    /// first cache, as a block does: what row convolutions made needs no blocks.
    private func isQuickPlain(_ input: Graph.Node, _ attributes: ConvolutionAttributes, _ kernel: KernelDescriptor)
      -> Bool
    {
      guard input.shape[1] >= kernel.block else { return true }
      switch input.op {
      case .conv2D, .pool2D, .activation, .scaleShift, .parametricRectify:
        let band = input.shape[1] * attributes.kernel.height * input.shape[3] * input.layout.storage.bytes
        return band <= (options.target.cache.first ?? 0) / 4
      default: return false
      }
    }

    /// Windows are quickest over blocks, if the blocks are full.
    private func wantsBlocks(_ node: Graph.Node, of block: Int) -> Bool {
      switch node.op {
      case .pool2D, .gradient(.pool): block > 1 && node.shape[1] >= block
      case .lrn, .gradient(.lrn): block > 1
      default: false
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
      guard graph[value].layout != layout, !graph.isConstant(value) else { return value }
      let key = Key(value: value, layout: layout)
      if let known = converted[key] { return known }
      let result = try copy(value, layout, in: &graph)
      converted[key] = result
      return result
    }

    private func copy(_ value: ValueID, _ layout: TensorLayout, in graph: inout Graph) throws -> ValueID {
      let result = try graph.add(.copy, [value], name: "\(graph[value].name) as \(layout.description)")
      graph[result].layout = layout
      let storage = [graph[value].layout.storage, layout.storage].first { $0 != .float32 } ?? .float32
      SelectKernels.select(result, in: &graph, storage: storage, options)
      if graph[result].kernel == nil { throw CompileError(.unsupported, "no kernel converts layouts") }
      return result
    }

    /// Every convolution's padding becomes part of the tensor that it reads. The caller's tensors have no
    /// room for it, so that an image that is padded at once is copied first.
    private mutating func setHalos(_ graph: inout Graph) {
      var result = Graph(name: graph.name)
      var renamed: [ValueID] = []
      var padded: [ValueID: ValueID] = [:]
      let fixed = graph.valuesThatStayPlain()
      for id in graph.ids {
        var node = graph[id]
        let original = node.operands
        node.operands = original.map { renamed[$0.index] }
        if let reach = graph.reach(of: id) {
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

    private func paddedCopy(of id: ValueID, in graph: inout Graph) -> ValueID {
      var node = graph[id]
      node.op = .copy
      node.operands = [id]
      node.name += " padded"
      let copy = graph.append(node)
      SelectKernels.select(copy, in: &graph, storage: node.layout.storage, options)
      return copy
    }
  }
}

extension GraphOp {
  /// Whether it reads and writes contiguous numbers, without strides, blocks or a halo.
  fileprivate var takesPlainArrays: Bool {
    switch self {
    case .input, .reshape, .dense, .softmax, .pad, .rearrange, .standardize, .upscaleBilinear: true
    default: trainingPlacement == .plain
    }
  }
}

extension Graph {
  /// Values that somebody reads or writes as contiguous numbers.
  func valuesThatStayPlain() -> [Bool] {
    var plain = [Bool](repeating: false, count: nodes.count)
    for output in outputs { plain[output.index] = true }
    for id in ids where self[id].op.takesPlainArrays {
      plain[id.index] = true
      for operand in self[id].operands { plain[operand.index] = true }
    }
    return plain
  }
}

extension Graph {
  /// How far a convolution, or its filters' gradient, reaches beyond the image that it reads; nil for other ops.
  fileprivate func reach(of id: ValueID) -> Padding2D? {
    let node = self[id]
    switch node.op {
    case .conv2D(let attributes, let epilogue):
      return attributes.reach(input: self[node.operands[0]].shape, output: epilogue.unpooled(node.shape))
    case .gradient(.convolutionWeights(let attributes, _)):
      return attributes.reach(input: self[node.operands[0]].shape, output: self[node.operands[1]].shape)
    default: return nil
    }
  }
}

extension Padding2D {
  func union(_ other: Padding2D) -> Padding2D {
    Padding2D(
      top: max(top, other.top), bottom: max(bottom, other.bottom), left: max(left, other.left),
      right: max(right, other.right))
  }
}

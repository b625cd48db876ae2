import NetIR

/// What is concatenated along the channels is written where it belongs in the result, and the concatenation has
/// nothing left to do: it loses its kernel, which is how `PlanMemory` knows.
///
/// An operand can lie there whose channels begin and end with a block, which is nobody else's, and which nobody reads
/// or writes as contiguous numbers. What else is concatenated gets a copy there, unless that were the larger part.
enum EliminateConcats {
  static let pass = Pass(
    name: "eliminate-concats", summary: "write what is concatenated straight into the result"
  ) { compilation in
    var joiner = Joiner(compilation)
    for id in compilation.graph.ids { joiner.join(id) }
    compilation.graph = try joiner.finished()
  }

  private struct Joiner {
    var graph: Graph
    let options: CompileOptions
    let isConstant: [Bool]
    let staysPlain: [Bool]
    /// The concatenation in whose result a value lies.
    var whole: [ValueID: ValueID] = [:]
    /// Places of operands that need a copy, for each concatenation that is gone.
    var copied: [ValueID: Set<Int>] = [:]

    init(_ compilation: Compilation) {
      graph = compilation.graph
      options = compilation.options
      isConstant = graph.constants()
      staysPlain = graph.valuesThatStayPlain()
    }

    /// - Parameter id: any value; those that are no concatenation of channels stay as they are.
    mutating func join(_ id: ValueID) {
      let node = graph[id]
      guard case .concat(axis: 1) = node.op, node.shape.count == 4, node.kernel != nil,
        node.operands.allSatisfy({ !isConstant[$0.index] }),
        node.operands.dropLast().allSatisfy({ graph[$0].shape[1] % node.layout.channelUnit == 0 })
      else { return }
      var inPlace: [Int] = []
      for (place, operand) in node.operands.enumerated()
      where !node.operands[..<place].contains(operand) && canLie(operand, in: id) { inPlace.append(place) }
      let channels = inPlace.reduce(0) { $0 + graph[node.operands[$1]].shape[1] }
      guard channels > 0, 2 * channels >= node.shape[1] else { return }
      graph[id].kernel = nil
      copied[id] = Set(node.operands.indices).subtracting(inPlace)
      for place in inPlace { whole[node.operands[place]] = id }
      setHalo(inPlace.reduce(node.layout.halo) { $0.union(graph[node.operands[$1]].layout.halo) }, of: id)
    }

    private func canLie(_ value: ValueID, in concat: ValueID) -> Bool {
      let (node, layout) = (graph[value], graph[concat].layout)
      // The caller's buffer, and what is read as contiguous numbers, has no halo.
      return !staysPlain[value.index] && whole[value] == nil
        && node.layout.block == layout.block && node.layout.storage == layout.storage
        && (!staysPlain[concat.index] || node.layout.halo == .none)
    }

    /// All that lie in one tensor have one halo: whoever writes some of its channels writes theirs.
    private mutating func setHalo(_ halo: Padding2D, of id: ValueID) {
      graph[id].layout.halo = halo
      for operand in graph[id].operands where whole[operand] == id { setHalo(halo, of: operand) }
    }

    func finished() throws -> Graph {
      try graph.rewritten { result, id, node in
        var node = node
        for place in (copied[id] ?? []).sorted() {
          node.operands[place] = try copy(node.operands[place], into: node, &result)
        }
        return result.append(node)
      }
    }

    private func copy(_ value: ValueID, into concat: Graph.Node, _ graph: inout Graph) throws -> ValueID {
      let result = try graph.add(.copy, [value], name: "\(graph[value].name) into \(concat.name)")
      graph[result].layout = concat.layout
      SelectKernels.select(result, in: &graph, options)
      if graph[result].kernel == nil { throw CompileError(.unsupported, "no kernel converts layouts") }
      return result
    }
  }
}

import NetIR

/// Layouts on a GPU, whose kernels count in strides: images are NHWC, except those that somebody reads or writes as
/// plain numbers, which whoever makes them writes plainly. No value is ever converted.
///
/// With precision bf16 or fp16 all that steps hand on is stored so, but not the logits that a softmax reads, and what callers see.
struct DeviceLayouts {
  private let graph: Graph
  private let options: CompileOptions

  init(_ compilation: Compilation) {
    graph = compilation.graph
    options = compilation.options
  }

  func run() throws -> Graph {
    let isConstant = graph.constants()
    let staysPlain = graph.valuesThatStayPlain()
    let staysFloat = valuesThatStayFloat()
    var result = graph.rewritten { result, id, node in
      var node = node
      if !isConstant[id.index] {
        node.layout.block = node.shape.count == 4 && !staysPlain[id.index] ? TensorLayout.allChannels : 1
        if case .reshape = node.op {
          node.layout.storage = result[node.operands[0]].layout.storage
        } else if !staysFloat[id.index] {
          node.layout.storage = options.precision.storage
        }
      }
      return result.append(node)
    }
    try separateOutputs(&result)
    return result
  }

  private func valuesThatStayFloat() -> [Bool] {
    var float = [Bool](repeating: false, count: graph.nodes.count)
    for output in graph.outputs { float[output.index] = true }
    for id in graph.ids.reversed() {
      switch graph[id].op {
      case .input: float[id.index] = true
      case .softmax:
        float[id.index] = true
        float[graph[id].operands[0].index] = true
      case .reshape where float[id.index]: float[graph[id].operands[0].index] = true
      default: break
      }
    }
    return float
  }

  /// Each of the caller's buffers is written by one step, and none is an input under another name.
  private func separateOutputs(_ graph: inout Graph) throws {
    var written: Set<ValueID> = []
    for (index, output) in graph.outputs.enumerated() {
      let root = GraphViews(graph).root(of: output)
      guard graph[root].op.isInput || !written.insert(root).inserted else { continue }
      let copy = try graph.add(.copy, [output], name: "\(graph[output].name) as output \(index)")
      SelectKernels.select(copy, in: &graph, options)
      written.insert(copy)
      graph.outputs[index] = copy
    }
  }
}

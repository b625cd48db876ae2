import NetIR

/// A nonlinearity behind an op that can apply one as it stores becomes part of that op.
enum FuseActivation {
  static let pass = Pass(
    name: "fuse-activation", summary: "apply nonlinearities where the op before stores its result"
  ) { compilation in
    let old = compilation.graph
    let users = old.users()
    let outputs = Set(old.outputs)
    compilation.graph = try old.rewritten { graph, id, node in
      guard case .activation(let activation) = node.op, let source = old[id].operands.first,
        users[source.index].count == 1, !outputs.contains(source),
        let op = graph[node.operands[0]].op.with(activation)
      else { return graph.append(node) }
      let producer = graph[node.operands[0]]
      return try graph.add(op, producer.operands, name: producer.name)
    }
  }
}

extension GraphOp {
  fileprivate func with(_ activation: Activation) -> GraphOp? {
    switch self {
    case .conv2D(let attributes, var epilogue) where epilogue.activation == .linear:
      epilogue.activation = activation
      return .conv2D(attributes, epilogue)
    case .transposedConv2D(let attributes, var epilogue) where epilogue.activation == .linear:
      epilogue.activation = activation
      return .transposedConv2D(attributes, epilogue)
    case .dense(var epilogue) where epilogue.activation == .linear:
      epilogue.activation = activation
      return .dense(epilogue)
    case .scaleShift(.linear): return .scaleShift(activation)
    case .elementwise(let attributes, .linear): return .elementwise(attributes, activation)
    case .training(.normalize(let epsilon, .linear)):
      return .training(.normalize(epsilon: epsilon, activation: activation))
    default: return nil
    }
  }
}

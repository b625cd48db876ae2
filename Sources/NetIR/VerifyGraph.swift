extension Graph {
  /// Checks what every pass must leave true; throws the first rule that is broken.
  ///
  /// Operands come before their users, every shape is the one that the op's rule gives, inputs are
  /// numbered without holes, outputs exist, and a fused residual is no constant.
  package func verify() throws(GraphProblem) {
    for id in ids {
      let node = self[id]
      for operand in node.operands {
        guard operand.index >= 0, operand < id else {
          throw GraphProblem("`\(node.name)` reads value \(operand.index), which is not computed before it")
        }
      }
      let shape: [Int]
      do {
        shape = try node.op.resultShape(node.operands.map { self[$0].shape })
      } catch {
        throw GraphProblem("\(node.op.name) of `\(node.name)`: \(error.message)")
      }
      guard shape == node.shape else {
        throw GraphProblem("`\(node.name)` is \(node.shape), its op gives \(shape)")
      }
      guard node.layout.hasBlock(upTo: .max), node.layout.isContiguous || node.layout.weights != nil || shape.count == 4
      else {
        throw GraphProblem("`\(node.name)` has a blocked layout and \(shape.count) axes")
      }
    }
    let isConstant = constants()
    for node in nodes where node.op.hasResidual {
      guard let residual = node.operands.last, !isConstant[residual.index] else {
        throw GraphProblem("`\(node.name)` adds a constant as its residual")
      }
    }
    guard !outputs.isEmpty, outputs.allSatisfy({ nodes.indices.contains($0.index) }) else {
      throw GraphProblem("no outputs, or one that does not exist")
    }
    for (expected, id) in inputs.enumerated() {
      guard case .input(expected, _) = self[id].op else {
        throw GraphProblem("inputs are not numbered from 0 without holes")
      }
    }
  }
}

extension GraphOp {
  /// Whether the last operand is added by the epilogue.
  package var hasResidual: Bool {
    switch self {
    case .conv2D(_, let epilogue), .dense(let epilogue): epilogue.residual
    default: false
    }
  }
}

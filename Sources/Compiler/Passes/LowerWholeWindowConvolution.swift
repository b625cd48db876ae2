import NetIR

/// A convolution whose filters are as large as the image is a dense layer: the pixels of a filter lie in the order of
/// the pixels of the image. A register tile of one pixel would wait for its own sums; a dense kernel streams weights.
enum LowerWholeWindowConvolution {
  static let pass = Pass(
    name: "lower-whole-window-convolution",
    summary: "turn convolutions that see the whole image at once into dense layers"
  ) { compilation in
    compilation.graph = try compilation.graph.rewritten { graph, _, node in
      guard case .conv2D(let attributes, let epilogue) = node.op else { return graph.append(node) }
      let input = graph[node.operands[0]].shape
      guard attributes.seesWhole(Size2D(input[2], input[3])) else { return graph.append(node) }
      func flat(_ operand: ValueID) throws(GraphProblem) -> ValueID {
        let shape = graph[operand].shape
        return try graph.add(
          .reshape(shape: [shape[0], shape.dropFirst().reduce(1, *)]), [operand], name: graph[operand].name)
      }
      var operands = node.operands
      operands[0] = try flat(operands[0])
      operands[1] = try flat(operands[1])
      if epilogue.residual { operands[operands.count - 1] = try flat(operands[operands.count - 1]) }
      let dense = try graph.add(.dense(epilogue), operands, name: node.name)
      return try graph.add(.reshape(shape: node.shape), [dense], name: node.name)
    }
  }
}

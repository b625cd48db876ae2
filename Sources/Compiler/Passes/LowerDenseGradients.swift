import NetIR

/// The gradient of a dense layer's weights is gᵀ·x: as a dense layer it wants a copy of each operand, with examples
/// along its rows. Kernels of a GPU that sum gradients of filters read both as they lie, with images of one pixel.
enum LowerDenseGradients {
  static let pass = Pass(
    name: "lower-dense-gradients",
    summary: "turn products of two transposed matrices into gradients of filters, which a GPU sums without copies"
  ) { compilation in
    guard compilation.options.target.isDevice else { return }
    compilation.graph = try compilation.graph.rewritten { graph, _, node in
      guard node.op == .dense(Epilogue(bias: false)), let g = graph.transposedMatrix(node.operands[0]),
        let x = graph.transposedMatrix(node.operands[1])
      else { return graph.append(node) }
      func add(_ op: GraphOp, _ operands: [ValueID]) throws -> ValueID { try graph.add(op, operands, name: node.name) }
      let images = try [x, g].map { try add(.reshape(shape: graph[$0].shape + [1, 1]), [$0]) }
      let gradient = GradientOp.convolutionWeights(ConvolutionAttributes(kernel: Size2D(1)))
      return try add(.reshape(shape: node.shape), [add(.gradient(gradient), images)])
    }
  }
}

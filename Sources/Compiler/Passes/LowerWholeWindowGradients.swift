import NetIR

/// The gradients of a convolution whose filters are as large as the image are those of a dense layer, as the convolution
/// is one: ∂x = g·W and ∂W = gᵀ·x, with an image as a row.
enum LowerWholeWindowGradients {
  static let pass = Pass(
    name: "lower-whole-window-gradients",
    summary: "turn the gradients of convolutions that see the whole image at once into dense layers"
  ) { compilation in
    compilation.graph = try compilation.graph.rewritten { graph, _, node in
      func add(_ op: GraphOp, _ operands: [ValueID]) throws -> ValueID { try graph.add(op, operands, name: node.name) }
      func flat(_ operand: ValueID) throws -> ValueID {
        let shape = graph[operand].shape
        return try add(.reshape(shape: [shape[0], shape.dropFirst().reduce(1, *)]), [operand])
      }
      func transposed(_ operand: ValueID) throws -> ValueID {
        let rows = try flat(operand)
        return try add(.rearrange(.transpose(graph[rows].shape, [1, 0])), [rows])
      }
      let product = GraphOp.dense(Epilogue(bias: false))
      switch node.op {
      case .gradient(.convolutionData(let attributes, let image)) where attributes.seesWhole(image):
        let dense = try add(product, [flat(node.operands[0]), transposed(node.operands[1])])
        return try add(.reshape(shape: node.shape), [dense])
      case .gradient(.convolutionWeights(let attributes, slices: 1)):
        let image = graph[node.operands[0]].shape
        guard attributes.seesWhole(Size2D(image[2], image[3])) else { return graph.append(node) }
        let dense = try add(product, [transposed(node.operands[1]), transposed(node.operands[0])])
        return try add(.reshape(shape: node.shape), [dense])
      default: return graph.append(node)
      }
    }
  }
}

extension ConvolutionAttributes {
  /// Whether each filter meets all pixels of an image of that size, once.
  func seesWhole(_ image: Size2D) -> Bool {
    kernel == image && padding == .none && groups == 1 && (dilation == Size2D(1) || kernel == Size2D(1))
  }
}

import Exchange
import Importing
import Layers
import NetworkTestSupport
import Testing

@testable import ONNX

/// Single operators as layers of a spec. What they compute is checked by onnx's own cases (`NodeTests`).
@Suite struct OperatorImportTests {
  /// A model of one node on an input `x`; constants count up. The spec is one that netc takes.
  private func imported(
    _ type: String, _ attributes: [ONNXAttribute], _ shape: [Int], _ constants: [(String, [Int])] = [],
    opset: Int64 = 22
  ) throws -> ImportedNetwork {
    var model = ONNXModel()
    model.opset = opset
    var node = ONNXNode()
    (node.name, node.type, node.attributes) = ("op", type, attributes)
    (node.inputs, node.outputs) = (["x"] + constants.map(\.0), ["y"])
    model.graph.nodes = [node]
    model.graph.initializers = constants.map { name, shape in
      ONNXTensor(name: name, shape: shape, .floats((0..<shape.reduce(1, *)).map { Float($0) }))
    }
    let sizes = shape.map { ONNXValue.Dimension.size(Int64($0)) }
    model.graph.inputs = [ONNXValue(name: "x", elementType: .float, shape: sizes)]
    model.graph.outputs = [ONNXValue(name: "y", elementType: .float, shape: sizes)]
    var importer = ONNXImport(model, name: "one")
    let network = try importer.imported()
    _ = try Networks.of(network.spec(comment: "one"))
    return network
  }

  private func layers(
    _ type: String, _ attributes: [ONNXAttribute], _ shape: [Int], _ constants: [(String, [Int])] = [],
    opset: Int64 = 22
  ) throws -> [String] {
    let spec = try imported(type, attributes, shape, constants, opset: opset).spec(comment: "one")
    return spec.split(separator: "\n").filter { $0.hasPrefix("  - ") }.dropFirst().map {
      String($0.dropFirst(4)).replacing(/: +/, with: ": ")
    }
  }

  @Test func convolutionsOverOneAndThreeAxes() throws {
    #expect(
      try layers("Conv", [.ints("pads", [1, 2]), .ints("strides", [2])], [2, 3, 9], [("w", [4, 3, 5])])
        == [
          "Conv1D: {name: op, num_filters: 4, filter_size: 5, stride: 2, pad: [[1, 2]], b: null, nonlinearity: linear}"
        ])
    #expect(
      try layers("Conv", [.ints("pads", [1, 0, 1, 1, 0, 1])], [1, 2, 5, 5, 5], [("w", [4, 2, 3, 1, 3]), ("b", [4])])
        == ["Conv3D: {name: op, num_filters: 4, filter_size: [3, 1, 3], pad: [1, 0, 1], nonlinearity: linear}"])
  }

  /// Filters lie as netc has them: (channels, filters, height, width).
  @Test func transposedConvolutions() throws {
    let found = try imported("ConvTranspose", [.ints("strides", [2, 2])], [1, 2, 4, 4], [("w", [2, 3, 2, 2])])
    #expect(found.weights.map(\.name) == ["op.W"] && found.weights[0].shape == [2, 3, 2, 2])
    #expect(found.weights[0].values == (0..<24).map { Float($0) })
    #expect(try Networks.of(found.spec(comment: "t")).weights.map(\.storedShape) == [[2, 3, 2, 2]])
  }

  /// Numbers of a damaged model: refused, and nothing overflows.
  @Test func impossibleNumbers() {
    let huge = Int.max
    for (type, attributes) in [
      ("MaxPool", [ONNXAttribute.ints("kernel_shape", [2, 2]), .ints("pads", [huge, huge, huge, huge])]),
      ("MaxPool", [.ints("kernel_shape", [huge, 2])]),
      ("MaxPool", [.ints("kernel_shape", [2, 2]), .ints("strides", [0, 1])]),
      ("DepthToSpace", [.int("blocksize", huge)]), ("Flatten", [.int("axis", huge)]),
      ("Transpose", [.ints("perm", [0, 1])]),
    ] {
      #expect(throws: ModelProblem.self, "\(type)") { try imported(type, attributes, [1, 2, 4, 4]) }
    }
  }

  @Test func maximaOverOneAndThreeAxes() throws {
    #expect(
      try layers("MaxPool", [.ints("kernel_shape", [3]), .ints("strides", [2])], [1, 2, 9])
        == ["MaxPool1D: {name: op, pool_size: 3, stride: 2}"])
    #expect(
      try layers("MaxPool", [.ints("kernel_shape", [2, 2, 2]), .ints("strides", [2, 2, 2])], [1, 2, 4, 4, 4])
        == ["MaxPool3D: {name: op, pool_size: 2}"])
  }

  /// The factors go into the numbers.
  @Test func scaledProducts() throws {
    let constants = [("w", [3, 2]), ("b", [2])]
    #expect(
      try layers("Gemm", [.float("alpha", 2), .float("beta", 3)], [4, 3], constants)
        == ["Dense: {name: op, num_units: 2, nonlinearity: linear}"])
  }

  @Test func otherAxes() throws {
    #expect(
      try layers("Softmax", [.int("axis", -1)], [1, 4, 5, 6]) == [
        "Dimshuffle: {name: op, pattern: [0, 3, 2, 1]}", "Nonlinearity: {name: op_2, nonlinearity: softmax}",
        "Dimshuffle: {name: op_3, pattern: [0, 3, 2, 1]}",
      ])
    #expect(
      try layers("DepthToSpace", [.int("blocksize", 2)], [1, 8, 2, 3]) == [
        "Reshape: {name: op, shape: [[0], 2, 2, 2, 2, 3]}", "Dimshuffle: {name: op_2, pattern: [0, 3, 4, 1, 5, 2]}",
        "Reshape: {name: op_3, shape: [[0], 2, 4, 6]}",
      ])
    #expect(try layers("Neg", [], [1, 4]) == ["ElemwiseSum: {name: op, coeffs: [-1]}"])
  }

  /// Which pixel is the nearest differs between modes: what repeats pixels is taken, the rest is refused.
  @Test(arguments: [
    ("half_pixel", "round_prefer_floor", 3, true), ("half_pixel", "round_prefer_ceil", 2, true),
    ("half_pixel", "floor", 2, false), ("half_pixel", "ceil", 2, false), ("asymmetric", "floor", 3, true),
    ("asymmetric", "round_prefer_floor", 2, true), ("asymmetric", "round_prefer_floor", 3, false),
    ("asymmetric", "round_prefer_ceil", 2, false), ("tf_half_pixel_for_nn", "floor", 2, true),
    ("align_corners", "floor", 2, false),
  ])
  func nearestPixels(_ transformation: String, _ rounding: String, _ factor: Int, _ isTaken: Bool) {
    #expect(ONNXImport.repeats(4, factor, transformation, rounding) == isTaken)
  }
}

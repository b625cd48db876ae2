import Exchange
import NetIR

/// A case as a graph of netc's ops.
struct VectorGraph {
  var graph: Graph
  /// For the graph's inputs.
  var inputs: [[Float]] = []
  private var constants: [String: [Float]] = [:]

  /// - Returns: nil where netc has no op that does it.
  init?(_ vector: VectorCase) throws {
    graph = Graph(name: vector.name)
    let x = vector.inputs
    switch vector.op {
    case "Conv":
      guard let kernel = vector.integers("kernel_shape"), kernel.count == 2 else { return nil }
      let attributes = ConvolutionAttributes(
        kernel: Size2D(kernel[0], kernel[1]), stride: Size2D(1), dilation: Size2D(1), padding: .none,
        groups: Int(vector.number("group") ?? 1))
      let operands = [try input(x[0])] + (try x.dropFirst().map { try constant($0) })
      try finish(.conv2D(attributes, Epilogue(bias: x.count > 2)), operands)
    case "Gemm", "MatMul":
      guard x[1].shape.count == 2, vector.number("transA") ?? 0 == 0, vector.number("transB") ?? 0 == 0,
        vector.number("alpha") ?? 1 == 1, vector.number("beta") ?? 1 == 1
      else { return nil }
      let (depth, units) = (x[1].shape[0], x[1].shape[1])
      // All but the last size are rows; W has the units first.
      let rows = VectorCase.Tensor(shape: [x[0].shape.elements / depth, depth], values: x[0].values)
      let weights = VectorCase.Tensor(
        shape: [units, depth], values: (0..<units * depth).map { x[1].values[$0 % depth * units + $0 / depth] })
      var operands = [try input(rows), try constant(weights)]
      if x.count > 2 {
        operands.append(try constant(.init(shape: [units], values: Self.repeated(x[2].values, units))))
      }
      try finish(.dense(Epilogue(bias: x.count > 2)), operands)
    case "Add", "Sub", "Mul": guard try addPointwise(vector.op, x) else { return nil }
    case "Relu": try finish(.activation(.rectify), [input(Self.ranked(x[0]))])
    case "LeakyRelu":
      let leakiness = Float(vector.number("alpha") ?? 0.01)
      try finish(.activation(.leakyRectify(leakiness: leakiness)), [input(Self.ranked(x[0]))])
    case "Softmax": try finish(.softmax(axis: Int(vector.number("axis") ?? 1)), [input(x[0])])
    case "GlobalAveragePool": try finish(.globalPool(.mean), [input(x[0])])
    case "Reshape": try finish(.reshape(shape: vector.outputs[0].shape), [input(Self.ranked(x[0]))])
    case "Pad":
      guard vector.attributes["mode"]?.stringValue == "constant", let pads = vector.integers("pads") else { return nil }
      let count = pads.count / 2
      let attributes = PadAttributes(
        before: [0] + pads.prefix(count), after: [0] + pads.suffix(count), value: Float(vector.number("value") ?? 0))
      try finish(.pad(attributes), [input(Self.asExample(x[0]))])
    case "Transpose":
      let data = Self.asExample(x[0])
      let order = vector.integers("perm") ?? Array(x[0].shape.indices.reversed())
      try finish(.rearrange(.transpose(data.shape, [0] + order.map { $0 + 1 })), [input(data)])
    case "Split":
      guard let axis = vector.number("axis"), let sizes = vector.integers("split") else { return nil }
      let data = Self.asExample(x[0])
      let value = try input(data)
      var start = 0
      for size in sizes {
        let slice = Rearrangement.slice(data.shape, axis: Int(axis) + 1, start: start, count: size)
        graph.outputs.append(try graph.add(.rearrange(slice), [value], name: "y"))
        start += size
      }
    case "Upsample": guard try addUpsampling(vector, x[0]) else { return nil }
    default: return nil
    }
  }

  /// Each element next to copies of itself. Interpolation is netc's between pixel centres, the vectors' between corners:
  /// they agree where nothing is enlarged.
  private mutating func addUpsampling(_ vector: VectorCase, _ x: VectorCase.Tensor) throws -> Bool {
    guard let scales = vector.attributes["scales"]?.arrayValue?.compactMap(\.doubleValue) else { return false }
    guard scales.allSatisfy({ $0 == $0.rounded() }) else { return false }
    if vector.attributes["mode"]?.stringValue == "linear" {
      guard x.shape.count == 4, scales.allSatisfy({ $0 == 1 }) else { return false }
      try finish(.upscaleBilinear(Size2D(1)), [input(x)])
      return true
    }
    let data = Self.asExample(x)
    var axes: [Rearrangement.Axis] = []
    for (axis, size) in data.shape.enumerated() {
      axes.append(Rearrangement.Axis(axis, count: size))
      let scale = axis == 0 ? 1 : Int(scales[axis - 1])
      if scale > 1 { axes.append(Rearrangement.Axis(nil, count: scale)) }
    }
    let starts = data.shape.map { _ in 0 }
    try finish(.rearrange(Rearrangement(starts: starts, axes: axes)), [input(data)])
    return true
  }

  /// Two tensors number by number. One that is smaller is a constant: one number for all or one for each place of
  /// axis 1 is a scale or a shift, one example serves a whole batch.
  private mutating func addPointwise(_ op: String, _ x: [VectorCase.Tensor]) throws -> Bool {
    let isSwapped = x[0].shape.elements < x[1].shape.elements
    let (large, small) = isSwapped ? (x[1], x[0]) : (x[0], x[1])
    let data = Self.ranked(large)
    if small.shape.elements == 1 || data.shape.count == 2 && small.shape == [data.shape[1]] {
      let channels = data.shape[1]
      let other = Self.repeated(small.values, channels)
      func vector(_ values: [Float]) -> VectorCase.Tensor { .init(shape: [channels], values: values) }
      let one = [Float](repeating: 1, count: channels)
      let scale = op == "Mul" ? other : op == "Sub" && isSwapped ? one.map { -$0 } : one
      let shift = op == "Mul" ? one.map { _ in 0 } : op == "Sub" && !isSwapped ? other.map { -$0 } : other
      try finish(.scaleShift(.linear), [input(data), constant(vector(scale)), constant(vector(shift))])
      return true
    }
    let example = small.shape.count == data.shape.count ? small.shape : [1] + small.shape
    guard example == data.shape || example.dropFirst() == data.shape.dropFirst() else { return false }
    let coefficients: [Float] = op != "Sub" ? [] : isSwapped ? [-1, 1] : [1, -1]
    let attributes = ElementwiseAttributes(kind: op == "Mul" ? .mul : .sum, coefficients: coefficients)
    let operands = [try input(data), try constant(.init(shape: example, values: small.values))]
    try finish(.elementwise(attributes, .linear), operands)
    return true
  }

  /// A single number or a list as a batch of one example.
  private static func ranked(_ tensor: VectorCase.Tensor) -> VectorCase.Tensor {
    guard tensor.shape.count < 2 else { return tensor }
    return .init(shape: [1, tensor.shape.elements], values: tensor.values)
  }

  /// A tensor as the only example of a batch: ops that change the axes of a batch leave the first alone.
  private static func asExample(_ tensor: VectorCase.Tensor) -> VectorCase.Tensor {
    .init(shape: [1] + tensor.shape, values: tensor.values)
  }

  private static func repeated(_ values: [Float], _ count: Int) -> [Float] {
    values.count == count ? values : [Float](repeating: values[0], count: count)
  }

  private mutating func input(_ tensor: VectorCase.Tensor) throws -> ValueID {
    inputs.append(tensor.values)
    return try graph.add(.input(index: inputs.count - 1, shape: tensor.shape), name: "x")
  }

  private mutating func constant(_ tensor: VectorCase.Tensor) throws -> ValueID {
    let name = "c\(constants.count)"
    constants[name] = tensor.values
    return try graph.add(.constant(name: name, shape: tensor.shape), name: name)
  }

  private mutating func finish(_ op: GraphOp, _ operands: [ValueID]) throws {
    graph.outputs = [try graph.add(op, operands, name: "y")]
  }

  func parameter(_ name: String, _ shape: [Int]) throws -> [Float] {
    guard let values = constants[name] else { throw GraphProblem("no constant \(name)") }
    return values
  }
}

import NetIR

/// Ops that work on each element by itself, as one kernel: what it computes, without sizes, so that groups of the same
/// kind share a text.
package struct PointwiseGroup: Hashable, Sendable {
  package enum Value: Hashable, Sendable {
    /// An element of operand n.
    case operand(Int)
    /// What operation n gave.
    case result(Int)
    /// The number that counter n gives an element: where random numbers belong to it.
    case place(Int)
  }

  package struct Operation: Hashable, Sendable {
    /// One of `pointwise` ops.
    package var op: GraphOp
    package var values: [Value]

    var isOfTraining: Bool { op.isOfTraining }

    package init(_ op: GraphOp, _ values: [Value]) { (self.op, self.values) = (op, values) }
  }

  package var operations: [Operation]
  package var operandCount: Int
  /// Counters, each a view without memory.
  package var placeCount: Int
  /// Operations whose results are written.
  package var stored: [Int]
  /// Whether neighbouring threads take neighbouring channels, not neighbouring pixels.
  package var channelsFirst: Bool

  package init(
    operations: [Operation], operandCount: Int, placeCount: Int = 0, stored: [Int], channelsFirst: Bool
  ) {
    (self.operations, self.operandCount, self.placeCount) = (operations, operandCount, placeCount)
    (self.stored, self.channelsFirst) = (stored, channelsFirst)
  }

  package var isOfTraining: Bool { operations.contains(where: \.isOfTraining) }

  /// A kernel. Its structure has the addresses of operands and results, the shape, and a view and a storage of each,
  /// and the views of counters.
  package func text(name: String) -> String {
    let inputs = (0..<operandCount).map { "x\($0)" }
    let outputs = stored.indices.map { "y\($0)" }
    var text = "struct \(name)_arguments {\n"
    for input in inputs { text += "  const void *\(input);\n" }
    for output in outputs { text += "  void *\(output);\n" }
    text += "  int images, channels, height, width;\n"
    for tensor in inputs + outputs { text += "  View \(tensor)_view;\n" }
    for tensor in inputs + outputs { text += "  int \(tensor)_storage;\n" }
    for place in 0..<placeCount { text += "  View p\(place)_view;\n" }
    text += "};\n\nNETC_KERNEL(\(name), \(name)_arguments, \(inputs.count + outputs.count)) {\n"
    text += "  EACH(i, (long long)a.images * a.channels * a.height * a.width) {\n"
    text += channelsFirst ? Self.channelsFirst : Self.pixelsFirst
    for place in 0..<placeCount {
      text += "    const unsigned long long p\(place) = (unsigned long long)at(a.p\(place)_view, n, c, y, x);\n"
    }
    if operations.contains(where: { if case .gradient(.normalizeData) = $0.op { true } else { false } }) {
      text += "    const float per_channel = (float)((long long)a.images * a.height * a.width);\n"
    }
    var loaded: Set<Int> = []
    for (index, operation) in operations.enumerated() {
      for case .operand(let operand) in operation.values where loaded.insert(operand).inserted {
        // Of one operand alone an extremum, or of a linear function the slope, asks nothing.
        text += "    [[maybe_unused]] const float u\(operand) = "
        text += "load(a.x\(operand), at(a.x\(operand)_view, n, c, y, x), a.x\(operand)_storage);\n"
      }
      text += "    const float v\(index) = \(Self.expression(operation));\n"
      if let place = stored.firstIndex(of: index) {
        text += "    store(a.y\(place), at(a.y\(place)_view, n, c, y, x), a.y\(place)_storage, v\(index));\n"
      }
    }
    return text + "  }\n}\n\n"
  }

  private static let channelsFirst = """
        const int c = (int)(i % a.channels), x = (int)(i / a.channels % a.width);
        const int y = (int)(i / a.channels / a.width % a.height), n = (int)(i / a.channels / a.width / a.height);

    """
  private static let pixelsFirst = """
        const int x = (int)(i % a.width), y = (int)(i / a.width % a.height);
        const int c = (int)(i / a.width / a.height % a.channels), n = (int)(i / a.width / a.height / a.channels);

    """

  private static func expression(_ operation: Operation) -> String {
    let names = operation.values.map { value in
      switch value {
      case .operand(let index): "u\(index)"
      case .result(let index): "v\(index)"
      case .place(let index): "p\(index)"
      }
    }
    switch operation.op {
    case .activation(let activation): return activated(names[0], activation)
    case .scaleShift(let activation): return activated("\(names[0]) * \(names[1]) + \(names[2])", activation)
    case .parametricRectify: return "\(names[0]) > 0 ? \(names[0]) : \(names[1]) * \(names[0])"
    case .elementwise(let attributes, let activation): return activated(combined(attributes, names), activation)
    case .fill(let value, _): return literal(value)
    case .training(let op): return training(op, names) ?? names[0]
    case .gradient(let op): return gradient(op, names) ?? names[0]
    default: return names[0]
    }
  }

  private static func combined(_ attributes: ElementwiseAttributes, _ names: [String]) -> String {
    switch attributes.kind {
    case .sum:
      let factors = attributes.coefficients
      return names.indices.map { factors.isEmpty ? names[$0] : "\(literal(factors[$0])) * \(names[$0])" }
        .joined(separator: " + ")
    case .mul: return names.joined(separator: " * ")
    case .mean: return "(\(names.joined(separator: " + "))) / \(names.count)"
    case .max, .min:
      let sign = attributes.kind == .max ? ">" : "<"
      return names.dropFirst().reduce(names[0]) { "(\($0) \(sign) \($1) ? \($0) : \($1))" }
    }
  }

  static func activated(_ x: String, _ activation: Activation) -> String {
    switch activation {
    case .linear: x
    case .leakyRectify(let leakiness): "leaky_rectify(\(x), \(literal(leakiness)))"
    case .scaledTanh(let scaleIn, let scaleOut): "scaled_tanh(\(x), \(literal(scaleIn)), \(literal(scaleOut)))"
    case .clip(let least, let most): "clip(\(x), \(literal(least)), \(literal(most)))"
    case .tanh: "tanhf(\(x))"
    default: "\(activation.name)(\(x))"
    }
  }

  /// The shortest decimal that reads back as the same number.
  static func literal(_ value: Float) -> String { value < 0 ? "(\(value)f)" : "\(value)f" }
}

import Exchange

/// The part of an ONNX model that netc reads and writes. Fields have the format's names and numbers
/// (https://onnx.ai/onnx/repo-docs/IR.html); others are skipped.
package struct ONNXModel: Sendable, Equatable {
  package var irVersion: Int64 = 0
  package var producerName = ""
  package var producerVersion = ""
  package var graph = ONNXGraph()
  /// The version of the operators without a domain.
  package var opset: Int64 = 0
  /// Domains other than the standard one.
  package var otherDomains: [String] = []

  package init() {}

  package init(bytes: UnsafeRawBufferPointer) throws(ModelProblem) {
    var hasGraph = false
    try ProtobufReader.forEach(bytes) { (field) throws(ModelProblem) in
      switch field.number {
      case 1: irVersion = try field.integer()
      case 2: producerName = try field.text()
      case 3: producerVersion = try field.text()
      case 7:
        graph = try ONNXGraph(bytes: try field.message())
        hasGraph = true
      case 8: try readOpset(try field.message())
      default: break
      }
    }
    guard hasGraph else { throw .damaged("it has no graph") }
  }

  private mutating func readOpset(_ bytes: UnsafeRawBufferPointer) throws(ModelProblem) {
    var (domain, version) = ("", Int64(0))
    try ProtobufReader.forEach(bytes) { (field) throws(ModelProblem) in
      if field.number == 1 { domain = try field.text() }
      if field.number == 2 { version = try field.integer() }
    }
    if domain.isEmpty || domain == "ai.onnx" { opset = version } else { otherDomains.append(domain) }
  }

  /// Whether every input takes any number of examples.
  package var hasFreeBatch: Bool {
    graph.inputs.allSatisfy { if case .named = $0.shape?.first { true } else { false } }
  }

  package func serialized() -> [UInt8] {
    var writer = ProtobufWriter()
    writer.write(1, irVersion)
    writer.write(2, producerName)
    writer.write(3, producerVersion)
    writer.write(7) { graph.write(to: &$0) }
    writer.write(8) {
      $0.write(1, "")
      $0.write(2, opset)
    }
    return writer.bytes
  }
}

package struct ONNXGraph: Sendable, Equatable {
  package var name = ""
  package var nodes: [ONNXNode] = []
  package var initializers: [ONNXTensor] = []
  package var inputs: [ONNXValue] = []
  package var outputs: [ONNXValue] = []

  package init() {}

  init(bytes: UnsafeRawBufferPointer) throws(ModelProblem) {
    try ProtobufReader.forEach(bytes) { (field) throws(ModelProblem) in
      switch field.number {
      case 1: nodes.append(try ONNXNode(bytes: try field.message()))
      case 2: name = try field.text()
      case 5: initializers.append(try ONNXTensor(bytes: try field.message()))
      case 11: inputs.append(try ONNXValue(bytes: try field.message()))
      case 12: outputs.append(try ONNXValue(bytes: try field.message()))
      default: break
      }
    }
  }

  func write(to writer: inout ProtobufWriter) {
    for node in nodes { writer.write(1) { node.write(to: &$0) } }
    writer.write(2, name)
    for tensor in initializers { writer.write(5) { tensor.write(to: &$0) } }
    for input in inputs { writer.write(11) { input.write(to: &$0) } }
    for output in outputs { writer.write(12) { output.write(to: &$0) } }
  }
}

/// A value that the graph takes or gives, of floats.
package struct ONNXValue: Sendable, Equatable {
  package enum Dimension: Sendable, Equatable {
    case size(Int64)
    case named(String)
    case unknown
  }

  package var name = ""
  package var elementType: Int64 = 0
  /// nil where the file does not say.
  package var shape: [Dimension]?

  package init(name: String, elementType: ONNXTensor.ElementType, shape: [Dimension]) {
    (self.name, self.elementType, self.shape) = (name, elementType.rawValue, shape)
  }

  init(bytes: UnsafeRawBufferPointer) throws(ModelProblem) {
    try ProtobufReader.forEach(bytes) { (field) throws(ModelProblem) in
      if field.number == 1 { name = try field.text() }
      if field.number == 2 {
        try ProtobufReader.forEach(try field.message()) { (field) throws(ModelProblem) in
          if field.number == 1 { try readTensor(try field.message()) }
        }
      }
    }
  }

  private mutating func readTensor(_ bytes: UnsafeRawBufferPointer) throws(ModelProblem) {
    try ProtobufReader.forEach(bytes) { (field) throws(ModelProblem) in
      if field.number == 1 { elementType = try field.integer() }
      if field.number == 2 {
        var dimensions: [Dimension] = []
        try ProtobufReader.forEach(try field.message()) { (field) throws(ModelProblem) in
          if field.number == 1 { dimensions.append(try Self.dimension(try field.message())) }
        }
        shape = dimensions
      }
    }
  }

  private static func dimension(_ bytes: UnsafeRawBufferPointer) throws(ModelProblem) -> Dimension {
    var dimension = Dimension.unknown
    try ProtobufReader.forEach(bytes) { (field) throws(ModelProblem) in
      if field.number == 1 { dimension = .size(try field.integer()) }
      if field.number == 2 { dimension = .named(try field.text()) }
    }
    return dimension
  }

  func write(to writer: inout ProtobufWriter) {
    writer.write(1, name)
    writer.write(2) {
      $0.write(1) {
        $0.write(1, elementType)
        $0.write(2) { for dimension in shape ?? [] { $0.write(1) { dimension.write(to: &$0) } } }
      }
    }
  }
}

extension ONNXValue.Dimension {
  fileprivate func write(to writer: inout ProtobufWriter) {
    switch self {
    case .size(let size): writer.write(1, size)
    case .named(let name): writer.write(2, name)
    case .unknown: break
    }
  }
}

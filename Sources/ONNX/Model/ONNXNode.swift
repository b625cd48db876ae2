import Exchange

package struct ONNXNode: Sendable, Equatable {
  package var name = ""
  package var type = ""
  /// Other than the standard operators'.
  package var domain = ""
  /// Names of values; empty where an optional input is left out.
  package var inputs: [String] = []
  package var outputs: [String] = []
  package var attributes: [ONNXAttribute] = []

  package init() {}

  init(bytes: UnsafeRawBufferPointer) throws(ModelProblem) {
    try ProtobufReader.forEach(bytes) { (field) throws(ModelProblem) in
      switch field.number {
      case 1: inputs.append(try field.text())
      case 2: outputs.append(try field.text())
      case 3: name = try field.text()
      case 4: type = try field.text()
      case 5: attributes.append(try ONNXAttribute(bytes: try field.message()))
      case 7: domain = try field.text()
      default: break
      }
    }
  }

  func write(to writer: inout ProtobufWriter) {
    for input in inputs { writer.write(1, input) }
    for output in outputs { writer.write(2, output) }
    writer.write(3, name)
    writer.write(4, type)
    for attribute in attributes { writer.write(5) { attribute.write(to: &$0) } }
  }

  package subscript(_ name: String) -> ONNXAttribute.Value? { attributes.first { $0.name == name }?.value }
}

package struct ONNXAttribute: Sendable, Equatable {
  package enum Value: Sendable, Equatable {
    case float(Float)
    case int(Int64)
    case string(String)
    case tensor(ONNXTensor)
    case floats([Float])
    case ints([Int64])
    /// Graphs, and what newer versions of the format add.
    case other
  }

  package var name = ""
  package var value = Value.other

  package init(_ name: String, _ value: Value) { (self.name, self.value) = (name, value) }

  static func int(_ name: String, _ value: Int) -> ONNXAttribute { .init(name, .int(Int64(value))) }
  static func ints(_ name: String, _ values: [Int]) -> ONNXAttribute { .init(name, .ints(values.map(Int64.init))) }
  static func float(_ name: String, _ value: Float) -> ONNXAttribute { .init(name, .float(value)) }
  static func string(_ name: String, _ value: String) -> ONNXAttribute { .init(name, .string(value)) }

  init(bytes: UnsafeRawBufferPointer) throws(ModelProblem) {
    var (type, floats, ints): (Int64, [Float], [Int64]) = (0, [], [])
    var single: [Int64: Value] = [:]
    try ProtobufReader.forEach(bytes) { (field) throws(ModelProblem) in
      switch field.number {
      case 1: name = try field.text()
      case 2: single[1] = .float(try field.float())
      case 3: single[2] = .int(try field.integer())
      case 4: single[3] = .string(try field.text())
      case 5: single[4] = .tensor(try ONNXTensor(bytes: try field.message()))
      case 7: floats += try field.floats()
      case 8: ints += try field.integers()
      case 20: type = try field.integer()
      default: break
      }
    }
    // Writers before version 2 of the format did not say the type.
    if type == 0 { type = single.keys.first ?? (floats.isEmpty ? ints.isEmpty ? 0 : 7 : 6) }
    value =
      switch type {
      // A value of 0 need not be written.
      case 1: single[1] ?? .float(0)
      case 2: single[2] ?? .int(0)
      case 3: single[3] ?? .string("")
      case 4: single[4] ?? .other
      case 6: .floats(floats)
      case 7: .ints(ints)
      default: .other
      }
  }

  func write(to writer: inout ProtobufWriter) {
    writer.write(1, name)
    switch value {
    case .float(let value):
      writer.write(2, value)
      writer.write(20, 1 as Int64)
    case .int(let value):
      writer.write(3, value)
      writer.write(20, 2 as Int64)
    case .string(let value):
      writer.write(4, value)
      writer.write(20, 3 as Int64)
    case .tensor(let tensor):
      writer.write(5) { tensor.write(to: &$0) }
      writer.write(20, 4 as Int64)
    case .floats(let values):
      for value in values { writer.write(7, value) }
      writer.write(20, 6 as Int64)
    case .ints(let values):
      for value in values { writer.write(8, value) }
      writer.write(20, 7 as Int64)
    case .other: break
    }
  }
}

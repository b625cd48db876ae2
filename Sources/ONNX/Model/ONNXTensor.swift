import Exchange

/// A constant of a model.
package struct ONNXTensor: Sendable, Equatable {
  package enum ElementType: Int64, Sendable {
    case float = 1
    case int32 = 6
    case int64 = 7
    case float16 = 10
    case double = 11
    case bfloat16 = 16
  }

  package enum Numbers: Sendable, Equatable {
    case floats([Float])
    case integers([Int64])
  }

  package var name = ""
  package var shape: [Int] = []
  /// In C order.
  package var numbers = Numbers.floats([])

  package init(name: String, shape: [Int], _ numbers: Numbers) {
    (self.name, self.shape, self.numbers) = (name, shape, numbers)
  }

  /// More than any file can hold.
  private static let mostElements = 1 << 33

  init(bytes: UnsafeRawBufferPointer) throws(ModelProblem) {
    var (dims, type): ([Int64], Int64) = ([], 0)
    var (floats, doubles, ints): ([Float], [Double], [Int64]) = ([], [], [])
    var raw: UnsafeRawBufferPointer?
    var isElsewhere = false
    try ProtobufReader.forEach(bytes) { (field) throws(ModelProblem) in
      switch field.number {
      case 1: dims += try field.integers()
      case 2: type = try field.integer()
      case 4: floats += try field.floats()
      case 5, 7: ints += try field.integers()
      case 8: name = try field.text()
      case 9: raw = try field.message()
      case 10: doubles += try field.doubles()
      case 14: isElsewhere = try field.integer() == 1
      default: break
      }
    }
    guard !isElsewhere else { throw .unsupported(["the numbers of `\(name)` lie in another file"]) }
    // Axes of size 0 count as one here, so that no part of a shape has more elements than can be.
    var elements = 1
    for size in dims {
      guard size >= 0, size <= Self.mostElements, elements <= Self.mostElements / max(1, Int(size)) else {
        throw .damaged("`\(name)` has impossible sizes")
      }
      elements *= max(1, Int(size))
      shape.append(Int(size))
    }
    if shape.contains(0) { elements = 0 }
    guard let type = ElementType(rawValue: type) else {
      throw .unsupported(["`\(name)` has elements of type \(type); netc takes floats and whole numbers"])
    }
    if let raw {
      numbers = try Self.numbers(raw, type, elements, name)
    } else {
      switch type {
      case .float: numbers = .floats(floats)
      case .double: numbers = .floats(doubles.map(Float.init))
      case .int32, .int64: numbers = .integers(ints)
      // Sixteen bits each, in the field of the whole numbers.
      case .float16: numbers = .floats(ints.map { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: $0))) })
      case .bfloat16: numbers = .floats(ints.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0) << 16) })
      }
    }
    guard count == elements else {
      throw .damaged("`\(name)` has \(count) numbers, its sizes make \(elements)")
    }
  }

  private var count: Int {
    switch numbers {
    case .floats(let values): values.count
    case .integers(let values): values.count
    }
  }

  private static func numbers(
    _ raw: UnsafeRawBufferPointer, _ type: ElementType, _ elements: Int, _ name: String
  ) throws(ModelProblem) -> Numbers {
    let size =
      switch type {
      case .float16, .bfloat16: 2
      case .float, .int32: 4
      case .double, .int64: 8
      }
    guard raw.count == elements * size else {
      throw .damaged("`\(name)` has \(raw.count) bytes, its sizes make \(elements * size)")
    }
    func all<Bits: FixedWidthInteger, Number>(_ convert: (Bits) -> Number) -> [Number] {
      (0..<elements).map { convert(Bits(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * size, as: Bits.self))) }
    }
    return switch type {
    case .float: .floats(all { (bits: UInt32) in Float(bitPattern: bits) })
    case .double: .floats(all { (bits: UInt64) in Float(Double(bitPattern: bits)) })
    case .float16: .floats(all { (bits: UInt16) in Float(Float16(bitPattern: bits)) })
    case .bfloat16: .floats(all { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) })
    case .int32: .integers(all { (bits: Int32) in Int64(bits) })
    case .int64: .integers(all { (bits: Int64) in bits })
    }
  }

  func write(to writer: inout ProtobufWriter) {
    for size in shape { writer.write(1, Int64(size)) }
    switch numbers {
    case .floats(let values):
      writer.write(2, ElementType.float.rawValue)
      writer.write(8, name)
      // netc runs on machines whose memory has the order of the format.
      values.withUnsafeBytes { writer.write(9, $0) }
    case .integers(let values):
      writer.write(2, ElementType.int64.rawValue)
      writer.write(8, name)
      values.withUnsafeBytes { writer.write(9, $0) }
    }
  }
}

/// Walks over the fields of a message in the wire format of protocol buffers. Nothing is read beyond the message,
/// whatever its lengths say.
package struct ProtobufReader {
  package enum Value {
    case integer(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    case bytes(UnsafeRawBufferPointer)
  }

  package struct Field {
    package var number: Int
    package var value: Value
  }

  private let bytes: UnsafeRawBufferPointer
  private var place = 0

  /// - Parameter bytes: of one message; they have to outlive the reader and what it returns.
  package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The next field; nil at the end of the message.
  package mutating func next() throws(ModelProblem) -> Field? {
    guard place < bytes.count else { return nil }
    let key = try varint()
    let number = Int(key >> 3 & 0x1FFF_FFFF)
    guard number > 0, key >> 32 == 0 else { throw .damaged("a field without a number") }
    switch key & 7 {
    case 0: return Field(number: number, value: .integer(try varint()))
    case 1: return Field(number: number, value: .fixed64(UInt64(littleEndian: try fixed())))
    case 2:
      let length = try varint()
      guard length <= UInt64(bytes.count - place) else { throw .damaged("a field that is longer than the file") }
      defer { place += Int(length) }
      return Field(number: number, value: .bytes(UnsafeRawBufferPointer(rebasing: bytes[place..<place + Int(length)])))
    case 5: return Field(number: number, value: .fixed32(UInt32(littleEndian: try fixed())))
    default: throw .damaged("a field of a kind that does not exist")
    }
  }

  /// Calls `body` with every field.
  package static func forEach(_ bytes: UnsafeRawBufferPointer, _ body: (Field) throws(ModelProblem) -> Void)
    throws(ModelProblem)
  {
    var reader = ProtobufReader(bytes)
    while let field = try reader.next() { try body(field) }
  }

  private mutating func varint() throws(ModelProblem) -> UInt64 {
    var (value, shift) = (UInt64(0), UInt64(0))
    while place < bytes.count, shift < 64 {
      let byte = bytes[place]
      place += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
      shift += 7
    }
    throw .damaged(place < bytes.count ? "a number of more than 64 bits" : "it ends within a number")
  }

  private mutating func fixed<Number: FixedWidthInteger>() throws(ModelProblem) -> Number {
    let size = MemoryLayout<Number>.size
    guard bytes.count - place >= size else { throw .damaged("it ends within a number") }
    defer { place += size }
    return bytes.loadUnaligned(fromByteOffset: place, as: Number.self)
  }
}

extension ProtobufReader.Field {
  package func integer() throws(ModelProblem) -> Int64 {
    guard case .integer(let value) = value else { throw mismatch("a whole number") }
    return Int64(bitPattern: value)
  }

  package func float() throws(ModelProblem) -> Float {
    guard case .fixed32(let bits) = value else { throw mismatch("a number") }
    return Float(bitPattern: bits)
  }

  package func message() throws(ModelProblem) -> UnsafeRawBufferPointer {
    guard case .bytes(let bytes) = value else { throw mismatch("a message") }
    return bytes
  }

  package func text() throws(ModelProblem) -> String {
    guard let text = String(validating: try message(), as: UTF8.self) else {
      throw .damaged("field \(number) is not text")
    }
    return text
  }

  /// One number, or several packed into one field.
  package func integers() throws(ModelProblem) -> [Int64] {
    guard case .bytes(let bytes) = value else { return [try integer()] }
    var (result, rest): ([Int64], ProtobufReader) = ([], ProtobufReader(bytes))
    while let value = try rest.packedInteger() { result.append(Int64(bitPattern: value)) }
    return result
  }

  /// One number, or several packed into one field.
  package func floats() throws(ModelProblem) -> [Float] {
    guard case .bytes(let bytes) = value else { return [try float()] }
    guard bytes.count % 4 == 0 else { throw mismatch("numbers of four bytes") }
    return (0..<bytes.count / 4).map {
      Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
    }
  }

  /// One number, or several packed into one field.
  package func doubles() throws(ModelProblem) -> [Double] {
    if case .fixed64(let bits) = value { return [Double(bitPattern: bits)] }
    let bytes = try message()
    guard bytes.count % 8 == 0 else { throw mismatch("numbers of eight bytes") }
    return (0..<bytes.count / 8).map {
      Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)))
    }
  }

  private func mismatch(_ wanted: String) -> ModelProblem { .damaged("field \(number) is not \(wanted)") }
}

extension ProtobufReader {
  fileprivate mutating func packedInteger() throws(ModelProblem) -> UInt64? {
    place < bytes.count ? try varint() : nil
  }
}

/// Writes messages in the wire format of protocol buffers: fields with their numbers, in any order.
///
/// Format: https://protobuf.dev/programming-guides/encoding/. A library for it exists; linked into netc, it would make
/// every start of the program half as long again, for the sake of these few lines.
package struct ProtobufWriter {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func write(_ field: Int, _ value: Int64) {
    append(varint: UInt64(field) << 3)
    append(varint: UInt64(bitPattern: value))
  }

  package mutating func write(_ field: Int, _ value: Float) {
    append(varint: UInt64(field) << 3 | 5)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  package mutating func write(_ field: Int, _ text: String) {
    append(length: text.utf8.count, of: field)
    bytes.append(contentsOf: text.utf8)
  }

  /// - Parameter data: in the order of memory.
  package mutating func write(_ field: Int, _ data: UnsafeRawBufferPointer) {
    append(length: data.count, of: field)
    bytes.append(contentsOf: data)
  }

  /// A message within this one.
  package mutating func write(_ field: Int, _ body: (inout ProtobufWriter) -> Void) {
    append(varint: UInt64(field) << 3 | 2)
    let start = bytes.count
    body(&self)
    // Its length is known now, and belongs in front of it.
    var length = ProtobufWriter()
    length.append(varint: UInt64(bytes.count - start))
    bytes.insert(contentsOf: length.bytes, at: start)
  }

  private mutating func append(length: Int, of field: Int) {
    append(varint: UInt64(field) << 3 | 2)
    append(varint: UInt64(length))
  }

  /// Seven bits a byte, the lowest first; the eighth says that more follow.
  private mutating func append(varint value: UInt64) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

import CZlib

/// CRC-32 (ISO 3309, the polynomial of gzip and PNG) over bytes that arrive in parts.
///
/// It detects damage such as flipped or missing bytes. It is no protection against an adversary.
package struct Digest: Sendable, Equatable {
  /// The checksum of all bytes so far; that of no bytes is 0.
  package private(set) var value: UInt32 = 0

  package init() {}

  package init(of bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  package init(of bytes: UnsafeRawBufferPointer) {
    update(bytes)
  }

  /// Continues with `bytes`.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    let start = base.assumingMemoryBound(to: UInt8.self)
    value = UInt32(truncatingIfNeeded: crc32_z(UInt(value), start, bytes.count))
  }

  /// Eight hexadecimal digits in lower case.
  package var hexadecimal: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}

import CZlib
import Diagnostics
import Exchange

/// Decompresses gzip files.
///
/// Source: RFC 1952; zlib checks the CRC-32 and the length of every member.
package enum Gzip {
  /// The most bytes that a file may decompress to unless the caller says otherwise: 2 GiB.
  package static let defaultLimit = 2 << 30

  /// Whether `bytes` begin as a gzip file does.
  package static func isGzip(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.starts(with: [0x1F, 0x8B])
  }

  /// Decompresses the file at `path`; N0501 or N0510.
  package static func inflate(path: String, limit: Int = defaultLimit) throws(DiagnosticError) -> [UInt8] {
    let file = try MappedFile(path: path)
    return try file.withBytes { (bytes) throws(DiagnosticError) in
      try inflate(bytes, name: path, limit: limit)
    }
  }

  package static func inflate(
    _ bytes: [UInt8], name: String, limit: Int = defaultLimit
  ) throws(DiagnosticError) -> [UInt8] {
    try bytes.withUnsafeBufferPointer { (part) throws(DiagnosticError) in
      try inflate(UnsafeRawBufferPointer(part), name: name, limit: limit)
    }
  }

  /// The concatenated content of all members in `bytes`; `name` stands for the path in diagnostics.
  ///
  /// Zeros after the last member, which tapes and block devices leave, are ignored. Throws N0510 for data that
  /// are damaged, cut short, followed by something else, or that yield more than `limit` bytes.
  package static func inflate(
    _ bytes: UnsafeRawBufferPointer, name: String, limit: Int = defaultLimit
  ) throws(DiagnosticError) -> [UInt8] {
    let inflater = try Inflater(path: name)
    var output: [UInt8] = []
    var offset = 0
    var member = 0
    repeat {
      member += 1
      let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
      guard isGzip(rest) else {
        throw fault(
          name, member == 1 ? "the file is not gzip" : "after the compressed data comes something else",
          notes: ["at byte \(offset.grouped) of the file"])
      }
      offset += try inflater.inflateMember(
        rest, number: member, startingAt: offset, limit: limit, into: &output)
    } while !bytes[offset...].allSatisfy { $0 == 0 }
    return output
  }

  static func fault(
    _ path: String, _ message: String, notes: [String] = [],
    help: [String] = ["download or compress the file again; `gzip -t` checks it"]
  ) -> DiagnosticError {
    FileFault.make(.damagedGzip, in: path, message, notes: notes, help: help)
  }
}

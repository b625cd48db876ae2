import CZlib
import Diagnostics
import Exchange

/// Writes NumPy's `.npz`: a zip archive of float32 arrays, stored as they are.
///
/// Source: PKWARE, ".ZIP File Format Specification" 6.3.10, sections 4.3 and 4.4. Archives of more than 4 GiB would need
/// its extensions for larger ones, and are refused.
package struct NpzWriter {
  /// The elements of an array in C order.
  package typealias Body = () throws(DiagnosticError) -> [Float]

  private struct Entry {
    var name: String
    var shape: [Int]
    var body: Body
  }

  /// An array that was written.
  private struct Written {
    var name: [UInt8]
    var size: UInt32
    var checksum: UInt32
    var start: UInt32
  }

  private var entries: [Entry] = []

  package init() {}

  /// Adds an array; `body` is called when the file is written.
  package mutating func add(_ name: String, _ shape: [Int], body: @escaping Body) {
    entries.append(Entry(name: name, shape: shape, body: body))
  }

  /// Creates or replaces the file at `path`, whole or not at all; N0513.
  package func write(to path: String) throws(DiagnosticError) {
    try AtomicFile.write(path: path) { (writer) throws(DiagnosticError) in
      var written: [Written] = []
      for entry in entries { written.append(try write(entry, &writer)) }
      guard Set(entries.map(\.name)).count == entries.count else { throw Self.fault(path, "a name comes twice") }
      try writeDirectory(written, &writer)
    }
  }

  private func write(_ entry: Entry, _ writer: inout FileWriter) throws(DiagnosticError) -> Written {
    let path = writer.path
    let elements = try entry.body()
    guard ShapeSize.elementCount(entry.shape) == elements.count else {
      throw Self.fault(path, "`\(entry.name)` has not the elements of \(ShapeSize.text(entry.shape))")
    }
    let header = try FileWriter.collect(name: path) { (writer) throws(DiagnosticError) in
      try Npy.writeHeader(shape: entry.shape, into: &writer)
    }
    let name = Array("\(entry.name).npy".utf8)
    guard let size = UInt32(exactly: header.count + 4 * elements.count), let start = UInt32(exactly: writer.position),
      UInt16(exactly: name.count) != nil
    else { throw Self.fault(path, "an archive holds 4 GiB; safetensors hold any size") }
    var checksum = header.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
    checksum = elements.withUnsafeBytes {
      crc32_z(checksum, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count)
    }
    let written = Written(name: name, size: size, checksum: UInt32(truncatingIfNeeded: checksum), start: start)
    try writer.write(littleEndian: UInt32(0x0403_4B50))
    try describe(written, &writer)
    try writer.write(name)
    try writer.write(header)
    try writer.write(elements)
    return written
  }

  /// What the header of an entry and the directory have in common: version 2.0, no flags, stored, 1 January 1980.
  private func describe(_ entry: Written, _ writer: inout FileWriter) throws(DiagnosticError) {
    for word in [20, 0, 0, 0, 0x21] as [UInt16] { try writer.write(littleEndian: word) }
    for word in [entry.checksum, entry.size, entry.size] { try writer.write(littleEndian: word) }
    try writer.write(littleEndian: UInt16(truncatingIfNeeded: entry.name.count))
    try writer.write(littleEndian: UInt16(0))
  }

  private func writeDirectory(_ entries: [Written], _ writer: inout FileWriter) throws(DiagnosticError) {
    let start = writer.position
    for entry in entries {
      try writer.write(littleEndian: UInt32(0x0201_4B50))
      try writer.write(littleEndian: UInt16(20))
      try describe(entry, &writer)
      // No comment, the first disk, no attributes.
      for word in [0, 0, 0, 0, 0] as [UInt16] { try writer.write(littleEndian: word) }
      try writer.write(littleEndian: entry.start)
      try writer.write(entry.name)
    }
    guard let place = UInt32(exactly: start), let size = UInt32(exactly: writer.position - start),
      let count = UInt16(exactly: entries.count)
    else { throw Self.fault(writer.path, "an archive holds 4 GiB and 65,535 arrays; safetensors hold any size") }
    try writer.write(littleEndian: UInt32(0x0605_4B50))
    for word in [0, 0, count, count] { try writer.write(littleEndian: word) }
    try writer.write(littleEndian: size)
    try writer.write(littleEndian: place)
    try writer.write(littleEndian: UInt16(0))
  }

  private static func fault(_ path: String, _ message: String) -> DiagnosticError {
    FileFault.make(.cannotWrite, in: path, "cannot write `\(path)`: \(message)")
  }
}

import CZlib
import Diagnostics
import Exchange

/// Reads NumPy's `.npz`: a zip archive of `.npy` files, stored or deflated.
///
/// Source: PKWARE, ".ZIP File Format Specification" 6.3.10, sections 4.3 and 4.5.3.
package struct Npz {
  /// The most bytes of one array.
  private static let limit = 8 << 30

  private let file: MappedFile
  private let entries: [Entry]

  private struct Entry {
    var name: String
    var method: Int
    var checksum: UInt32
    var packed: Int
    var size: Int
    var header: Int
  }

  /// Opens the archive at `path`; N0501, or N0508 if it is damaged.
  package init(path: String) throws(DiagnosticError) { try self.init(MappedFile(path: path)) }

  /// Opens the archive that a file is; N0508 if it is damaged.
  package init(_ file: MappedFile) throws(DiagnosticError) {
    self.file = file
    entries = try file.withBytes { (bytes) throws(DiagnosticError) in try Self.directory(bytes, file.path) }
  }

  package var path: String { file.path }

  /// The names of the arrays, without `.npy`.
  package var names: [String] { entries.map { $0.name.hasSuffix(".npy") ? String($0.name.dropLast(4)) : $0.name } }

  /// The array of that name; N0503 where there is none, N0508, N0506 for its type.
  package func array(_ name: String) throws(DiagnosticError) -> NpyArray {
    guard let place = names.firstIndex(of: name) else {
      throw FileFault.make(
        .missingTensor, in: file.path, "the file has no array `\(name)`",
        notes: ["it has \(names.prefix(12).map { "`\($0)`" }.joined(separator: ", "))"])
    }
    let entry = entries[place]
    return try file.withBytes { (bytes) throws(DiagnosticError) in
      let content = try content(of: entry, bytes)
      return try Npy.read(content, name: "\(file.path): \(name)")
    }
  }

  /// What an array is, without its elements.
  package struct Header: Sendable, Equatable {
    package var name: String
    package var shape: [Int]
    package var type: ElementType
  }

  /// Longer than the header of any array that netc reads.
  private static let longestHeader = 1 << 17

  /// What the arrays are; N0508, N0506 for a type that netc cannot read.
  package func headers() throws(DiagnosticError) -> [Header] {
    var headers: [Header] = []
    for (name, entry) in zip(names, entries) {
      let (shape, type) = try file.withBytes { (bytes) throws(DiagnosticError) in
        let packed = try packed(entry, bytes)
        let start =
          entry.method == 0
          ? Array(packed.prefix(Self.longestHeader))
          : try inflated(packed, entry, count: min(entry.size, Self.longestHeader))
        return try Npy.describe(start, name: "\(file.path): \(name)")
      }
      headers.append(Header(name: name, shape: shape, type: type))
    }
    return headers
  }

  /// The bytes of an entry as they lie in the archive.
  private func packed(
    _ entry: Entry, _ bytes: UnsafeRawBufferPointer
  ) throws(DiagnosticError) -> UnsafeRawBufferPointer {
    let reader = Words(bytes, file.path)
    guard try reader.word32(entry.header) == 0x0403_4B50 else { throw damaged("the entry `\(entry.name)` is lost") }
    let start =
      entry.header + 30 + Int(try reader.word16(entry.header + 26)) + Int(try reader.word16(entry.header + 28))
    guard entry.packed <= bytes.count, start <= bytes.count - entry.packed, entry.size <= Self.limit else {
      throw damaged("the entry `\(entry.name)` reaches beyond the end of the file")
    }
    switch entry.method {
    case 0 where entry.size == entry.packed: break
    // What is compressed becomes 1,032 times as large at most: nothing is believed beyond.
    case 8 where entry.size / 1032 <= entry.packed: break
    case 0, 8: throw damaged("the size of the entry `\(entry.name)` is wrong")
    default: throw damaged("the entry `\(entry.name)` is compressed by method \(entry.method)")
    }
    return UnsafeRawBufferPointer(rebasing: bytes[start..<start + entry.packed])
  }

  private func content(of entry: Entry, _ bytes: UnsafeRawBufferPointer) throws(DiagnosticError) -> [UInt8] {
    let packed = try packed(entry, bytes)
    let content = entry.method == 0 ? Array(packed) : try inflated(packed, entry, count: entry.size)
    guard content.count == entry.size, Self.checksum(content) == entry.checksum else {
      throw damaged("the check sum of `\(entry.name)` is wrong")
    }
    return content
  }

  /// - Parameter count: how many bytes are wanted; all of them are checked to be all.
  private func inflated(
    _ packed: UnsafeRawBufferPointer, _ entry: Entry, count: Int
  ) throws(DiagnosticError) -> [UInt8] {
    var stream = z_stream()
    // No header around the data: 15 bits of window, negative.
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw damaged("zlib cannot start")
    }
    defer { inflateEnd(&stream) }
    var output = [UInt8](repeating: 0, count: max(1, count))
    var (read, written, status) = (0, 0, Z_OK)
    output.withUnsafeMutableBufferPointer { output in
      repeat {
        // zlib counts in 32 bits.
        let input = UnsafeRawBufferPointer(rebasing: packed[read...].prefix(1 << 30))
        let room = UnsafeMutableBufferPointer(rebasing: output[written...].prefix(1 << 30))
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.avail_in = UInt32(input.count)
        stream.next_out = room.baseAddress
        stream.avail_out = UInt32(room.count)
        status = CZlib.inflate(&stream, Z_NO_FLUSH)
        let (took, gave) = (input.count - Int(stream.avail_in), room.count - Int(stream.avail_out))
        read += took
        written += gave
        if took == 0, gave == 0 { break }
      } while status == Z_OK
    }
    guard written == count, status == Z_STREAM_END || count < entry.size else {
      throw damaged("the compressed data of `\(entry.name)` are damaged")
    }
    return count == 0 ? [] : output
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
  }

  // MARK: The directory

  private static func directory(_ bytes: UnsafeRawBufferPointer, _ path: String) throws(DiagnosticError) -> [Entry] {
    let reader = Words(bytes, path)
    // The end record is followed by a comment of at most 65,535 bytes.
    let least = max(0, bytes.count - 22 - 0xFFFF)
    var place = bytes.count - 22
    while place >= least, try reader.word32(place) != 0x0605_4B50 { place -= 1 }
    guard place >= least, bytes.count >= 22 else {
      let look = FileSignature.describe(bytes).map { ["the file looks like \($0)"] } ?? []
      throw reader.damaged("the file is no zip archive, or its end is missing", look)
    }
    var (count, start) = (Int(try reader.word16(place + 10)), Int(try reader.word32(place + 16)))
    if start == 0xFFFF_FFFF || count == 0xFFFF, place >= 20, try reader.word32(place - 20) == 0x0706_4B50 {
      let end = try reader.word64(place - 12)
      (count, start) = (try reader.word64(end + 32), try reader.word64(end + 48))
    }
    var entries: [Entry] = []
    for _ in 0..<count {
      guard try reader.word32(start) == 0x0201_4B50 else {
        throw reader.damaged("the directory of the archive is damaged")
      }
      let (name, extra) = (Int(try reader.word16(start + 28)), Int(try reader.word16(start + 30)))
      let text = try reader.text(start + 46, name)
      var entry = Entry(
        name: text, method: Int(try reader.word16(start + 10)), checksum: try reader.word32(start + 16),
        packed: Int(try reader.word32(start + 20)), size: Int(try reader.word32(start + 24)),
        header: Int(try reader.word32(start + 42)))
      try widen(&entry, reader, start + 46 + name, extra)
      if !text.hasSuffix("/") { entries.append(entry) }
      start += 46 + name + extra + Int(try reader.word16(start + 32))
    }
    return entries
  }

  /// Sizes beyond 32 bits stand in an extra field, in this order, those alone that do not fit.
  private static func widen(
    _ entry: inout Entry, _ reader: Words, _ start: Int, _ length: Int
  ) throws(DiagnosticError) {
    var place = start
    while place + 4 <= start + length {
      let (kind, size) = (try reader.word16(place), Int(try reader.word16(place + 2)))
      place += 4
      if kind == 1 {
        var field = place
        if entry.size == 0xFFFF_FFFF { (entry.size, field) = (try reader.word64(field), field + 8) }
        if entry.packed == 0xFFFF_FFFF { (entry.packed, field) = (try reader.word64(field), field + 8) }
        if entry.header == 0xFFFF_FFFF { entry.header = try reader.word64(field) }
      }
      place += size
    }
  }

  private func damaged(_ message: String) -> DiagnosticError { Words.damaged(file.path, message, []) }

  /// Little-endian numbers of a file that nothing may be believed of.
  private struct Words {
    let bytes: UnsafeRawBufferPointer
    let path: String

    init(_ bytes: UnsafeRawBufferPointer, _ path: String) { (self.bytes, self.path) = (bytes, path) }

    func word16(_ place: Int) throws(DiagnosticError) -> UInt16 { try load(place) }
    func word32(_ place: Int) throws(DiagnosticError) -> UInt32 { try load(place) }

    func word64(_ place: Int) throws(DiagnosticError) -> Int {
      let word: UInt64 = try load(place)
      guard word < UInt64(1) << 48 else { throw damaged("a size in the archive is damaged") }
      return Int(word)
    }

    func text(_ place: Int, _ count: Int) throws(DiagnosticError) -> String {
      guard place >= 0, place <= bytes.count - count else { throw damaged("the file breaks off") }
      return String(decoding: bytes[place..<place + count], as: UTF8.self)
    }

    private func load<Word: FixedWidthInteger & BitwiseCopyable>(_ place: Int) throws(DiagnosticError) -> Word {
      guard place >= 0, place <= bytes.count - MemoryLayout<Word>.size else { throw damaged("the file breaks off") }
      return Word(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Word.self))
    }

    func damaged(_ message: String, _ notes: [String] = []) -> DiagnosticError {
      Self.damaged(path, message, notes)
    }

    static func damaged(_ path: String, _ message: String, _ notes: [String]) -> DiagnosticError {
      FileFault.make(
        .damagedNpy, in: path, message, notes: notes, help: ["write it again with `numpy.savez`, or fetch it again"])
    }
  }
}

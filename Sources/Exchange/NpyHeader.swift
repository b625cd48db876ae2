import Diagnostics

/// The header of a NumPy array file.
///
/// Layout: `\x93NUMPY`, major and minor version, the size of the header's text (2 bytes in version 1, 4 in 2
/// and 3, little-endian), the text: a Python dictionary with `descr`, `fortran_order` and `shape`.
/// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
struct NpyHeader: Sendable, Equatable {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  var type: ElementType
  var isBigEndian: Bool
  var isFortranOrder: Bool
  var shape: [Int]
  /// Where the elements begin, in bytes from the start of the file.
  var dataOffset: Int

  /// Reads the header at the start of `bytes`; N0508 if it is damaged, N0506 for a type that netc cannot read.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(DiagnosticError) {
    guard bytes.starts(with: Self.magic) else {
      let look = FileSignature.describe(bytes).map { ["the file looks like \($0)"] } ?? []
      throw Self.damaged(path, "the file does not begin with `\\x93NUMPY`", notes: look)
    }
    guard bytes.count >= 10 else { throw Self.cutShort(path, bytes.count) }
    let (major, minor) = (bytes[6], bytes[7])
    guard (1...3).contains(major), minor == 0 else {
      throw Self.damaged(path, "the format version is \(major).\(minor); netc reads 1.0, 2.0 and 3.0")
    }
    let textStart = major == 1 ? 10 : 12
    guard bytes.count >= textStart else { throw Self.cutShort(path, bytes.count) }
    let textSize =
      major == 1
      ? Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self)))
      : Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
    dataOffset = textStart + textSize
    guard dataOffset <= bytes.count else { throw Self.cutShort(path, bytes.count) }
    var scanner = NpyDictionary(text: Array(bytes[textStart..<dataOffset]))
    let dictionary: NpyDictionary.Contents
    do throws(NpyDictionary.Failure) {
      dictionary = try scanner.read()
    } catch {
      throw Self.damaged(
        path, "the header is not a dictionary of `descr`, `fortran_order` and `shape`: \(error.message)",
        notes: ["at byte \((textStart + error.offset).grouped) of the file"])
    }
    isFortranOrder = dictionary.fortranOrder
    shape = dictionary.shape
    (type, isBigEndian) = try Self.elementType(dictionary.descr, path: path)
  }

  static func damaged(
    _ path: String, _ message: String, notes: [String] = [],
    help: [String] = ["write the file again with `numpy.save`"]
  ) -> DiagnosticError {
    FileFault.make(.damagedNpy, in: path, message, notes: notes, help: help)
  }

  private static func cutShort(_ path: String, _ size: Int) -> DiagnosticError {
    damaged(
      path, "the file ends inside its header, after \(size.counted("byte"))",
      help: ["the download or copy was cut short; fetch the file again"])
  }

  /// The type that `descr` names, such as `<f4`: byte order, kind, size in bytes.
  private static func elementType(
    _ descr: String?, path: String
  ) throws(DiagnosticError) -> (ElementType, isBigEndian: Bool) {
    let name = descr.map { "type `\($0)`" } ?? "a structured type"
    let help = ["`array.astype(numpy.float32)` converts it before `numpy.save`"]
    guard let descr, let order = descr.first, "<>=|".contains(order), let type = types[descr.dropFirst()]
    else {
      throw FileFault.make(
        .unsupportedType, in: path, "the array has elements of \(name)",
        notes: ["netc reads f2, f4, f8, i1 to i8, u1 to u8 and b1"], help: help)
    }
    guard order != "|" || type.byteCount == 1 else {
      throw damaged(path, "\(name) has more than one byte and no byte order")
    }
    return (type, order == ">")
  }

  private static let types: [Substring: ElementType] = [
    "f8": .f64, "f4": .f32, "f2": .f16,
    "i8": .i64, "i4": .i32, "i2": .i16, "i1": .i8,
    "u8": .u64, "u4": .u32, "u2": .u16, "u1": .u8,
    "b1": .bool,
  ]
}

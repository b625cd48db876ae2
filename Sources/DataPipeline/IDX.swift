import Diagnostics
import Exchange

/// An array from an IDX file.
package struct IDXArray: Sendable, Equatable {
  /// Outermost dimension first, the number of items; at least one dimension.
  package var shape: [Int]
  /// In C order.
  package var elements: [Float]
  /// The type in the file.
  package var type: ElementType

  package init(shape: [Int], elements: [Float], type: ElementType) {
    self.shape = shape
    self.elements = elements
    self.type = type
  }

  /// Whether the file has bytes, as pixels and labels are stored.
  package var isUInt8: Bool { type == .u8 }
}

/// Reads IDX files, the format of MNIST: two zeros, a type, a rank, big-endian 32-bit sizes and elements.
///
/// Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database", section "The IDX file format".
package enum IDX {
  /// Whether `bytes` begin as an IDX file does.
  package static func isIDX(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 4 && bytes[0] == 0 && bytes[1] == 0 && type(bytes[2]) != nil && bytes[3] > 0
  }

  /// Reads the file at `path`, plain or gzip as its content says.
  ///
  /// Throws N0501, N0509 if it is damaged, N0510 if its compression is, N0506 for its type.
  package static func read(path: String) throws(DiagnosticError) -> IDXArray {
    let file = try MappedFile(path: path)
    return try file.withBytes { (bytes) throws(DiagnosticError) in try read(bytes, name: path) }
  }

  package static func read(_ bytes: [UInt8], name: String) throws(DiagnosticError) -> IDXArray {
    try bytes.withUnsafeBufferPointer { (part) throws(DiagnosticError) in
      try read(UnsafeRawBufferPointer(part), name: name)
    }
  }

  /// Reads the array that fills `bytes`, plain or gzip; `name` stands for the path in diagnostics.
  package static func read(_ bytes: UnsafeRawBufferPointer, name: String) throws(DiagnosticError) -> IDXArray {
    guard Gzip.isGzip(bytes) else { return try readPlain(bytes, name: name) }
    let content = try Gzip.inflate(bytes, name: name)
    return try content.withUnsafeBufferPointer { (part) throws(DiagnosticError) in
      try readPlain(UnsafeRawBufferPointer(part), name: name)
    }
  }

  private static func readPlain(
    _ bytes: UnsafeRawBufferPointer, name: String
  ) throws(DiagnosticError) -> IDXArray {
    guard bytes.count >= 4 else {
      throw damaged(name, "the file has only \(bytes.count.counted("byte")); an IDX file begins with 4")
    }
    guard bytes[0] == 0, bytes[1] == 0, bytes[3] > 0 else {
      let look = FileSignature.describe(bytes).map { ["the file looks like \($0)"] } ?? []
      throw damaged(name, "an IDX file begins with two zeros, its type and its rank above 0", notes: look)
    }
    guard let type = type(bytes[2]) else {
      throw FileFault.make(
        .unsupportedType, in: name, "the IDX type is 0x\(String(bytes[2], radix: 16)), at byte 2",
        notes: ["known are 0x8 u8, 0x9 i8, 0xb i16, 0xc i32, 0xd f32 and 0xe f64"])
    }
    let dataOffset = 4 + 4 * Int(bytes[3])
    guard bytes.count >= dataOffset else {
      throw damaged(
        name,
        "the header of rank \(bytes[3]) has \(dataOffset.counted("byte")), the file only \(bytes.count.grouped)",
        help: cutShort)
    }
    let shape = (0..<Int(bytes[3])).map {
      Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4 + 4 * $0, as: UInt32.self)))
    }
    let data = UnsafeRawBufferPointer(rebasing: bytes[dataOffset...])
    try check(data.count, type, shape, name)
    return IDXArray(shape: shape, elements: type.floats(data, bigEndian: true), type: type)
  }

  private static let cutShort = ["the download or copy was cut short; fetch the file again"]

  private static func damaged(
    _ path: String, _ message: String, notes: [String] = [],
    help: [String] = ["give an IDX file, such as MNIST's train-images-idx3-ubyte.gz"]
  ) -> DiagnosticError {
    FileFault.make(.damagedIdx, in: path, message, notes: notes, help: help)
  }

  /// Compares the `held` bytes of data with those that the header promises.
  private static func check(
    _ held: Int, _ type: ElementType, _ shape: [Int], _ path: String
  ) throws(DiagnosticError) {
    guard let size = ShapeSize.byteCount(shape, elementSize: type.byteCount) else {
      throw damaged(path, "the sizes \(ShapeSize.text(shape)) overflow")
    }
    guard held != size else { return }
    let itemShape = Array(shape.dropFirst())
    let items = shape.first ?? 0
    var notes = ["the header says \(size.counted("byte")) of data, the file has \(held.grouped)"]
    var found = "other data"
    if let itemSize = ShapeSize.byteCount(itemShape, elementSize: type.byteCount), itemSize > 0 {
      let (whole, part) = held.quotientAndRemainder(dividingBy: itemSize)
      found = whole.grouped + (part > 0 ? " and a part of one" : "")
      let item = itemShape.isEmpty ? type.rawValue : "\(ShapeSize.text(itemShape)) of \(type.rawValue)"
      notes.append("an item is \(item), \(itemSize.counted("byte"))")
    }
    throw damaged(
      path, "the header promises \(items.counted("item")), the file has \(found)", notes: notes,
      help: held < size ? cutShort : ["something was appended to the file; fetch or write it again"])
  }

  private static func type(_ code: UInt8) -> ElementType? {
    switch code {
    case 0x08: .u8
    case 0x09: .i8
    case 0x0B: .i16
    case 0x0C: .i32
    case 0x0D: .f32
    case 0x0E: .f64
    default: nil
    }
  }
}

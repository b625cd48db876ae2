import Diagnostics

/// An array from a NumPy file.
package struct NpyArray: Sendable, Equatable {
  /// Outermost dimension first; empty for a scalar.
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

  /// Whether the file has bytes, as pixels are stored.
  package var isInteger8: Bool { type == .u8 }
}

/// Reads and writes NumPy's `.npy` format.
///
/// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
package enum Npy {
  /// Whether `bytes` begin as a NumPy file does.
  package static func isNpy(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.starts(with: NpyHeader.magic)
  }

  /// Reads the file at `path`, `-` from standard input; N0501, N0508 if it is damaged, N0506 for its type.
  package static func read(path: String) throws(DiagnosticError) -> NpyArray {
    let file = try MappedFile(path: path)
    return try file.withBytes { (bytes) throws(DiagnosticError) in try read(bytes, name: path) }
  }

  package static func read(_ bytes: [UInt8], name: String) throws(DiagnosticError) -> NpyArray {
    try bytes.withUnsafeBufferPointer { (part) throws(DiagnosticError) in
      try read(UnsafeRawBufferPointer(part), name: name)
    }
  }

  /// Reads the array that fills `bytes`; `name` stands for the path in diagnostics.
  ///
  /// Versions 1 to 3, both byte orders, C and Fortran order; the types f2 f4 f8, i1 to i8, u1 to u8 and b1.
  package static func read(_ bytes: UnsafeRawBufferPointer, name: String) throws(DiagnosticError) -> NpyArray {
    let header = try NpyHeader(bytes, path: name)
    guard let size = ShapeSize.byteCount(header.shape, elementSize: header.type.byteCount) else {
      throw NpyHeader.damaged(name, "the shape \(ShapeSize.text(header.shape)) overflows")
    }
    let held = bytes.count - header.dataOffset
    guard held == size else {
      throw NpyHeader.damaged(
        name,
        "the header says \(size.counted("byte")) of data (\(ShapeSize.text(header.shape)) of "
          + "\(header.type.rawValue)), the file has \(held.grouped)",
        notes: ["the data begin at byte \(header.dataOffset.grouped)"],
        help: [
          held < size
            ? "the download or copy was cut short; fetch the file again"
            : "one array per file; `numpy.save` writes one"
        ])
    }
    let data = UnsafeRawBufferPointer(rebasing: bytes[header.dataOffset...])
    var elements = header.type.floats(data, bigEndian: header.isBigEndian)
    if header.isFortranOrder { elements = reordered(elements, shape: header.shape) }
    return NpyArray(shape: header.shape, elements: elements, type: header.type)
  }

  /// The shape and the type of the array whose file begins with `bytes`; N0508, N0506.
  package static func describe(_ bytes: [UInt8], name: String) throws(DiagnosticError) -> ([Int], ElementType) {
    let header = try bytes.withUnsafeBufferPointer { (part) throws(DiagnosticError) in
      try NpyHeader(UnsafeRawBufferPointer(part), path: name)
    }
    return (header.shape, header.type)
  }

  /// Turns Fortran order, where the first index runs fastest, into C order.
  private static func reordered(_ elements: [Float], shape: [Int]) -> [Float] {
    guard shape.count > 1, !elements.isEmpty else { return elements }
    var strides: [Int] = []
    var stride = 1
    for dimension in shape {
      strides.append(stride)
      stride *= dimension
    }
    var result: [Float] = []
    result.reserveCapacity(elements.count)
    var index = [Int](repeating: 0, count: shape.count)
    var source = 0
    while true {
      result.append(elements[source])
      var axis = shape.count - 1
      while true {
        index[axis] += 1
        source += strides[axis]
        if index[axis] < shape[axis] { break }
        source -= index[axis] * strides[axis]
        index[axis] = 0
        if axis == 0 { return result }
        axis -= 1
      }
    }
  }
}

extension Npy {
  /// Creates or replaces the file at `path` (`-`: standard output) with `elements` in C order as float32.
  ///
  /// Throws N0513 when the system refuses or the shape does not have as many elements.
  package static func write(
    _ elements: [Float], shape: [Int], to path: String, mode: UInt32? = nil
  ) throws(DiagnosticError) {
    guard ShapeSize.elementCount(shape) == elements.count else {
      throw FileFault.make(
        .cannotWrite, in: path,
        "cannot write `\(path)`: the shape \(ShapeSize.text(shape)) does not have "
          + elements.count.counted("element"))
    }
    try AtomicFile.write(path: path, mode: mode) { (writer) throws(DiagnosticError) in
      try writeHeader(shape: shape, into: &writer)
      try writer.write(elements)
    }
  }

  /// Appends a float32 header of version 1, padded to a multiple of 64 bytes as NumPy does; the elements in
  /// C order have to follow.
  package static func writeHeader(shape: [Int], into writer: inout FileWriter) throws(DiagnosticError) {
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(sizes)), }"
    // The text ends with a line feed.
    let rest = (10 + text.utf8.count + 1) % 64
    text += String(repeating: " ", count: rest == 0 ? 0 : 64 - rest) + "\n"
    guard let size = UInt16(exactly: text.utf8.count) else {
      throw FileFault.make(
        .cannotWrite, in: writer.path, "cannot write `\(writer.path)`: an array of \(shape.count) dimensions")
    }
    try writer.write(NpyHeader.magic + [1, 0])
    try writer.write(littleEndian: size)
    try writer.write(text)
  }
}

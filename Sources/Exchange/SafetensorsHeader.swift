import Diagnostics

/// One tensor of a safetensors file.
package struct TensorInfo: Sendable, Equatable {
  package var name: String
  package var type: SafetensorsType
  /// Outermost dimension first; empty for a scalar.
  package var shape: [Int]
  /// Bytes from the start of the file.
  package var range: Range<Int>
}

/// The checked header of a safetensors file.
///
/// Layout: 8 bytes little-endian header size N, N bytes of JSON, then the data, which the tensors tile
/// without holes or overlaps up to the end of the file.
/// Source: https://github.com/huggingface/safetensors#format
struct SafetensorsHeader: Sendable {
  /// The limit of the format's own implementation.
  static let maximumSize = 100_000_000

  /// In the order of the data.
  private(set) var tensors: [TensorInfo] = []
  private(set) var metadata: [String: String] = [:]

  private let path: String

  /// Reads and checks the header of the whole file `bytes`; N0502 says what is wrong with it.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(DiagnosticError) {
    self.path = path
    let size = try Self.headerSize(bytes, path: path)
    let dataStart = 8 + size
    let text = UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart])
    guard text.first == UInt8(ascii: "{") else {
      throw Self.damaged(
        path, "the header does not begin with `{`", notes: ["at byte 8 of the file"] + Self.looks(bytes))
    }
    let document: JSONValue
    do throws(JSONError) {
      document = try JSONValue(parsing: text)
    } catch {
      throw error.diagnostic(
        .damagedSafetensors, in: path, document: "the safetensors header", startingAt: 8,
        help: ["download it again, or write it again with the program that made it"])
    }
    for (name, value) in document.objectValue ?? [] {
      if name == "__metadata__" {
        try readMetadata(value)
      } else {
        try readTensor(name, value, dataStart: dataStart)
      }
    }
    // Stable: tensors without elements keep the header's order among themselves.
    tensors.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    try checkTiling(dataStart: dataStart, fileSize: bytes.count)
  }

  static func damaged(
    _ path: String, _ message: String, notes: [String] = [],
    help: [String] = ["download it again, or write it again with the program that made it"]
  ) -> DiagnosticError {
    FileFault.make(.damagedSafetensors, in: path, message, notes: notes, help: help)
  }

  /// A note on what the file seems to be instead.
  private static func looks(_ bytes: UnsafeRawBufferPointer) -> [String] {
    FileSignature.describe(bytes).map { ["the file looks like \($0)"] } ?? []
  }

  private static func headerSize(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws(DiagnosticError) -> Int {
    guard bytes.count >= 8 else {
      let size = bytes.isEmpty ? "is empty" : "has only \(bytes.count.counted("byte"))"
      throw damaged(
        path, "the file \(size); a safetensors file begins with the 8 bytes of its header's size",
        help: ["download or write the file again"])
    }
    let size = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard size <= UInt64(maximumSize) else {
      throw damaged(
        path, "the header's size is \(size.grouped) bytes; the format allows \(maximumSize.grouped)",
        notes: looks(bytes), help: ["give a safetensors file, such as `safetensors.torch.save_file` writes"])
    }
    guard Int(size) <= bytes.count - 8 else {
      throw damaged(
        path,
        "the header's size is \(Int(size).counted("byte")), and \((bytes.count - 8).counted("byte")) follow it",
        notes: looks(bytes), help: ["the download or copy was cut short, or this is no safetensors file"])
    }
    return Int(size)
  }

  private mutating func readMetadata(_ value: JSONValue) throws(DiagnosticError) {
    guard let members = value.objectValue else {
      throw Self.damaged(path, "`__metadata__` is \(value.kindName) where an object of strings belongs")
    }
    for (key, value) in members {
      guard let text = value.stringValue else {
        throw Self.damaged(
          path, "`__metadata__` has \(value.kindName) under \"\(key)\" where a string belongs")
      }
      metadata[key] = text
    }
  }

  private mutating func readTensor(
    _ name: String, _ value: JSONValue, dataStart: Int
  ) throws(DiagnosticError) {
    guard value.objectValue != nil else {
      throw Self.damaged(path, "tensor `\(name)` is described by \(value.kindName) where an object belongs")
    }
    guard let typeName = value["dtype"]?.stringValue else {
      throw Self.damaged(path, "tensor `\(name)` has no `dtype`")
    }
    guard let type = SafetensorsType(rawValue: typeName) else {
      throw Self.damaged(
        path, "tensor `\(name)` has the unknown dtype \"\(typeName)\"",
        notes: ["known are \(SafetensorsType.allCases.map(\.rawValue).joined(separator: ", "))"])
    }
    let shape = try integers("shape", of: name, in: value)
    let offsets = try integers("data_offsets", of: name, in: value)
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw Self.damaged(path, "the `data_offsets` of tensor `\(name)` are not [begin, end] with begin ≤ end")
    }
    guard let wanted = type.byteCount(shape) else {
      throw Self.damaged(
        path, "tensor `\(name)` of shape \(ShapeSize.text(shape)) and dtype \(typeName) has no possible size",
        notes: ["the number of bytes overflows, or packed elements do not fill whole bytes"])
    }
    guard offsets[1] - offsets[0] == wanted else {
      throw Self.damaged(
        path,
        "tensor `\(name)` has \((offsets[1] - offsets[0]).counted("byte")), "
          + "its shape \(ShapeSize.text(shape)) of \(typeName) needs \(wanted.grouped)")
    }
    let (end, overflow) = offsets[1].addingReportingOverflow(dataStart)
    guard !overflow else {
      throw Self.damaged(path, "the `data_offsets` of tensor `\(name)` are out of range")
    }
    tensors.append(TensorInfo(name: name, type: type, shape: shape, range: offsets[0] + dataStart..<end))
  }

  /// The array of integers ≥ 0 under `key` of the entry `value`.
  private func integers(
    _ key: String, of name: String, in value: JSONValue
  ) throws(DiagnosticError) -> [Int] {
    guard let elements = value[key]?.arrayValue else {
      throw Self.damaged(path, "tensor `\(name)` has no list `\(key)`")
    }
    var result: [Int] = []
    for element in elements {
      guard let number = element.intValue, number >= 0 else {
        throw Self.damaged(
          path, "`\(key)` of tensor `\(name)` has \(element.serialised()) where an integer ≥ 0 belongs")
      }
      result.append(number)
    }
    return result
  }

  private func checkTiling(dataStart: Int, fileSize: Int) throws(DiagnosticError) {
    var end = dataStart
    var previous = "the header"
    for tensor in tensors {
      let begin = tensor.range.lowerBound
      guard begin == end else {
        let cause =
          begin < end
          ? "tensor `\(tensor.name)` overlaps \(previous) by \((end - begin).counted("byte"))"
          : "\((begin - end).counted("byte")) between \(previous) and tensor `\(tensor.name)` belong to no tensor"
        throw Self.damaged(
          path, cause, notes: ["at byte \(begin.grouped) of the file; the data must be one gapless sequence"])
      }
      end = tensor.range.upperBound
      previous = "tensor `\(tensor.name)`"
    }
    guard end == fileSize else {
      let promised = (end - dataStart).counted("byte")
      throw Self.damaged(
        path, "the header says \(promised) of data, the file has \((fileSize - dataStart).grouped)",
        help: [
          end > fileSize
            ? "the download or copy was cut short; fetch the file again"
            : "something was appended to the file; fetch or write it again"
        ])
    }
  }
}

import Diagnostics

/// Collects the description of tensors, then writes them as one safetensors file in the order given.
///
/// The format has no room between tensors. With `alignment: 64` the header is padded so that the data begin
/// at a multiple of 64 bytes of the file, and every tensor must have a size that keeps the next one aligned.
package struct SafetensorsWriter: Sendable {
  /// Writes the bytes of one tensor.
  package typealias Body = @Sendable (inout FileWriter) throws(DiagnosticError) -> Void

  private struct Entry: Sendable {
    var name: String
    var type: SafetensorsType
    var shape: [Int]
    var byteCount: Int
    var body: Body
  }

  private let metadata: [(String, String)]
  private let alignment: Int?
  private var entries: [Entry] = []

  /// `metadata` keeps its order. `alignment` is in bytes; without one the data begin at a multiple of 8 and
  /// the tensors follow one another as they are.
  package init(metadata: [(String, String)] = [], alignment: Int? = nil) {
    precondition(alignment ?? 1 > 0, "an alignment is positive")
    self.metadata = metadata
    self.alignment = alignment
  }

  /// Adds a tensor whose bytes `body` writes when the file is written: exactly those of `shape` and `type`.
  package mutating func add(_ name: String, _ type: SafetensorsType, _ shape: [Int], body: @escaping Body) {
    // A shape without a size is reported by `write`, with the path.
    let byteCount = type.byteCount(shape) ?? -1
    entries.append(Entry(name: name, type: type, shape: shape, byteCount: byteCount, body: body))
  }

  /// Adds a tensor with its little-endian bytes in C order.
  package mutating func add(_ name: String, _ type: SafetensorsType, _ shape: [Int], bytes: [UInt8]) {
    add(name, type, shape) { (writer) throws(DiagnosticError) in try writer.write(bytes) }
  }

  /// Adds an F32 tensor with its elements in C order.
  package mutating func add(_ name: String, _ shape: [Int], floats: [Float]) {
    add(name, .f32, shape) { (writer) throws(DiagnosticError) in try writer.write(floats) }
  }

  /// Creates or replaces the file at `path`; see `AtomicFile.write`.
  ///
  /// Throws N0513 when the system refuses, and for what the format cannot hold: a name that comes twice, the
  /// name `__metadata__`, a metadata key that comes twice, bytes that do not fit the shape, a tensor that is not
  /// aligned, a header above 100 MB.
  package func write(to path: String, mode: UInt32? = nil) throws(DiagnosticError) {
    try AtomicFile.write(path: path, mode: mode) { (writer) throws(DiagnosticError) in
      try write(into: &writer)
    }
  }

  /// The file in memory; throws as `write(to:)` does.
  package func serialised() throws(DiagnosticError) -> [UInt8] {
    try FileWriter.collect { (writer) throws(DiagnosticError) in try write(into: &writer) }
  }

  /// Appends the file to `writer`, which stands at its beginning.
  package func write(into writer: inout FileWriter) throws(DiagnosticError) {
    let header = try header(path: writer.path)
    try writer.write(littleEndian: UInt64(header.count))
    try writer.write(header)
    for entry in entries {
      let start = writer.position
      try entry.body(&writer)
      let written = writer.position - start
      guard written == entry.byteCount else {
        throw Self.fault(
          writer.path,
          "tensor `\(entry.name)` was given \(written.counted("byte")), "
            + "its shape \(ShapeSize.text(entry.shape)) of \(entry.type.rawValue) needs \(entry.byteCount.grouped)"
        )
      }
    }
  }

  private func header(path: String) throws(DiagnosticError) -> [UInt8] {
    var members: [(String, JSONValue)] = []
    if !metadata.isEmpty {
      guard Set(metadata.map(\.0)).count == metadata.count else {
        throw Self.fault(path, "a metadata key comes twice")
      }
      members.append(("__metadata__", .object(metadata.map { ($0, .string($1)) })))
    }
    var names: Set<String> = ["__metadata__"]
    var end = 0
    for entry in entries {
      guard names.insert(entry.name).inserted else {
        throw Self.fault(path, "the tensor name `\(entry.name)` comes twice or is reserved")
      }
      let begin = end
      let (next, overflow) = begin.addingReportingOverflow(entry.byteCount)
      guard entry.byteCount >= 0, !overflow else {
        throw Self.fault(path, "tensor `\(entry.name)` of shape \(ShapeSize.text(entry.shape)) is too large")
      }
      guard begin.isMultiple(of: alignment ?? 1) else {
        throw Self.fault(
          path,
          "tensor `\(entry.name)` would begin at byte \(begin.grouped) of the data, "
            + "no multiple of \(alignment ?? 1)")
      }
      end = next
      members.append(
        (
          entry.name,
          [
            "dtype": .string(entry.type.rawValue), "shape": .array(entry.shape.map(JSONValue.int)),
            "data_offsets": [.int(begin), .int(end)],
          ]
        ))
    }
    var bytes = Array(JSONValue.object(members).serialised().utf8)
    let unit = alignment ?? 8
    while !(8 + bytes.count).isMultiple(of: unit) { bytes.append(UInt8(ascii: " ")) }
    guard bytes.count <= SafetensorsHeader.maximumSize else {
      throw Self.fault(
        path,
        "the header would have \(bytes.count.counted("byte")); the format allows "
          + SafetensorsHeader.maximumSize.grouped)
    }
    return bytes
  }

  private static func fault(_ path: String, _ message: String) -> DiagnosticError {
    FileFault.make(.cannotWrite, in: path, "cannot write `\(path)`: \(message)")
  }
}

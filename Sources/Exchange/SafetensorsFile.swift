import Diagnostics

/// A safetensors file whose header was read and checked and whose data stay mapped.
package struct SafetensorsFile: Sendable {
  /// The bytes; keep it to keep the tensors mapped.
  package let file: MappedFile
  /// In the order of the data; their ranges count from the start of the file and lie inside it.
  package let tensors: [TensorInfo]
  /// The strings under `__metadata__`.
  package let metadata: [String: String]

  private let indices: [String: Int]

  /// Maps the file at `path` (`-` reads standard input); N0501 or N0502.
  package init(path: String) throws(DiagnosticError) {
    try self.init(MappedFile(path: path))
  }

  /// Reads the header of `file`; N0502.
  package init(_ file: MappedFile) throws(DiagnosticError) {
    let header = try file.withBytes { (bytes) throws(DiagnosticError) in
      try SafetensorsHeader(bytes, path: file.path)
    }
    self.file = file
    tensors = header.tensors
    metadata = header.metadata
    // The parser rejects names that are equal as Swift strings.
    indices = Dictionary(
      header.tensors.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The tensor `name`, if the file has one.
  package func info(named name: String) -> TensorInfo? {
    indices[name].map { tensors[$0] }
  }

  /// The tensor `name`; N0503 without one.
  package func tensor(named name: String) throws(DiagnosticError) -> TensorInfo {
    if let info = info(named: name) { return info }
    let shown = tensors.prefix(8).map { "`\($0.name)`" }.joined(separator: ", ")
    let more = tensors.count > 8 ? " and \(tensors.count - 8) more" : ""
    throw FileFault.make(
      .missingTensor, in: file.path, "the file has no tensor `\(name)`",
      notes: [tensors.isEmpty ? "it has none at all" : "it has \(shown)\(more)"])
  }

  /// Lends the bytes of `tensor`, which is one of `tensors`; they may start at any alignment.
  package func withBytes<R, E: Error>(
    of tensor: TensorInfo, _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try file.withBytes { (bytes) throws(E) in
      precondition(
        tensor.range.lowerBound >= 0 && tensor.range.upperBound <= bytes.count, "a tensor of another file")
      return try body(UnsafeRawBufferPointer(rebasing: bytes[tensor.range]))
    }
  }

  /// The elements of the floating-point tensor `name` in C order; F64 is rounded.
  ///
  /// Throws N0503 without such a tensor, N0506 for other types than F64, F32, F16 and BF16.
  package func floats(named name: String) throws(DiagnosticError) -> [Float] {
    let tensor = try tensor(named: name)
    guard let element = tensor.type.element, element.isFloatingPoint else {
      throw FileFault.make(
        .unsupportedType, in: file.path,
        "tensor `\(name)` has elements of type \(tensor.type.rawValue) where floating-point numbers belong",
        help: ["store it as F32, F16, BF16 or F64"])
    }
    return withBytes(of: tensor) { element.floats($0) }
  }
}

import Diagnostics
import NetIR

/// A compiled network in one file: valid safetensors with the packed weights, each at a multiple of 64 bytes,
/// and the plan, the portable graph and their checksums in the metadata.
///
/// Weights are mapped, not read: opening costs milliseconds whatever their size. Nothing in the file is
/// trusted: the plan is verified against the kernels of this build before it may touch memory.
package struct Artefact: Sendable {
  /// Raised when an older netc could not read the file any more.
  package static let formatVersion = 1

  package let plan: Plan
  /// Who compiled it: netc's version.
  package let producer: String
  private let file: SafetensorsFile
  private let tensors: [TensorInfo]
  /// What `portable` reads: only another CPU needs it, and it takes longer than everything else.
  private let graphText: String
  /// What a GPU backend has put aside; nil where nothing was compiled for one.
  package let device: String?

  private enum Key {
    static let format = "netc.format"
    static let producer = "netc.producer"
    static let plan = "netc.plan"
    static let graph = "netc.graph"
    static let planChecksum = "netc.plan.crc32"
    static let dataChecksum = "netc.data.crc32"
    static let device = "netc.device"
    static let deviceChecksum = "netc.device.crc32"
  }

  /// Up to this size the checksum of the weights is compared at every opening: it costs a few milliseconds.
  private static let alwaysChecked = 8 << 20

  // MARK: Reading

  /// Whether a file begins like safetensors: a header length, then a brace.
  package static func isArtefact(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count > 9 && bytes[8] == UInt8(ascii: "{")
  }

  /// Opens an artefact; N0501, N0502, N0511, N0512 or N0514.
  ///
  /// - Parameters:
  ///   - catalogue: the kernels of this build.
  ///   - verifyWeights: whether to compare the checksum of large weights, too, which reads all of them.
  package init(path: String, catalogue: KernelCatalogue, verifyWeights: Bool = false) throws(DiagnosticError) {
    file = try SafetensorsFile(path: path)
    guard let format = file.metadata[Key.format] else {
      throw FileFault.make(
        .unknownFormat, in: path, "the file is safetensors, but no network that netc compiled",
        help: ["make one with `netc compile SPEC --weights \(path) -o NAME.netc`"])
    }
    guard let version = Int(format), version >= 1 else {
      throw Self.damaged(path, "its format version is `\(format)`")
    }
    guard version <= Self.formatVersion else {
      throw FileFault.make(
        .newerArtefact, in: path,
        "the artefact has format \(version), and this netc reads up to \(Self.formatVersion)",
        notes: ["it was made by netc \(file.metadata[Key.producer] ?? "of an unknown version")"],
        help: ["update netc, or compile the spec again"])
    }
    producer = file.metadata[Key.producer] ?? ""
    guard let planText = file.metadata[Key.plan], let graphText = file.metadata[Key.graph] else {
      throw Self.damaged(path, "it has no plan")
    }
    guard file.metadata[Key.planChecksum] == Self.checksum(planText, graphText) else {
      throw Self.damaged(path, "the checksum of its plan differs")
    }
    plan = try Self.decode(planText, path)
    self.graphText = graphText
    device = file.metadata[Key.device]
    if let device, file.metadata[Key.deviceChecksum] != Self.checksum(device) {
      throw Self.damaged(path, "the checksum of its kernels differs")
    }
    do throws(GraphProblem) { try plan.verify(catalogue) } catch { throw Self.damaged(path, error.message) }
    tensors = try Self.match(plan, file)
    let size = tensors.reduce(0) { $0 + $1.range.count }
    if verifyWeights || size <= Self.alwaysChecked { try checkWeights() }
  }

  /// The optimised graph before anything depended on the target, verified, and the plan against it; N0511.
  package func portable() throws(DiagnosticError) -> Graph {
    let path = file.file.path
    let graph: Graph = try Self.decode(graphText, path)
    do throws(GraphProblem) {
      try graph.verify()
      try plan.verify(portable: graph)
    } catch {
      throw Self.damaged(path, error.message)
    }
    return graph
  }

  /// Compares the checksum of the weights; reads all of them.
  private func checkWeights() throws(DiagnosticError) {
    var digest = Digest()
    for tensor in tensors { file.withBytes(of: tensor) { digest.update($0) } }
    guard file.metadata[Key.dataChecksum] == digest.hexadecimal else {
      throw Self.damaged(file.file.path, "the checksum of its weights differs")
    }
  }

  /// The packed bytes of each constant, which may be longer than the constant by the padding to 64 bytes.
  ///
  /// The bytes stay valid while `owner` lives.
  package func mappedConstants() -> (pieces: [UnsafeRawBufferPointer], owner: any Sendable) {
    let pieces = tensors.map { tensor in file.withBytes(of: tensor) { $0 } }
    return (pieces, file.file)
  }

  private static func match(_ plan: Plan, _ file: SafetensorsFile) throws(DiagnosticError) -> [TensorInfo] {
    var tensors: [TensorInfo] = []
    for constant in plan.constants {
      guard let info = file.info(named: constant.name), info.range.lowerBound % 64 == 0 else {
        throw damaged(file.file.path, "the weights of `\(constant.name)` are missing or not aligned")
      }
      tensors.append(info)
    }
    return tensors
  }

  private static func decode<Value: Decodable>(_ text: String, _ path: String) throws(DiagnosticError)
    -> Value
  {
    do {
      return try JSONValue(parsing: text).decoded()
    } catch {
      throw damaged(path, "its plan cannot be read")
    }
  }

  package static func damaged(_ path: String, _ why: String) -> DiagnosticError {
    FileFault.make(
      .damagedArtefact, in: path, "the artefact is damaged: \(why)",
      help: ["copy it again, or compile the spec again with `netc compile`"])
  }

  private static func checksum(_ parts: String...) -> String {
    var digest = Digest()
    for part in parts {
      var bytes = part
      bytes.withUTF8 { digest.update(UnsafeRawBufferPointer($0)) }
    }
    return digest.hexadecimal
  }

  // MARK: Writing

  /// Writes an artefact; an existing file is replaced as a whole or stays as it is.
  ///
  /// - Parameters:
  ///   - constants: the packed bytes of each constant of the plan.
  ///   - device: what a GPU backend wants to find again.
  ///   - producer: netc's version.
  package static func write(
    _ plan: Plan, portable: Graph, constants: [UnsafeRawBufferPointer], device: String? = nil, producer: String,
    to path: String
  ) throws(DiagnosticError) {
    let (planText, graphText) = (try encode(plan, path), try encode(portable, path))
    var digest = Digest()
    let padding = [UInt8](repeating: 0, count: 64)
    for piece in constants {
      digest.update(piece)
      padding.withUnsafeBytes { digest.update(UnsafeRawBufferPointer(rebasing: $0[..<missing(piece)])) }
    }
    var metadata = [
      (Key.format, String(formatVersion)), (Key.producer, producer),
      (Key.planChecksum, checksum(planText, graphText)),
      (Key.dataChecksum, digest.hexadecimal), (Key.plan, planText), (Key.graph, graphText),
    ]
    if let device { metadata += [(Key.device, device), (Key.deviceChecksum, checksum(device))] }
    var writer = SafetensorsWriter(metadata: metadata, alignment: 64)
    for (constant, piece) in zip(plan.constants, constants) {
      let floats = (piece.count + missing(piece)) / 4
      // The writer runs the closure before this function returns, while the memory is alive.
      nonisolated(unsafe) let bytes = piece
      writer.add(constant.name, .f32, [floats]) { (file) throws(DiagnosticError) in
        try file.write(bytes)
        try file.write(Array(padding[..<missing(bytes)]))
      }
    }
    try writer.write(to: path)
  }

  /// Bytes to the next multiple of 64: where the next tensor begins.
  private static func missing(_ piece: UnsafeRawBufferPointer) -> Int { (64 - piece.count % 64) % 64 }

  private static func encode(_ value: some Encodable, _ path: String) throws(DiagnosticError) -> String {
    guard let document = try? JSONValue(encoding: value) else {
      throw FileFault.make(.cannotWrite, in: path, "the plan has a number that JSON cannot hold")
    }
    return document.serialised()
  }
}

import DataPipeline
import Diagnostics
import Exchange
import Importing
import NetIR
import ONNX

/// Tensors in a file of any format that netc reads: safetensors, npz, the constants of an ONNX model, the blobs of a
/// caffemodel. The content decides, not the name.
package struct TensorFile: Sendable {
  package enum Format: String, Sendable {
    case safetensors, npz, onnx, caffemodel
  }

  package struct Entry: Sendable, Equatable {
    package var name: String
    package var shape: [Int]
    /// As the file's format calls it.
    package var type: String
    package var isFloatingPoint: Bool
    /// Whether netc can read the elements at all.
    package var isNumeric = true
  }

  package let path: String
  package let format: Format
  /// In the file's order.
  package let entries: [Entry]
  private let places: [String: Int]
  private let storage: Storage

  private enum Storage: Sendable {
    case safetensors(SafetensorsFile)
    case npz(Npz)
    /// What was decoded on the way.
    case values([String: [Float]])
  }

  /// - Throws: N0501, and what is wrong with the file in the words of its format; N0514 for what is none of them.
  package init(path: String) throws(DiagnosticError) { try self.init(MappedFile(path: path)) }

  package init(_ file: MappedFile) throws(DiagnosticError) {
    let path = file.path
    let start = file.withBytes { Array($0.prefix(16)) }
    if start.starts(with: Array("PK\u{3}\u{4}".utf8)) || start.starts(with: Array("PK\u{5}\u{6}".utf8)) {
      try self.init(npz: Npz(file))
    } else if path.hasSuffix(".onnx") {
      try self.init(onnx: file)
    } else if path.hasSuffix(".caffemodel") {
      try self.init(caffe: file)
    } else if start.count > 1, start[0] == 0x80, (2...5).contains(start[1]) {
      throw Self.pickle(path)
    } else {
      let tensors = try SafetensorsFile(file)
      self.init(
        path, .safetensors, .safetensors(tensors),
        tensors.tensors.map {
          Entry(
            name: $0.name, shape: $0.shape, type: $0.type.rawValue,
            isFloatingPoint: $0.type.element?.isFloatingPoint == true, isNumeric: $0.type.element != nil)
        })
    }
  }

  private init(_ path: String, _ format: Format, _ storage: Storage, _ entries: [Entry]) {
    (self.path, self.format, self.storage, self.entries) = (path, format, storage, entries)
    places = Dictionary(entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  private init(npz file: Npz) throws(DiagnosticError) {
    var entries: [Entry] = []
    for header in try file.headers() {
      entries.append(
        Entry(
          name: header.name, shape: header.shape, type: header.type.rawValue,
          isFloatingPoint: header.type.isFloatingPoint))
    }
    self.init(file.path, .npz, .npz(file), entries)
  }

  private init(onnx file: MappedFile) throws(DiagnosticError) {
    let model: ONNXModel
    do throws(ModelProblem) {
      model = try file.withBytes { (bytes) throws(ModelProblem) in try ONNXModel(bytes: bytes) }
    } catch {
      throw Self.damaged(file.path, "ONNX model", error)
    }
    var (entries, values): ([Entry], [String: [Float]]) = ([], [:])
    for tensor in model.graph.initializers {
      let floats = tensor.floats
      entries.append(
        Entry(
          name: tensor.name, shape: tensor.shape, type: floats == nil ? "integers" : "floats",
          isFloatingPoint: floats != nil))
      values[tensor.name] = floats ?? tensor.wholeNumbers?.map { Float($0) } ?? []
    }
    self.init(file.path, .onnx, .values(values), entries)
  }

  private init(caffe file: MappedFile) throws(DiagnosticError) {
    let weights: CaffeWeights
    do throws(ModelProblem) {
      weights = try file.withBytes { (bytes) throws(ModelProblem) in try CaffeWeights(bytes) }
    } catch {
      throw Self.damaged(file.path, "caffemodel", error)
    }
    var (entries, values): ([Entry], [String: [Float]]) = ([], [:])
    for layer in weights.layers {
      for (index, blob) in layer.blobs.enumerated() {
        let name = "\(layer.name).\(index)"
        entries.append(Entry(name: name, shape: blob.shape, type: "float", isFloatingPoint: true))
        values[name] = blob.values
      }
    }
    self.init(file.path, .caffemodel, .values(values), entries)
  }

  private static func damaged(_ path: String, _ what: String, _ problem: ModelProblem) -> DiagnosticError {
    switch problem {
    case .damaged(let reason):
      FileFault.make(
        .damagedModel, in: path, "`\(path)` is no \(what), or a damaged one: \(reason)", help: ["fetch it again"])
    case .unsupported(let parts):
      FileFault.make(.unsupportedModel, in: path, "`\(path)` has what netc cannot take", notes: parts)
    }
  }

  /// Pickles are programs: to read one is to run it.
  private static func pickle(_ path: String) -> DiagnosticError {
    FileFault.make(
      .unknownFormat, in: path, "`\(path)` is a Python pickle, which netc never opens: to read one is to run it",
      help: [
        "nolearn's `save_params_to`, where you trust the file: python3 -c \"import numpy,pickle; "
          + "p = pickle.load(open('\(path)', 'rb'), encoding='latin1'); "
          + "numpy.savez('weights.npz', **{f'{k}.{i}': a for k, v in p.items() for i, a in enumerate(v)})\"",
        "then `weights: {file: weights.npz, map: nolearn}`",
      ])
  }

  package func entry(named name: String) -> Entry? { places[name].map { entries[$0] } }

  /// A tensor's elements in C order as floats, whatever numbers they are.
  ///
  /// - Throws: as `floats`, which refuses whole numbers.
  package func numbers(named name: String) throws(DiagnosticError) -> [Float] {
    guard case .safetensors(let file) = storage, let info = file.info(named: name), let element = info.type.element
    else {
      return try floats(named: name)
    }
    return file.withBytes(of: info) { element.floats($0) }
  }

  /// A tensor's elements in C order, as floats.
  ///
  /// - Throws: N0503 without such a tensor, N0506 for elements that are no numbers, and what is wrong with the file.
  package func floats(named name: String) throws(DiagnosticError) -> [Float] {
    switch storage {
    case .safetensors(let file): return try file.floats(named: name)
    case .npz(let file): return try file.array(name).elements
    case .values(let values):
      if let found = values[name] { return found }
      throw FileFault.make(.missingTensor, in: path, "the file has no tensor `\(name)`")
    }
  }
}

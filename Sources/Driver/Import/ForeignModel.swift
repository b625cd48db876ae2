import Diagnostics
import Exchange
import Importing
import Layers
import ONNX

/// The files of a network of another framework.
package struct ForeignModel {
  private let files: [String]
  private let options: ImportOptions

  package init(_ files: [String], _ options: ImportOptions = .init()) { (self.files, self.options) = (files, options) }

  /// The network, with blocks where layers come again and again.
  ///
  /// - Throws: N0520 for what is damaged, N0521 that names everything which netc cannot say, N0503 and N0505 for
  ///   weights of another network.
  package func network() throws -> ImportedNetwork {
    var network = try read()
    network.foldRepeats { LayerRegistry.kind(named: $0) != nil }
    return network
  }

  private func read() throws -> ImportedNetwork {
    let model = files[0]
    if model.hasSuffix(".prototxt") || model.hasSuffix(".pbtxt") { return try CaffeFiles(files, options).network() }
    if model.hasSuffix(".caffemodel") {
      throw DiagnosticError(
        Diagnostic(
          .badOption, "`\(model)` has numbers alone: its definition has to stand in front of it", at: .none,
          help: ["such as `netc import deploy.prototxt \(model) -o net`; `netc weights` lists the numbers"]))
    }
    guard files.count == 1 else {
      throw DiagnosticError(
        Diagnostic(
          .badOption, "`\(files[1])` does not belong to `\(model)`: one file is a whole model", at: .none,
          help: ["weights and a solver stand beside Caffe's .prototxt alone"]))
    }
    if model.hasSuffix(".cfg") { return try DarknetFile(model, options).network() }
    return try onnx(model)
  }

  private func onnx(_ path: String) throws(DiagnosticError) -> ImportedNetwork {
    let mapped = try MappedFile(path: path)
    let result: Result<ImportedNetwork, ModelProblem> = mapped.withBytes { bytes in
      Result { () throws(ModelProblem) in
        var importer = ONNXImport(try ONNXModel(bytes: bytes), name: Self.stem(path))
        return try importer.imported()
      }
    }
    switch result {
    case .success(let network): return network
    case .failure(.damaged(let reason)):
      throw FileFault.make(
        .damagedModel, in: path, "`\(path)` is no ONNX model, or a damaged one: \(reason)",
        help: ["`onnx.checker.check_model` tells more"])
    case .failure(.unsupported(let parts)):
      let shown = parts.prefix(Self.mostShown).map { $0 }
      let more = parts.count > Self.mostShown ? ["and \(parts.count - Self.mostShown) more"] : []
      throw FileFault.make(
        .unsupportedModel, in: path, "`\(path)` has \(Format.count(parts.count, "part")) that netc cannot say",
        notes: shown + more, help: ["`netc explain N0521` tells what can be done"])
    }
  }

  static let mostShown = 20

  /// `models/mnist-8.onnx` → `mnist-8`.
  static func stem(_ path: String) -> String {
    let file = path.split(separator: "/").last ?? Substring(path)
    for ending in [".onnx", ".prototxt", ".pbtxt", ".cfg"] where file.hasSuffix(ending) {
      return String(file.dropLast(ending.count))
    }
    return String(file)
  }
}

import Diagnostics
import Exchange
import Glibc
import Layers
import NetIR
import ONNX

/// `netc import`: an ONNX model as a spec and its weights.
package struct ImportCommand: Sendable {
  package var model: String
  /// The folder of the spec and the weights; made if it is not there.
  package var output: String

  package init(model: String, output: String) { (self.model, self.output) = (model, output) }

  package func run(_ console: Console) throws -> ExitCode {
    let network = try Self.network(of: model)
    let text = network.spec(comment: "From \(file)")
    // What is written has to be right: a spec that netc refuses would be a mistake of the importer.
    let loaded = SpecLoader.understand(Array(text.utf8), specPath, as: specPath)
    DiagnosticPrinter(console, warnings: false).printErrors(of: loaded)
    guard let understood = loaded.network else { return .wrongInput }
    try Self.check(network.weights, of: understood)
    try write(text, network.weights)
    let parameters = network.weights.reduce(0) { $0 + $1.values.count }
    console.note(
      "\(specPath): \(Format.count(network.layers.count, "layer"))\n"
        + "\(weightsPath): \(Format.count(network.weights.count, "tensor")), \(Format.grouped(parameters)) numbers\n")
    return .good
  }

  /// - Throws: N0520 for a damaged file, N0521 that names everything which netc cannot say.
  package static func network(of path: String) throws(DiagnosticError) -> ImportedNetwork {
    let mapped = try MappedFile(path: path)
    let result: Result<ImportedNetwork, ONNXProblem> = mapped.withBytes { bytes in
      Result { () throws(ONNXProblem) in
        var importer = ONNXImport(try ONNXModel(bytes: bytes), name: stem(path))
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
      let shown = parts.prefix(mostShown).map { $0 }
      let more = parts.count > mostShown ? ["and \(parts.count - mostShown) more"] : []
      throw FileFault.make(
        .unsupportedModel, in: path, "`\(path)` has \(Format.count(parts.count, "part")) that netc cannot say",
        notes: shown + more, help: ["`netc explain N0521` tells what can be done"])
    }
  }

  private static let mostShown = 20

  /// Every parameter of the network, and nothing else.
  private static func check(_ weights: [ImportedNetwork.Weight], of network: Network) throws {
    let found = Dictionary(weights.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
    for weight in network.weights
    where found[weight.name].map({ $0 == weight.shape || $0 == weight.storedShape }) != true {
      throw GraphProblem("the import has no `\(weight.name)` of \(weight.shape.crossed)")
    }
    guard found.count == network.weights.count else { throw GraphProblem("the import has more than the network") }
  }

  private func write(_ text: String, _ weights: [ImportedNetwork.Weight]) throws(DiagnosticError) {
    if mkdir(output, 0o777) != 0, errno != EEXIST {
      throw FileFault.make(
        .cannotWrite, in: output, "cannot make the folder `\(output)`: \(String(cString: strerror(errno)))",
        help: ["give a folder whose parent is there"])
    }
    var writer = SafetensorsWriter()
    for weight in weights { writer.add(weight.name, weight.shape, floats: weight.values) }
    try writer.write(to: weightsPath)
    try AtomicFile.write(path: specPath) { writer throws(DiagnosticError) in try writer.write(text) }
  }

  private var specPath: String { "\(output)/\(Self.stem(model)).yaml" }
  private var weightsPath: String { "\(output)/\(Self.stem(model)).safetensors" }
  private var file: String { model.split(separator: "/").last.map(String.init) ?? model }

  /// `models/mnist-8.onnx` → `mnist-8`.
  private static func stem(_ path: String) -> String {
    let file = path.split(separator: "/").last ?? Substring(path)
    return file.hasSuffix(".onnx") ? String(file.dropLast(5)) : String(file)
  }
}

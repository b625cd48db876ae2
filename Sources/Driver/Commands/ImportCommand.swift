import Diagnostics
import Exchange
import Glibc
import Importing
import Layers
import NetIR

/// `netc import`: a network of another framework as a spec and its weights.
package struct ImportCommand: Sendable {
  /// The model, and files that belong to it.
  package var files: [String]
  /// The folder of the spec and the weights; made if it is not there.
  package var output: String
  package var options = ImportOptions()

  package init(files: [String], output: String) { (self.files, self.output) = (files, output) }

  package func run(_ console: Console) throws -> ExitCode {
    let network = try ForeignModel(files, options).network()
    let text = network.spec(comment: "From \(file)")
    // What is written has to be right: a spec that netc refuses would be a mistake of the importer.
    let loaded = SpecLoader.understand(Array(text.utf8), specPath, as: specPath)
    DiagnosticPrinter(console, warnings: false).printErrors(of: loaded)
    guard let understood = loaded.network else { return .wrongInput }
    if !network.weights.isEmpty { try Self.check(network.weights, of: understood) }
    try write(text, network.weights)
    say(network, understood, console)
    return .good
  }

  private func say(_ network: ImportedNetwork, _ understood: Network, _ console: Console) {
    let parameters = understood.weights.reduce(0) { $0 + $1.shape.elements }
    console.note("\(specPath): \(Format.count(network.layers.count, "layer"))\n")
    console.note(
      network.weights.isEmpty
        ? "no weights were given: \(Format.grouped(parameters)) parameters have no numbers\n"
        : "\(weightsPath): \(Format.count(network.weights.count, "tensor")), \(Format.grouped(parameters)) numbers\n")
    for remark in network.remarks { console.note("note: \(remark)\n") }
  }

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
    if !weights.isEmpty {
      var writer = SafetensorsWriter()
      for weight in weights { writer.add(weight.name, weight.shape, floats: weight.values) }
      try writer.write(to: weightsPath)
    }
    try AtomicFile.write(path: specPath) { writer throws(DiagnosticError) in try writer.write(text) }
  }

  private var specPath: String { "\(output)/\(ForeignModel.stem(files[0])).yaml" }
  private var weightsPath: String { "\(output)/\(ForeignModel.stem(files[0])).safetensors" }
  private var file: String { files[0].split(separator: "/").last.map(String.init) ?? files[0] }
}

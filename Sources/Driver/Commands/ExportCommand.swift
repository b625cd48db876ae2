import Compiler
import Diagnostics
import Exchange
import Layers
import NetIR
import ONNX

/// `netc export`: a network and its parameters as an ONNX model.
package struct ExportCommand: Sendable {
  package var spec: String
  package var weights: String?
  package var map: String?
  /// The model's file; `-` is standard output.
  package var output: String
  /// The batch of the model; nil leaves it free where the spec does.
  package var batch: Int?

  package init(spec: String, output: String) { (self.spec, self.output) = (spec, output) }

  package func run(_ console: Console) throws -> ExitCode {
    var loader = ModelLoader(path: spec, weights: weights, threads: 1)
    (loader.map, loader.batch, loader.allowsInitialised) = (map, batch, true)
    guard let source = try loader.source(console, 1) else { return .wrongInput }
    let network = source.network
    try checkSize(network)
    let model = try Self.model(of: network, batch: batch) { try source.weights.values($0, $1) }
    let bytes = model.serialized()
    try AtomicFile.write(path: output) { writer throws(DiagnosticError) in try writer.write(bytes) }
    say(model, network, bytes.count, console)
    return .good
  }

  /// - Parameters:
  ///   - batch: nil leaves it free where the network does, and 1 where axes are joined with the batch.
  ///   - weights: the numbers of a parameter, by its name and shape.
  package static func model(
    of network: Network, batch: Int?, weights: @escaping (String, [Int]) throws -> [Float]
  ) throws -> ONNXModel {
    var fixed = batch ?? network.fixedBatch
    // Any number but 1, which could as well be the size of another axis.
    let mark = 3
    var lowered = try network.lowered(batch: fixed ?? mark).graph
    if fixed == nil, !ONNXExport.keepsBatch(lowered, mark) {
      fixed = 1
      lowered = try network.lowered(batch: 1).graph
    }
    let evaluator = ConstantEvaluator(lowered, parameter: weights)
    var export = ONNXExport(lowered, freeBatch: fixed == nil ? mark : nil) { try evaluator.value(of: $0) }
    return try export.model(producerVersion: Version.number)
  }

  /// Protocol buffers count bytes in 31 bits.
  private static let largest = 1 << 31 - 1 << 20

  private func checkSize(_ network: Network) throws(DiagnosticError) {
    let bytes = network.weights.reduce(0) { $0 + 4 * $1.shape.elements }
    guard bytes > Self.largest else { return }
    throw FileFault.make(
      .cannotWrite, in: output,
      "an ONNX file holds 2 GiB, the parameters of `\(network.name)` are \(Format.binary(bytes))",
      help: ["export a smaller network"])
  }

  private func say(_ model: ONNXModel, _ network: Network, _ bytes: Int, _ console: Console) {
    guard output != "-" else { return }
    console.note(
      "\(output): \(Format.count(model.graph.nodes.count, "node")), opset \(model.opset), \(Format.binary(bytes)), "
        + (model.hasFreeBatch ? "any batch" : "a fixed batch") + "\n")
    if !network.preprocessing.isEmpty {
      console.note("note: what `preprocess` does to the input is not in the file: its users have to do it\n")
    }
  }
}

import CEmitter
import Compiler
import Diagnostics
import Exchange
import Layers
import NetIR

package typealias CWeightsForm = StandaloneC.WeightsForm

/// `netc compile --emit c`: a network as C files in a folder.
package struct StandaloneEmission: Sendable {
  /// Made where it is not there.
  package var folder: String
  /// Nil lets the size decide.
  package var form: CWeightsForm?
  /// Whether a program that calls the network is written, too.
  package var withExample = false

  package init(folder: String) { self.folder = folder }

  /// - Parameter weights: the numbers of a parameter, by its name and shape.
  package func files(
    of network: Network, batch: Int, weights: @escaping (String, [Int]) throws -> [Float]
  ) throws -> (code: StandaloneC, files: [StandaloneC.File]) {
    let graph = try Pipeline.standalone(network, batch: batch, canPool: StandaloneC.canPool)
    let evaluator = ConstantEvaluator(graph, parameter: weights)
    do {
      let code = try StandaloneC(
        graph, classes: network.classes, preprocessing: network.preprocessing, form: form, version: Version.number
      ) { try evaluator.value(of: $0) }
      return (code, try code.files(withExample: withExample))
    } catch let error as CompileError where error.reason == .unsupported {
      throw DiagnosticError(
        Diagnostic(
          .unsupportedOnTarget, error.message, at: .none,
          help: ["`netc compile` without `--emit c` and `netc export` have other limits"]))
    }
  }

  func write(_ network: Network, batch: Int, _ weights: Weights, _ console: Console) throws {
    let (code, files) = try files(of: network, batch: batch) { try weights.values($0, $1) }
    try OutputFolder.create(folder)
    for file in files {
      try AtomicFile.write(path: "\(folder)/\(file.name)") { (writer) throws(DiagnosticError) in
        switch file.content {
        case .text(let text): try writer.write(text)
        case .floats(let numbers): try writer.write(numbers)
        }
      }
    }
    let place = code.form == .array ? "in \(code.name).c" : "in \(code.name).weights, which its caller gives"
    console.note(
      "\(folder): \(files.map(\.name).joined(separator: ", ")); "
        + "weights \(Format.binary(4 * code.weightFloats)) \(place), arena \(Format.binary(4 * code.arenaFloats)) "
        + "(bound \(Format.binary(4 * code.arenaBound)))\n")
  }
}

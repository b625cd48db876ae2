import CEmitter
import CPUBackend
import Compiler
import Driver
import FileTestSupport
import Layers
import NetIR
import NetworkTestSupport

/// A network as C, numbers for it, and what the interpreter makes of them.
struct CNetwork {
  let code: StandaloneC
  let files: [StandaloneC.File]
  let inputs: [[Float]]
  let wanted: [[Double]]

  /// - Parameter name: what its functions are called after.
  init(_ yaml: String, name: String, batch: Int = 1, form: StandaloneC.WeightsForm = .array) throws {
    try self.init(Networks.of(yaml, name: name), batch: batch, form: form)
  }

  init(_ network: Network, batch: Int = 1, form: StandaloneC.WeightsForm? = .array) throws {
    let batch = network.fixedBatch ?? batch
    var emission = StandaloneEmission(folder: "")
    emission.form = form
    (code, files) = try emission.files(of: network, batch: batch, weights: NoiseWeights.values)
    let graph = try network.lowered(batch: batch).graph
    inputs = graph.inputs.enumerated().map { index, id in
      Noise.floats(graph[id].shape.elements, seed: UInt64(index) + 11)
    }
    wanted = try ReferenceInterpreter(graph, parameter: NoiseWeights.values).run(
      inputs.map { $0.map(Double.init) })
  }

  /// The text of a file.
  func text(_ name: String) -> String? {
    files.first { $0.name == name }.flatMap { if case .text(let text) = $0.content { text } else { nil } }
  }

  func store(in folder: TemporaryFolder) {
    for file in files {
      switch file.content {
      case .text(let text): folder.store(Array(text.utf8), as: file.name)
      case .floats(let numbers): folder.store(numbers.withUnsafeBytes { Array($0) }, as: file.name)
      }
    }
  }

  /// A function that runs the network with buffers that lie as `Call` has them.
  var caller: String {
    let (name, upper) = (code.name, code.name.uppercased())
    let values =
      inputs.indices.map { "in[\($0)]" } + wanted.indices.map { "out[\($0)]" } + ["arena"]
    let weights = code.form == .binary && code.weightFloats > 0 ? ["weights"] : []
    let arguments = (weights + values).joined(separator: ", ")
    return """
      #include "\(name).h"
      int call_\(name)(const float *weights, const float *const *in, float *const *out, float *arena);
      int call_\(name)(const float *weights, const float *const *in, float *const *out, float *arena) {
        (void)weights; (void)in;
        \(name)_run(\(arguments));
        return \(upper)_ARENA_FLOATS;
      }

      """
  }

  /// The largest error of any output over the largest number that it should have.
  func error(of found: [[Float]]) -> Double {
    zip(wanted, found).map { wanted, found in
      let size = wanted.reduce(1e-30) { max($0, abs($1)) }
      return zip(wanted, found).reduce(0) { worst, pair in
        let error = abs(Double(pair.1) - pair.0) / size
        return error.isNaN ? .infinity : max(worst, error)
      }
    }.max() ?? 0
  }
}

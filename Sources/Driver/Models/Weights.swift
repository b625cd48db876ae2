import Diagnostics
import Exchange
import Layers
import NetIR
import Runtime

/// The parameters of a network: from a file, or initialised.
package struct Weights: Sendable {
  private enum Source: Sendable {
    case file(SafetensorsFile)
    case initialised([String: Network.Weight], seed: UInt64)
  }

  private let source: Source

  /// First values, as the spec's initialisers say.
  package static func initialised(for network: Network, seed: UInt64 = 42) -> Weights {
    let table = Dictionary(network.weights.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    return Weights(source: .initialised(table, seed: seed))
  }

  /// Opens a safetensors file and holds it against the network, strictly: every tensor of the network has to
  /// be there with its shape, and every tensor of the file has to be wanted.
  ///
  /// - Throws: one diagnostic that names all that differs (N0503, N0504, N0505), or what is wrong with the file.
  package static func load(_ path: String, for network: Network) throws(DiagnosticError) -> Weights {
    let file = try SafetensorsFile(path: path)
    let wanted = network.weights
    let names = Set(wanted.map(\.name))
    let missing = wanted.filter { file.info(named: $0.name) == nil }
    let unexpected = file.tensors.filter { !names.contains($0.name) }
    let differing = wanted.filter { weight in
      file.info(named: weight.name).map { $0.shape != weight.shape && $0.shape != weight.storedShape } ?? false
    }
    func fault(_ code: DiagnosticCode, _ message: String, _ notes: [String], _ help: [String])
      -> DiagnosticError
    {
      FileFault.make(code, in: path, message, notes: notes, help: help)
    }
    if !missing.isEmpty {
      var notes = listed(missing.map { "`\($0.name)` \($0.shape.crossed)" }, "missing")
      notes += listed(
        unexpected.map { "`\($0.name)` \($0.shape.crossed)" }, "in the file, and not of the network")
      throw fault(
        .missingTensor,
        "the file lacks \(Format.count(missing.count, "tensor")) of `\(network.name)`", notes,
        [
          "tensors are called `<layer>.W`, `.b`, `.gamma`, `.beta`, `.mean`, `.var`: name the layers as the file does"
        ])
    }
    if !differing.isEmpty {
      let notes = differing.map { weight in
        "`\(weight.name)` is \(file.info(named: weight.name)?.shape.crossed ?? "") in the file, "
          + "and \(weight.shape.crossed) in the network"
      }
      throw fault(
        .tensorShapeDiffers,
        "\(Format.count(differing.count, "tensor")) of the file \(differing.count == 1 ? "has" : "have") another shape",
        Array(notes.prefix(12)), ["these are the weights of another network"])
    }
    if !unexpected.isEmpty {
      throw fault(
        .unexpectedTensor,
        "the file has \(Format.count(unexpected.count, "tensor")) that `\(network.name)` does not have",
        listed(unexpected.map { "`\($0.name)` \($0.shape.crossed)" }, "not of the network"),
        ["a spec that leaves layers out cannot take their weights: check that it is the right file"])
    }
    return Weights(source: .file(file))
  }

  /// The numbers of a parameter in C order.
  package func values(_ name: String, _ shape: [Int]) throws -> [Float] {
    switch source {
    case .file(let file): return try file.floats(named: name)
    case .initialised(let table, let seed):
      guard let weight = table[name], case .initialiser(let initialiser) = weight.source else {
        throw GraphProblem("no parameter is called `\(name)`")
      }
      return initialiser.sample(shape: shape, fanShape: weight.fanShape, seed: seed, name: name)
    }
  }

  private static func listed(_ items: [String], _ what: String) -> [String] {
    guard !items.isEmpty else { return [] }
    let shown = items.prefix(12).joined(separator: ", ")
    return ["\(what): \(shown)\(items.count > 12 ? " and \(items.count - 12) more" : "")"]
  }
}

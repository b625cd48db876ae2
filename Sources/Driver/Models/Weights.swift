import Diagnostics
import Exchange
import Layers
import NetIR
import Runtime
import TrainingLoop

/// The parameters of a network: from a file, initialised, or some of them so and the others so.
package struct Weights: Sendable {
  /// The numbers of what is not initialised.
  private let file: SafetensorsFile?
  /// The parameters that get first values.
  private let initialised: [String: Network.Weight]
  private let seed: UInt64
  /// Said to the user: what comes from the base, and what does not.
  package private(set) var remark: String?

  private init(_ file: SafetensorsFile?, initialised: [Network.Weight] = [], seed: UInt64 = 42) {
    self.file = file
    self.initialised = Dictionary(initialised.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.seed = seed
  }

  /// First values, as the spec's initialisers say.
  package static func initialised(for network: Network, seed: UInt64 = 42) -> Weights {
    Weights(nil, initialised: network.weights, seed: seed)
  }

  /// The weights that a spec is run with: those of a file if one is named, else those that its base has, to which
  /// first values are added for its own layers.
  ///
  /// - Parameter loaded: a spec that has a network.
  /// - Returns: nil where neither a file nor a base is named.
  /// - Throws: `DiagnosticError` for what is wrong with a named file, `SpecProblems` for that of a base.
  package static func load(
    _ path: String?, for loaded: LoadedSpec, _ network: Network, seed: UInt64 = 42
  ) throws -> Weights? {
    if let path { return try load(path, for: network) }
    guard let base = loaded.spec?.baseWeights else { return nil }
    let file = try BaseWeightsFile(base, network, loaded.map)
    var weights = Weights(file.file, initialised: file.fresh, seed: seed)
    weights.remark = "\(Format.count(file.taken.count, "tensor")) of `\(base.path)`" + newlyInitialised(file.fresh)
    return weights
  }

  private static func newlyInitialised(_ weights: [Network.Weight]) -> String {
    guard !weights.isEmpty else { return "" }
    let shown = weights.prefix(8).map { "`\($0.name)`" }.joined(separator: ", ")
    let more = weights.count > 8 ? " and \(weights.count - 8) more" : ""
    return "; \(shown)\(more) \(weights.count == 1 ? "has its" : "have their") first values"
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
    let unexpected = file.tensors.filter { !names.contains($0.name) && !Checkpoint.isBeside($0.name) }
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
    return Weights(file)
  }

  /// The numbers of a parameter in C order.
  package func values(_ name: String, _ shape: [Int]) throws -> [Float] {
    if let weight = initialised[name], case .initialiser(let initialiser) = weight.source {
      return initialiser.sample(shape: shape, fanShape: weight.fanShape, seed: seed, name: name)
    }
    guard let file else { throw GraphProblem("no parameter is called `\(name)`") }
    return try file.floats(named: name)
  }

  /// The network with steps of preprocessing that are ready: those that were fitted to training examples have their
  /// numbers from the file. Parameters that only have first values come without such steps.
  ///
  /// - Throws: N0503 where a file lacks the numbers.
  package func prepared(_ network: Network) throws(DiagnosticError) -> Network {
    guard network.needsStatistics else { return network }
    var network = network
    guard let file else {
      network.preprocessing.removeAll { if case .statistic = $0 { true } else { false } }
      return network
    }
    guard let fitted = FittedPreprocessing(network.preprocessing, tensor: { try? file.floats(named: $0) }) else {
      throw FileFault.make(
        .missingTensor, in: file.file.path,
        "the weights lack the statistics that `preprocess` of `\(network.name)` needs",
        notes: ["`netc train` stores them beside the parameters, as `\(FittedPreprocessing.prefix)0.mean` and so on"],
        help: ["use weights that `netc train` wrote, or `subtract` and `divide` by numbers that are known"])
    }
    network.preprocessing = fitted.steps
    return network
  }

  private static func listed(_ items: [String], _ what: String) -> [String] {
    guard !items.isEmpty else { return [] }
    let shown = items.prefix(12).joined(separator: ", ")
    return ["\(what): \(shown)\(items.count > 12 ? " and \(items.count - 12) more" : "")"]
  }
}

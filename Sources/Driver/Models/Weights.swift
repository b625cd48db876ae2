import Diagnostics
import Exchange
import Layers
import NetIR
import Runtime
import TrainingLoop

/// The parameters of a network: from a file, initialised, or some of them so and the others so.
package struct Weights: Sendable {
  /// The numbers of what is not initialised.
  private let file: TensorFile?
  /// Which of its tensors are the parameters.
  private let sources: [String: WeightMatching.Source]
  /// The parameters that get first values.
  private let initialised: [String: Network.Weight]
  private let seed: UInt64
  /// Said to the user: what comes from the base, and what does not.
  package private(set) var remark: String?

  private init(
    _ file: TensorFile?, _ sources: [String: WeightMatching.Source] = [:], initialised: [Network.Weight] = [],
    seed: UInt64 = 42
  ) {
    (self.file, self.sources) = (file, sources)
    self.initialised = Dictionary(initialised.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.seed = seed
  }

  /// First values, as the spec's initialisers say.
  package static func initialised(for network: Network, seed: UInt64 = 42) -> Weights {
    Weights(nil, initialised: network.weights, seed: seed)
  }

  /// The weights that a spec is run with: those of a file if one is named, else those that the spec or its base names,
  /// to which first values are added for layers that these do not have.
  ///
  /// - Parameters:
  ///   - map: a file, or the name of a map that netc has, for a file whose tensors are called otherwise.
  ///   - loaded: a spec that has a network.
  /// - Returns: nil where neither a file nor a base is named.
  /// - Throws: `DiagnosticError` for what is wrong with a named file, `SpecProblems` for that of the spec.
  package static func load(
    _ path: String?, map: String? = nil, for loaded: LoadedSpec, _ network: Network, seed: UInt64 = 42
  ) throws -> Weights? {
    if let path { return try load(path, map: map, for: network) }
    guard let written = loaded.spec?.weights else { return nil }
    let file = try SpecWeightsFile(written, network, loaded.map)
    var weights = Weights(file.file, file.sources, initialised: file.fresh, seed: seed)
    weights.remark = "\(Format.count(file.sources.count, "tensor")) of `\(written.path)`" + newlyInitialised(file.fresh)
    return weights
  }

  private static func newlyInitialised(_ weights: [Network.Weight]) -> String {
    guard !weights.isEmpty else { return "" }
    let shown = weights.prefix(8).map { "`\($0.name)`" }.joined(separator: ", ")
    let more = weights.count > 8 ? " and \(weights.count - 8) more" : ""
    return "; \(shown)\(more) \(weights.count == 1 ? "has its" : "have their") first values"
  }

  /// Opens a file of tensors and holds it against the network, strictly: every parameter of the network has to
  /// be there with its shape, and every tensor of the file has to be wanted.
  ///
  /// - Throws: one diagnostic that names all that differs (N0503, N0504, N0505, N0506), or what is wrong with the file
  ///   or the map.
  package static func load(_ path: String, map: String? = nil, for network: Network) throws -> Weights {
    let map = try map.map { try WeightMap.named($0) }
    let file = try TensorFile(path: path)
    let wanted = network.layers.flatMap { layer in
      layer.weights.filter { !$0.isTied }.map { WeightMatching.Wanted(weight: $0, layer: layer) }
    }
    let entries = file.entries.filter { !Checkpoint.isBeside($0.name) }
    let matching = WeightMatching(wanted, of: network, in: entries, map)
    if let fault = FileMismatch(matching, path: path, network: network.name).fault { throw fault }
    var weights = Weights(file, matching.sources)
    if map != nil {
      weights.remark =
        "\(Format.count(matching.sources.count, "tensor")) of `\(path)`"
        + (matching.leftOut > 0 ? "; the map leaves \(Format.count(matching.leftOut, "tensor")) out" : "")
    }
    return weights
  }

  /// The numbers of a parameter in C order.
  package func values(_ name: String, _ shape: [Int]) throws -> [Float] {
    if let weight = initialised[name], case .initialiser(let initialiser) = weight.source {
      return initialiser.sample(shape: shape, fanShape: weight.fanShape, seed: seed, name: name)
    }
    guard let file, let source = sources[name],
      let values = source.conversion.converted(source.shape, try file.floats(named: source.tensor))?.values
    else { throw GraphProblem("no parameter is called `\(name)`") }
    return values
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
        .missingTensor, in: file.path,
        "the weights lack the statistics that `preprocess` of `\(network.name)` needs",
        notes: ["`netc train` stores them beside the parameters, as `\(FittedPreprocessing.prefix)0.mean` and so on"],
        help: ["use weights that `netc train` wrote, or `subtract` and `divide` by numbers that are known"])
    }
    network.preprocessing = fitted.steps
    return network
  }
}

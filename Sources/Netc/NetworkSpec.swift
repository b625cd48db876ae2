import CPUBackend
import Compiler
import Diagnostics
import Driver
import Layers
import NetIR

/// A network as a YAML spec describes it, read and checked.
///
/// ```swift
/// let spec = try NetworkSpec(path: "lenet.yaml")
/// print(spec.parameterCount)                     // 61706
/// let network = try spec.compile(weights: "lenet.safetensors")
/// let scores = try network.run(pixels)           // 1×32×32 → 10
/// ```
public struct NetworkSpec: Sendable {
  private let network: Layers.Network
  private let loaded: LoadedSpec
  /// What is allowed and rarely meant.
  public let warnings: [Problem]

  /// Reads and checks a spec.
  ///
  /// - Throws: `SpecError` with every mistake.
  public init(path: String) throws {
    let loaded = SpecLoader.load(path)
    let problems = loaded.bag.sorted.map { Problem($0, loaded.map) }
    guard let network = loaded.network else { throw SpecError(problems: problems) }
    (self.network, self.loaded) = (network, loaded)
    warnings = problems
  }

  public var name: String { network.name }
  public var layerNames: [String] { network.layers.map(\.name) }
  /// Names of the classes in the order of the output's units; may be empty.
  public var classes: [String] { network.classes }
  /// Trainable parameters; tied ones count once.
  public var parameterCount: Int {
    network.weights.filter { $0.role == .trainable }.reduce(0) { $0 + $1.shape.elements }
  }

  /// Sizes of a layer's result for one example: [channels, height, width] or [units]. nil without such a layer.
  public func outputShape(of layer: String) -> [Int]? {
    network.layers.first { $0.name == layer }?.shape.dropFirst().map { $0 ?? 1 }
  }

  /// Compiles for this machine.
  ///
  /// - Parameters:
  ///   - weights: a safetensors file that has every parameter and nothing else; nil takes the weights that the spec's
  ///     `base` names, with first values for the layers that the spec adds, or first values for all.
  ///   - batch: examples that one run of the plan takes; other numbers are cut and padded.
  ///   - threads: nil takes the cores that this process may use.
  /// - Throws: `Problem` when the weights do not fit, `SpecError` when those of the base do not.
  public func compile(weights: String? = nil, batch: Int = 1, threads: Int? = nil) throws -> CompiledNetwork {
    try rethrowing {
      let parameters = try Weights.load(weights, for: loaded, network) ?? Weights.initialised(for: network)
      let options = CompileOptions(
        batch: try CompilerFront.batch(batch, for: network), target: HostCPU.current.target,
        catalogue: KernelTable.catalogue)
      return CompiledNetwork(
        try Model.compile(parameters.prepared(network), parameters, options, threads: threads ?? HostCPU.current.cores))
    }
  }
}

/// Turns netc's own errors into public ones.
func rethrowing<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as DiagnosticError {
    throw Problem(error.diagnostic, SourceMap())
  } catch let error as SpecProblems {
    throw SpecError(problems: error.bag.sorted.map { Problem($0, error.map) })
  }
}

import CPUBackend
import Compiler
import Diagnostics
import Exchange
import GPUBackend
import Layers
import NetIR

/// What `run` and `bench` take: a spec with its weights, or an artefact. The content decides, not the name.
package struct ModelLoader: Sendable {
  package var path: String
  package var weights: String?
  /// Which tensors of the weights are which; nil where they are called as here.
  package var map: String?
  package var batch: Int?
  package var precision: Precision?
  package var numerics: Numerics?
  package var threads: Int
  /// Whether a spec without weights is initialised instead of refused.
  package var allowsInitialised = false
  package var verifyWeights = false
  /// Whether a device's kernels are chosen by their times.
  package var tunes = false
  /// Whether a GPU shall have room for inputs as bytes.
  package var takesBytes = false

  package init(path: String, weights: String? = nil, threads: Int) {
    (self.path, self.weights, self.threads) = (path, weights, threads)
  }

  /// - Parameter defaultBatch: for a spec with a free batch when no batch is asked for.
  /// - Returns: nil when the spec has errors, which were printed.
  package func load(_ console: Console, defaultBatch: Int = 1) throws -> Model? {
    if try isArtefact() {
      let model = try openArtefact { try Model.open(path, threads: threads, verifyWeights: verifyWeights) }
      if let remark = model.remark { console.note("note: \(remark)\n") }
      return model
    }
    guard let source = try source(console, defaultBatch) else { return nil }
    return try Model.compile(
      source.network, source.weights, options(source.batch, HostCPU.current.target, KernelTable.catalogue),
      threads: threads)
  }

  /// As `load`, for a GPU. What is wrong with the machine is said before anything is read.
  package func loadOnGPU(_ console: Console, defaultBatch: Int = 1) throws -> GPUModel? {
    let machine = try GPUMachine()
    if try isArtefact() {
      guard !tunes else {
        throw DiagnosticError(
          Diagnostic(
            .badOption, "`--tune` needs a spec: the kernels of `\(path)` were chosen", at: .none,
            help: ["give the spec, or make the artefact with `netc compile SPEC --device gpu --tune`"]))
      }
      let model = try openArtefact {
        try GPUModel.open(path, on: machine, takesBytes: takesBytes, verifyWeights: verifyWeights)
      }
      if let remark = model.remark { console.note("note: \(remark)\n") }
      return model
    }
    _ = try machine.compiler.get()
    guard let source = try source(console, defaultBatch) else { return nil }
    var options = options(source.batch, machine.device.target, machine.catalogue)
    if tunes {
      options.measurements = try GPUTuner(source.network, options, source.weights, machine).table(console)
    }
    return try GPUModel.compile(
      source.network, source.weights, options,
      on: machine, takesBytes: takesBytes)
  }

  func options(_ batch: Int, _ target: TargetDescription, _ catalogue: KernelCatalogue) -> CompileOptions {
    CompileOptions(
      batch: batch, precision: precision ?? .fp32, numerics: numerics ?? .fast, target: target, catalogue: catalogue)
  }

  /// The network of a spec, its parameters and the batch, for what an artefact cannot do; nil when the spec has errors,
  /// which were printed.
  func spec(_ console: Console) throws -> (network: Network, weights: Weights, batch: Int)? {
    guard try !isArtefact() else {
      throw DiagnosticError(
        Diagnostic(
          .badOption, "`\(path)` is an artefact, which has no gradients", at: .none, help: ["give the spec"]))
    }
    return try source(console, 1)
  }

  /// What a spec says, its parameters, and the batch of its plan; nil when it has errors, which were printed.
  func source(_ console: Console, _ defaultBatch: Int) throws
    -> (network: Network, weights: Weights, batch: Int)?
  {
    let loaded = SpecLoader.load(path)
    DiagnosticPrinter(console).printErrors(of: loaded)
    guard let network = loaded.network else { return nil }
    let batch = try CompilerFront.batch(batch ?? (network.fixedBatch == nil ? defaultBatch : nil), for: network)
    let parameters: Weights
    if let found = try Weights.load(weights, map: map, for: loaded, network) {
      parameters = found
      if let remark = found.remark { console.note("note: \(remark)\n") }
    } else if allowsInitialised {
      parameters = Weights.initialised(for: network)
    } else {
      throw DiagnosticError(
        Diagnostic(
          .badOption, "`\(path)` is a spec: `--weights` has to say where its parameters are", at: .none,
          help: ["give `--weights FILE.safetensors`, a `base` with weights, or run what `netc compile` made"]))
    }
    return (try parameters.prepared(network), parameters, batch)
  }

  private func isArtefact() throws(DiagnosticError) -> Bool {
    // Standard input can be read once: only a spec may come through it.
    guard path != "-" else { return false }
    return try MappedFile(path: path).withBytes { Artefact.isArtefact($0) }
  }

  /// Opens an artefact, which nothing that was asked for may contradict.
  private func openArtefact<Opened: PlannedModel>(_ open: () throws -> Opened) throws -> Opened {
    func refuse(_ option: String, _ value: String, _ fact: String) -> DiagnosticError {
      DiagnosticError(
        Diagnostic(
          .badOption, "`\(option) \(value)`, but `\(path)` was compiled for \(fact)", at: .none,
          help: ["compile the spec again with `\(option) \(value)`"]))
    }
    if let weights {
      throw DiagnosticError(
        Diagnostic(
          .badOption, "`--weights \(weights)`, but `\(path)` has its weights inside", at: .none,
          help: ["leave `--weights` out, or run the spec"]))
    }
    let model = try open()
    let plan = model.plan
    if let batch, batch != plan.batch { throw refuse("--batch", "\(batch)", "batches of \(plan.batch)") }
    if let precision, precision.rawValue != plan.precision {
      throw refuse("--precision", precision.rawValue, plan.precision)
    }
    if let numerics, numerics.rawValue != plan.numerics {
      throw refuse("--numerics", numerics.rawValue, plan.numerics)
    }
    return model
  }
}

/// A network that is ready to run somewhere.
package protocol PlannedModel {
  var plan: Plan { get }
}

extension Model: PlannedModel {}
extension GPUModel: PlannedModel {}

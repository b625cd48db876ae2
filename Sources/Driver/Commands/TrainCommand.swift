import CPUBackend
import Compiler
import DataPipeline
import Diagnostics
import Exchange
import GPUBackend
import Layers
import NetIR
import Runtime
import TrainingLoop

/// `netc train`: learns a spec's parameters from the examples that it names.
package struct TrainCommand: Sendable {
  package var spec: String
  /// The folder of what is written; one with the network's name in the present folder without it.
  package var output: String?
  package var resumes = false
  /// Whether a folder with a training in it is written anew.
  package var overwrites = false
  package var epochs: Int?
  package var seed: Int?
  /// Values in place of the spec's: `train.batch_size=32`.
  package var overrides: [String] = []
  package var numerics = Numerics.fast
  package var device = DeviceOption.cpu
  /// Whether a device's kernels are chosen by their times.
  package var tunes = false
  package var precision = PrecisionOption.fp32
  /// What training may take; what is free without it.
  package var memory: ByteSize?
  /// Whether checks are run in place of a training.
  package var checksSanity = false
  package var json = false
  package var threads: Int

  package init(spec: String, threads: Int) { (self.spec, self.threads) = (spec, threads) }

  package func run(_ console: Console) throws -> ExitCode {
    var changes = overrides
    if let epochs { changes.append("train.max_epochs=\(epochs)") }
    if let seed { changes.append("train.seed=\(seed)") }
    let loaded = SpecLoader.load(
      spec, overrides: try changes.map { text throws(DiagnosticError) in try SpecOverride(text) })
    DiagnosticPrinter(console).printErrors(of: loaded)
    guard let network = loaded.network else { return .wrongInput }
    return try loaded.located { () throws(DiagnosticError) in
      try train(loaded, network, changes, console)
    }
  }

  private func train(
    _ loaded: LoadedSpec, _ network: Network, _ changes: [String], _ console: Console
  ) throws(DiagnosticError) -> ExitCode {
    guard !network.trained.isEmpty else {
      throw DiagnosticError(
        Diagnostic(
          .notTrainable, "`\(network.name)` has no parameters that learn", at: .none,
          help: [
            "`freeze`, `trainable` and `learning_rates` leave nothing to train, or there are no layers with parameters"
          ]))
    }
    // Differences tell slopes of fp32 numbers: a GPU's TF32 has 11 bits.
    var host = CPUTraining(
      threads: threads, numerics: checksSanity && device == .gpu ? .strict : numerics,
      precision: checksSanity ? .fp32 : precision, note: console.note)
    // Parameters and what the rule remembers are in the training's state as well.
    let state = 4 * network.weights.reduce(0) { $0 + $1.shape.reduce(1, *) } * (1 + network.optimizer.slots)
    host.memory = (network, { [memory] in MemoryLimit(memory, beside: state) })
    let (backend, machine) = try machine(host, console)
    if checksSanity {
      return try SanitySession(
        network: network, data: try TrainingData(loaded, network), weights: weights(loaded, network),
        isFresh: loaded.spec?.weights == nil, backend: backend, console: console, json: json
      ).run()
    }
    let folder = TrainingFolder(output ?? network.name)
    if folder.hasCheckpoint, !resumes, !overwrites {
      throw DiagnosticError(
        Diagnostic(
          .badOption, "`\(folder.path)` has a training in it", at: .none,
          help: ["go on with it: `--resume`", "choose another folder with `--output`, or write it anew: `--overwrite`"])
      )
    }
    let data = try TrainingData(loaded, network)
    try folder.create()
    let session = try TrainingSession(
      network: network, data: data, folder: folder, resumes: resumes, weights: weights(loaded, network),
      backend: backend, console: console)
    try SpecCopy(loaded, changes, classes: data.train.classes).write(to: folder.spec)
    return try session.run(on: machine)
  }

  /// What trains, and that in words.
  private func machine(_ host: CPUTraining, _ console: Console) throws(DiagnosticError) -> (any TrainingBackend, String)
  {
    guard device == .gpu else {
      guard precision != .fp16 else {
        throw DiagnosticError(
          Diagnostic(
            .unsupportedOnTarget, "netc trains in fp16 on GPUs alone (`--device gpu`)", at: .none,
            help: ["`--precision bf16` halves memory as well, and has the range of fp32"]))
      }
      return (host, Format.count(threads, "thread"))
    }
    return try TrainingProblem.located {
      let machine = try GPUMachine()
      return (GPUTraining(machine: machine, host: host, tuningConsole: tunes ? console : nil), machine.device.name)
    }
  }

  /// Of all parameters in their order; those of the spec's base, or first values.
  private func weights(_ loaded: LoadedSpec, _ network: Network) throws(DiagnosticError) -> [[Float]] {
    do {
      let seed = network.training.seed
      let weights =
        try Weights.load(nil, for: loaded, network, seed: seed) ?? Weights.initialised(for: network, seed: seed)
      return try network.weights.map { try weights.values($0.name, $0.shape) }
    } catch let error as DiagnosticError {
      throw error
    } catch let problems as SpecProblems {
      throw DiagnosticError(
        problems.bag.sorted.first ?? Diagnostic(.unreadableFile, "the base has no weights", at: .none))
    } catch {
      throw DiagnosticError(Diagnostic(.unreadableFile, "\(error)", at: .none))
    }
  }
}

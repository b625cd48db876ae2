import CPUBackend
import Compiler
import Diagnostics
import Exchange
import GPUBackend
import Layers
import NetIR

package enum CompileEmission: String, CaseIterable, Sendable {
  case plan, graph, c
}

/// `netc compile`: the artefact, the network as C, or a look at the plan or the graph.
package struct CompileCommand: Sendable {
  package var spec: String
  package var weights: String?
  package var map: String?
  package var output: String?
  package var batch: Int?
  package var precision = Precision.fp32
  package var numerics = Numerics.fast
  package var target: String?
  /// A GPU is the one of this machine; CPUs have names.
  package var device = DeviceOption.cpu
  package var emission: CompileEmission?
  package var listPasses = false
  package var dumpAfter: String?
  package var stopAfter: String?
  package var timePasses = false
  /// Whether the kernels are chosen by their times on this machine.
  package var tune = false
  /// With the emission of C: where the weights go, nil for what suits their size.
  package var cWeights: CWeightsForm?
  /// With the emission of C: whether a program that calls it is written, too.
  package var cMain = false
  /// The number of threads with which they are timed.
  package var threads = HostCPU.current.cores

  package init(spec: String) { self.spec = spec }

  package func run(_ console: Console) throws -> ExitCode {
    if listPasses {
      let passes = Pipeline.inference.map { (term: $0.name, text: $0.summary) }
      console.out(Prose.definitions(passes, Style(color: console.color), width: console.width))
      return .good
    }
    for pass in [dumpAfter, stopAfter].compactMap({ $0 }) { try checkPass(pass) }
    let machine = device == .gpu && emission != .c ? try GPUMachine() : nil
    let loaded = SpecLoader.load(spec)
    DiagnosticPrinter(console).printErrors(of: loaded)
    guard var network = loaded.network else { return .wrongInput }
    if emission == .c { return try writeC(loaded, network, console) }
    let target = try machine?.device.target ?? CompilerFront.target(target, devices: TargetDescription.devices)
    var options = CompileOptions(
      batch: try CompilerFront.batch(batch, for: network), precision: precision, numerics: numerics,
      target: target,
      catalogue: machine?.catalogue ?? (target.isDevice ? DeviceKernelTable.catalogue : KernelTable.catalogue))
    let writes = emission == nil && stopAfter == nil && (dumpAfter == nil || output != nil)
    let parameters = tune || writes ? try parameters(loaded, network, console) : nil
    if let parameters { network = try parameters.prepared(network) }
    if tune, let parameters { try tune(&options, network, parameters, machine, console) }
    guard var compiled = try compile(network, options, console) else { return .good }
    if let machine { compiled.plan = try LibraryEngines.settled(compiled.plan, on: machine) }
    switch emission {
    case .plan:
      console.out(compiled.plan.printed())
      return .good
    case .graph:
      console.out(compiled.portable.printed())
      return .good
    case .c, nil: break
    }
    guard writes, let parameters else { return .good }
    guard target.isDevice else { return try write(compiled, network, parameters, console) }
    return try writeForDevice(compiled.plan, machine, network, options, parameters, console)
  }

  /// The network as C, which has kernels of its own.
  private func writeC(_ loaded: LoadedSpec, _ network: Network, _ console: Console) throws -> ExitCode {
    let refused = [
      ("--precision \(precision)", precision != .fp32), ("--tune", tune), ("--target \(target ?? "")", target != nil),
      ("--device gpu", device == .gpu),
    ]
    if let (option, _) = refused.first(where: \.1) {
      throw DiagnosticError(
        Diagnostic(
          .badOption, "`\(option)` chooses among netc's kernels; `--emit c` writes C in fp32 for any machine",
          at: .none,
          help: ["leave `\(option)` out"]))
    }
    let parameters = try parameters(loaded, network, console)
    var emission = StandaloneEmission(folder: output ?? ".")
    (emission.form, emission.withExample) = (cWeights, cMain)
    let batch = try CompilerFront.batch(batch, for: network)
    try emission.write(try parameters.prepared(network), batch: batch, parameters, console)
    return .good
  }

  /// - Returns: nil when a pass was asked to be the last.
  private func compile(_ network: Network, _ options: CompileOptions, _ console: Console) throws
    -> CompiledNetwork?
  {
    let clock = ContinuousClock()
    var last = clock.now
    var times: [(name: String, seconds: Double)] = []
    var stopped = false
    let result = try Pipeline.compile(network, options) { pass, state in
      times.append((pass.name, (clock.now - last).seconds))
      stopped = pass.name == stopAfter
      if stopped || pass.name == dumpAfter { console.out(state.plan?.printed() ?? state.graph.printed()) }
      last = clock.now
      return !stopped
    }
    if timePasses {
      let width = times.map(\.name.count).max() ?? 0
      for (name, seconds) in times {
        console.err(
          "\(Format.pad(name, width))  \(Format.pad(fixed(seconds * 1000, digits: 3), 9, right: true)) ms\n")
      }
    }
    return result
  }

  private func parameters(_ loaded: LoadedSpec, _ network: Network, _ console: Console) throws -> Weights {
    if let found = try Weights.load(weights, map: map, for: loaded, network) {
      if let remark = found.remark { console.note("note: \(remark)\n") }
      return found
    }
    console.note("note: no `--weights`: the parameters have the first values of the spec's initialisers\n")
    return Weights.initialised(for: network)
  }

  /// N0402 where the target's kernels do not run on this machine.
  private func tune(
    _ options: inout CompileOptions, _ network: Network, _ parameters: Weights, _ machine: GPUMachine?,
    _ console: Console
  ) throws {
    if let machine {
      options.measurements = try GPUTuner(network, options, parameters, machine).table(console)
      return
    }
    // What is measured is a plan for these threads.
    options.target.cores = threads
    guard options.target.instructionSets.isSubset(of: HostCPU.current.instructionSets) else {
      throw DiagnosticError(
        Diagnostic(
          .unsupportedOnTarget,
          "`--tune` times kernels on this machine, which has not all instructions of "
            + "`\(options.target.name)`", at: .none,
          help: ["leave `--target` out, or compile on a machine of that kind"]))
    }
    var tuner = Tuner(network: network, options: options, weights: parameters, threads: threads)
    let outcome = try tuner.run(console)
    console.note(TuningText(outcome: outcome).rendered())
    (options.measurements, options.microbatch) = (outcome.table, outcome.microbatch)
  }

  /// A plan for this machine's CPU, and beside it the kernels of a GPU; of the one of this machine the plan, too.
  private func writeForDevice(
    _ plan: Plan, _ machine: GPUMachine?, _ network: Network, _ options: CompileOptions, _ parameters: Weights,
    _ console: Console
  ) throws -> ExitCode {
    let ahead: AheadKernels
    if let machine {
      // Where libraries or the device are others, netc's own kernels run by rule.
      var ruled = options
      (ruled.catalogue, ruled.measurements) = (DeviceKernelTable.catalogue, nil)
      ahead = try AheadKernels(
        try CompilerFront.compile(network, ruled).plan, try machine.compiler.get(),
        settled: DevicePlan(plan, on: machine))
    } else {
      ahead = try AheadKernels(plan, try GPUSystem().compiler.get())
    }
    var own = options
    (own.target, own.catalogue) = (HostCPU.current.target, KernelTable.catalogue)
    (own.microbatch, own.measurements) = (plan.microbatch, nil)
    // Weights that are packed in fp32 can be given to a device in any precision.
    own.precision = .fp32
    guard let compiled = try Pipeline.compile(network, own) else { return .good }
    let code = try write(compiled, network, parameters, console, device: try ahead.text)
    console.note(
      "kernels for \(ahead.target.name) or newer, \(ahead.precision): \(Format.binary(ahead.bytes)) of PTX\n")
    return code
  }

  private func write(
    _ compiled: CompiledNetwork, _ network: Network, _ parameters: Weights, _ console: Console,
    device: String? = nil
  ) throws -> ExitCode {
    let path = output ?? "\(network.name).netc"
    let constants = try CompilerFront.pack(compiled, parameters)
    try Artefact.write(
      compiled.plan, portable: compiled.portable, constants: constants.constants, device: device,
      producer: Version.number, to: path)
    withExtendedLifetime(constants) {}
    let bytes = constants.constants.reduce(0) { $0 + $1.count }
    console.note(
      "\(path): \(Format.count(compiled.plan.steps.count, "step")) for \(compiled.plan.target.name), "
        + "\(compiled.plan.batchWords), weights \(Format.binary(bytes)), "
        + "arena \(Format.binary(compiled.plan.arenaBytes)) (bound \(Format.binary(compiled.plan.arenaBound)))\n"
    )
    return .good
  }

  private func checkPass(_ name: String) throws(DiagnosticError) {
    let names = Pipeline.inference.map(\.name)
    guard !names.contains(name) else { return }
    let hint = Suggestion.unknown(word: name, among: names)
    throw DiagnosticError(
      Diagnostic(
        .badOption, "no pass is called `\(name)`", at: .none,
        help: hint.label.isEmpty ? ["`netc compile --list-passes` names them"] : [hint.label]))
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

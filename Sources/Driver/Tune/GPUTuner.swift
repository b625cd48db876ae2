import Compiler
import GPUBackend
import GPUKernels
import Layers
import NetIR

/// Times the candidates of every product of a network on a device: netc's own kernels with each tile, and what cuDNN and
/// cuBLASLt propose.
///
/// As `Tuner` does, there is a plan for each rank of candidates, so that each kernel is timed in its place in the network,
/// behind the step that writes its input. Times are kept, by shape: the next network asks for those that it adds.
struct GPUTuner {
  let network: Network
  let options: CompileOptions
  let weights: Weights
  let machine: GPUMachine

  /// What came of it.
  struct Outcome {
    var table: MeasurementTable
    var steps = 0
    var choices = 0
    /// Kernels of shapes that were timed now.
    var timed = 0
    /// Steps that have another kernel than by rule.
    var changes: [TuningChange] = []
    /// Seconds of a whole run by rule and with these changes; nil where nothing was timed.
    var runs: (before: Double, after: Double)?
  }

  private static let warmingRuns = 2
  private static let runs = 9

  func run(_ console: Console) throws -> Outcome {
    var options = options
    // An empty table: every product gets its list of candidates.
    options.measurements = MeasurementTable(cpu: device, threads: 1)
    let base = try CompilerFront.compile(network, options).plan
    let ranks = base.steps.map { $0.choice?.candidates.count { $0.exclusion == nil } ?? 1 }.max() ?? 1
    var times = machine.tuning.times(under: circumstances)
    var outcome = Outcome(table: MeasurementTable(cpu: device, threads: 1))
    let progress = Progress(console, total: ranks, word: "of the candidates")
    defer { progress.finish() }
    for rank in 0..<ranks {
      outcome.timed += try measure(rank, of: base, options, &times)
      progress.update(rank + 1)
    }
    if outcome.timed > 0 { machine.tuning.store(times, under: circumstances) }
    for (signature, kernels) in times {
      for (kernel, time) in kernels where time > 0 { outcome.table[signature, kernel] = time }
    }
    outcome.steps = base.steps.count
    outcome.choices = base.steps.count { $0.choice?.runnerUp != nil }
    var tuned = options
    tuned.measurements = outcome.table
    outcome.changes = TuningChange.all(from: base, to: try CompilerFront.compile(network, tuned).plan)
    guard outcome.timed > 0, !outcome.changes.isEmpty else { return outcome }
    // Steps that are quicker one by one are held against what counts.
    let (before, after) = (try wholeRun(options), try wholeRun(tuned))
    outcome.runs = (before, after)
    if after > before {
      outcome.table.leastGain = .infinity
      outcome.changes = []
    }
    return outcome
  }

  private var device: String {
    let versions = machine.libraries.versions
    return machine.device.name + (versions.isEmpty ? "" : " with \(versions)")
  }

  /// All that times depend on but the shapes.
  private var circumstances: String {
    """
    \(device), compute capability \(machine.device.capability), \(machine.device.processors) processors
    \(machine.versions)
    \(options.precision.rawValue) \(options.numerics.rawValue)
    """
  }

  /// Times the candidates of one rank that nobody has timed.
  ///
  /// - Returns: how many these were.
  private func measure(_ rank: Int, of base: Plan, _ options: CompileOptions, _ times: inout TuningCache.Times)
    throws -> Int
  {
    var wanted = options
    var isNew = false
    for step in base.steps {
      let candidates = step.choice?.candidates.filter { $0.exclusion == nil } ?? []
      guard candidates.indices.contains(rank) else { continue }
      let (signature, kernel) = (base.tuningSignature(of: step), candidates[rank].kernel)
      wanted.measurements?[signature, kernel] = 1
      isNew = isNew || times[signature]?[kernel] == nil
    }
    guard isNew else { return 0 }
    let compiled = try CompilerFront.compile(network, wanted)
    let executable: GPUExecutable
    do { executable = try load(compiled) } catch GPUProblem.outOfMemory where rank > 0 {
      // What libraries work in may be too much; what comes first is what runs without tuning.
      return 0
    }
    _ = try executable.watch(runs: Self.warmingRuns)
    var count = 0
    for launch in try executable.watch(runs: Self.runs) {
      let (asked, taken) = (compiled.plan.steps[launch.firstStep], executable.plan.steps[launch.firstStep])
      guard asked.choice != nil else { continue }
      let signature = compiled.plan.tuningSignature(of: asked)
      if times[signature]?[asked.kernel] == nil { count += 1 }
      if asked.kernel != taken.kernel { times[signature, default: [:]][asked.kernel] = 0 }
      times[signature, default: [:]][taken.kernel] = max(1, Int(launch.median * 1e9))
    }
    return count
  }

  private func load(_ compiled: CompiledNetwork) throws -> GPUExecutable {
    let evaluator = ConstantEvaluator(compiled.portable) { try weights.values($0, $1) }
    return try GPUExecutable(compiled.plan, on: machine) { index in
      try evaluator.value(of: compiled.plan.constants[index].source)
    }
  }

  /// Seconds, the median.
  private func wholeRun(_ options: CompileOptions) throws -> Double {
    let executable = try load(try CompilerFront.compile(network, options))
    let inputs = executable.plan.noise()
    let clock = ContinuousClock()
    var times: [Double] = []
    for round in 0..<Self.warmingRuns + Self.runs {
      let begin = clock.now
      _ = try executable.run(examples: executable.plan.batch, inputs: inputs)
      if round >= Self.warmingRuns { times.append((clock.now - begin).seconds) }
    }
    return times.sorted()[times.count / 2]
  }
}

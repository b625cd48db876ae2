import Compiler
import GPUBackend
import GPUKernels
import Layers
import NetIR

/// Times the candidates of every product of a network, or of a step of its training, on a device: netc's own kernels with
/// each tile, and what cuDNN and cuBLASLt propose.
///
/// As `Tuner` does, there is a plan for each rank of candidates, so that each kernel is timed in its place in the network,
/// behind the step that writes its input. Times are kept, by shape: the next network asks for those that it adds.
struct GPUTuner {
  private let options: CompileOptions
  private let machine: GPUMachine
  private let compile: (CompileOptions) throws -> CompiledNetwork
  private let parameter: (String, [Int]) throws -> [Float]
  /// Of plans whose kernels are timed. Those of a step of training: gradients of images whole and as convolutions, and
  /// beside gradients by libraries netc's own, which are cut into other sums.
  private let timed: [CompileOptions]

  /// What came of it.
  struct Outcome {
    var table: MeasurementTable
    var steps = 0
    var choices = 0
    /// Kernels of shapes that were timed now.
    var timed = 0
    /// Steps that have another kernel than by rule.
    var changes: [TuningChange] = []
    /// Layers whose gradients are cut into other steps than by rule.
    var regrouped = 0
    /// Seconds of a whole run by rule and with these changes; nil where nothing was timed.
    var runs: (before: Double, after: Double)?
  }

  private static let warmingRuns = 2
  private static let runs = 9

  init(_ network: Network, _ options: CompileOptions, _ weights: Weights, _ machine: GPUMachine) {
    let options = Self.untimed(options, machine)
    (self.options, self.machine, timed) = (options, machine, [options])
    compile = { try CompilerFront.compile(network, $0) }
    parameter = { try weights.values($0, $1) }
  }

  /// - Parameter parameter: the numbers of parameters that do not learn, by name and shape.
  init(
    _ step: TrainingGraph, _ options: CompileOptions, parameter: @escaping (String, [Int]) throws -> [Float],
    _ machine: GPUMachine
  ) {
    let options = Self.untimed(options, machine)
    (self.options, self.machine, self.parameter) = (options, machine, parameter)
    var (whole, lowered) = (options, options)
    (whole.dataGradients, lowered.dataGradients) = (.whole, .lowered)
    var own = lowered
    own.catalogue = DeviceKernelTable.catalogue
    timed = machine.libraries.available.isEmpty ? [lowered] : [whole, lowered, own]
    compile = { try GPUStepCompiler.plan(step, $0) }
  }

  /// With an empty table every product gets its list of candidates.
  private static func untimed(_ options: CompileOptions, _ machine: GPUMachine) -> CompileOptions {
    var options = options
    options.measurements = MeasurementTable(cpu: machine.title, threads: 1)
    return options
  }

  /// The times, of which the user is told.
  func table(_ console: Console) throws -> MeasurementTable {
    let outcome = try run(console)
    console.note(GPUTuningText(outcome: outcome).rendered())
    return outcome.table
  }

  func run(_ console: Console) throws -> Outcome {
    let base = try compile(options).plan
    let bases = try timed.map { (options: $0, plan: try compile($0).plan) }
    var times = machine.tuning.times(under: circumstances)
    var outcome = Outcome(table: MeasurementTable(cpu: machine.title, threads: 1))
    let progress = Progress(console, total: bases.reduce(0) { $0 + $1.plan.mostCandidates }, word: "of the candidates")
    defer { progress.finish() }
    var done = 0
    for (options, plan) in bases {
      for rank in 0..<plan.mostCandidates {
        outcome.timed += try measure(rank, of: plan, options, &times)
        done += 1
        progress.update(done)
      }
    }
    if outcome.timed > 0 { machine.tuning.store(times, under: circumstances) }
    for (signature, kernels) in times {
      for (kernel, time) in kernels where time > 0 { outcome.table[signature, kernel] = time }
    }
    outcome.steps = base.steps.count
    outcome.choices = base.steps.count { $0.choice?.runnerUp != nil }
    var tuned = options
    tuned.measurements = outcome.table
    let plan = try compile(tuned).plan
    outcome.changes = TuningChange.all(from: base, to: plan)
    outcome.regrouped = Self.regrouped(base, plan).count
    guard outcome.timed > 0, !outcome.changes.isEmpty || outcome.regrouped > 0 else { return outcome }
    // Steps that are quicker one by one are held against what counts.
    let (before, after) = (try wholeRun(options), try wholeRun(tuned))
    outcome.runs = (before, after)
    if after > before {
      outcome.table.leastGain = .infinity
      (outcome.changes, outcome.regrouped) = ([], 0)
    }
    return outcome
  }

  /// Layers with a gradient of filters or of an image that one of two plans alone has.
  private static func regrouped(_ a: Plan, _ b: Plan) -> Set<String> {
    func gradients(_ plan: Plan) -> Set<[String]> {
      let steps = plan.steps.filter { [.convolutionData, .convolutionWeights].contains($0.op.kernelOp) }
      return Set(steps.map { [$0.name, plan.tuningSignature(of: $0)] })
    }
    return Set(gradients(a).symmetricDifference(gradients(b)).map { $0[0] })
  }

  /// All that times depend on but the shapes.
  private var circumstances: String {
    """
    \(machine.title), compute capability \(machine.device.capability), \(machine.device.processors) processors
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
    let compiled = try compile(wanted)
    let executable: GPUExecutable
    do { executable = try load(compiled) } catch GPUProblem.outOfMemory where rank > 0 {
      // What libraries work in may be too much; what comes first is what runs without tuning.
      return 0
    }
    _ = try executable.watch(runs: Self.warmingRuns)
    var count = 0
    let launches = try executable.watch(runs: Self.runs)
    for launch in launches {
      let (asked, taken) = (compiled.plan.steps[launch.firstStep], executable.plan.steps[launch.firstStep])
      guard asked.choice != nil else { continue }
      let signature = compiled.plan.tuningSignature(of: asked)
      if times[signature]?[asked.kernel] == nil { count += 1 }
      if asked.kernel != taken.kernel { times[signature, default: [:]][asked.kernel] = 0 }
      // What takes sums of a result is of its time, whoever does it.
      let sums = compiled.plan.stepsOfSums(of: asked)
      let behind = sums + compiled.plan.stepsOfNormalization(behind: launch.firstStep)
      var seconds = launches.reduce(0) { behind.contains($1.firstStep) ? $0 + $1.median : $0 }
      // Moments of a convolution that a library takes with what they normalise: what they cost alone is known by then.
      if sums.contains(where: { executable.plan.steps[$0].normalizes }) {
        guard let known = times[signature]?[MeasurementTable.sums] else { continue }
        seconds = Double(known) * 1e-9
      }
      times[signature, default: [:]][taken.kernel] = max(1, Int((launch.median + seconds) * 1e9))
      if seconds > 0 { times[signature]?[MeasurementTable.sums] = max(1, Int(seconds * 1e9)) }
    }
    return count
  }

  private func load(_ compiled: CompiledNetwork) throws -> GPUExecutable {
    let evaluator = ConstantEvaluator(compiled.portable, parameter: parameter)
    return try GPUExecutable(compiled.plan, on: machine) { index in
      try evaluator.value(of: compiled.plan.constants[index].source)
    }
  }

  /// Seconds, the median.
  private func wholeRun(_ options: CompileOptions) throws -> Double {
    let executable = try load(try compile(options))
    var inputs = executable.plan.noise()
    var outputs = executable.plan.outputCounts.map { [Float](repeating: 0, count: $0) }
    let clock = ContinuousClock()
    var times: [Double] = []
    for round in 0..<Self.warmingRuns + Self.runs {
      let begin = clock.now
      try executable.withBuffers(&inputs, &outputs) { (read, written) throws(GPUProblem) in
        try executable.run(inputs: read, outputs: written)
      }
      if round >= Self.warmingRuns { times.append((clock.now - begin).seconds) }
    }
    return times.sorted()[times.count / 2]
  }
}

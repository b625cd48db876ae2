import CPUBackend
import Compiler
import Layers
import NetIR
import Runtime

/// Times the candidates of every step of a network on this machine.
///
/// There is a plan for each rank of candidates: the first has the kernels that the cost model prefers, the second has
/// in every step the next one, and so on. So each kernel is timed where it will work: with the shapes, layouts,
/// weights and threads of the network, behind the step that writes its input. The plans take turns.
struct Tuner {
  let network: Network
  /// The microbatch is chosen, too, where it is open.
  var options: CompileOptions
  let weights: Weights
  let threads: Int

  /// What was measured and what came of it.
  struct Outcome {
    var table: MeasurementTable
    /// The one that was chosen, or given.
    var microbatch: Int
    /// Nanoseconds of a whole batch for each microbatch that was timed; empty where there was no choice.
    var microbatches: [(size: Int, time: Int)] = []
    /// Steps that have another kernel now.
    var changes: [TuningChange] = []
    /// Seconds of a whole run, without and with these changes; nil without changes.
    var runs: (before: Double, after: Double)?
    /// Steps, and those with more than one candidate.
    var steps = 0
    var choices = 0
  }

  /// Microbatches that promise less than this part of the best one's speed are not timed.
  private static let hopeless = 1.5

  mutating func run(_ console: Console) throws -> Outcome {
    var constants = SharedConstants(weights)
    let pool = ThreadPool(threads: threads)
    let progress = Progress(console, total: 100, word: "% of the measurement")
    defer { progress.finish() }
    let sizes = try microbatches(&constants, pool)
    options.microbatch = Microbatch.best(of: sizes) ?? options.microbatch
    let base = try CompilerFront.compile(network, options)
    let inputs = base.plan.noise()

    var runners = [StepRunner(try executable(base, &constants, pool), inputs: inputs)]
    for rank in 1..<max(1, base.plan.mostCandidates) {
      let compiled = try CompilerFront.compile(network, preferring(rank: rank, of: base.plan))
      runners.append(StepRunner(try executable(compiled, &constants, pool), inputs: inputs))
    }
    var turns = TuningTurns(runners)
    turns.run { progress.update(Int(99 * $0)) }

    var outcome = Outcome(
      table: MeasurementTable(cpu: HostCPU.current.brand, threads: threads), microbatch: base.plan.microbatch,
      microbatches: sizes)
    turns.fill(&outcome.table)
    outcome.steps = base.plan.steps.count
    outcome.choices = base.plan.steps.count { $0.choice?.runnerUp != nil }
    var tuned = options
    tuned.measurements = outcome.table
    let compiled = try CompilerFront.compile(network, tuned)
    outcome.changes = TuningChange.all(from: base.plan, to: compiled.plan)
    guard !outcome.changes.isEmpty else { return outcome }
    // Steps that are quicker one by one are held against what counts.
    var final = TuningTurns([runners[0], StepRunner(try executable(compiled, &constants, pool), inputs: inputs)])
    let medians = final.wholeRuns()
    outcome.runs = (medians[0], medians[1])
    if medians[1] > medians[0] {
      outcome.table.leastGain = .infinity
      outcome.changes = []
    }
    return outcome
  }

  /// Times whole runs with the kernels of the cost model.
  private func microbatches(
    _ constants: inout SharedConstants, _ pool: ThreadPool
  ) throws -> [(size: Int, time: Int)] {
    guard options.microbatch == nil else { return [] }
    let estimates = try Microbatch.estimates(of: network, options)
    let least = estimates.map(\.time).min() ?? 0
    let hopeful = estimates.filter { Double($0.time) <= Self.hopeless * Double(least) }
    guard hopeful.count > 1 else { return [] }
    let runners = try hopeful.map { candidate in
      var options = options
      options.microbatch = candidate.size
      let compiled = try CompilerFront.compile(network, options)
      return StepRunner(try executable(compiled, &constants, pool), inputs: compiled.plan.noise())
    }
    var turns = TuningTurns(runners)
    return zip(hopeful, turns.wholeRuns()).map { ($0.size, Int($1 * 1e9)) }
  }

  private func executable(
    _ compiled: CompiledNetwork, _ constants: inout SharedConstants, _ pool: ThreadPool
  ) throws -> CPUExecutable {
    try CPUExecutable(compiled.plan, constants: try constants.constants(for: compiled), pool: pool)
  }

  /// Options under which every step gets its candidate of that rank, or the last that it has.
  private func preferring(rank: Int, of plan: Plan) -> CompileOptions {
    var table = MeasurementTable(cpu: "", threads: threads)
    for step in plan.steps {
      let possible = step.choice?.candidates.filter { $0.exclusion == nil } ?? []
      guard let candidate = possible.prefix(rank + 1).last else { continue }
      table[plan.instance(of: step).signature, candidate.kernel] = 1
    }
    var options = options
    options.measurements = table
    return options
  }
}

/// A step whose kernel is another one than the cost model had preferred.
struct TuningChange {
  /// The first of the steps that are alike.
  let step: Plan.Step
  let count: Int
  /// Candidates: the measured winner, and what it replaces.
  let taken, replaced: Plan.Choice.Candidate

  static func all(from old: Plan, to new: Plan) -> [TuningChange] {
    let preferred = Dictionary(
      old.steps.map { (old.instance(of: $0).signature, $0.kernel) }, uniquingKeysWith: { first, _ in first })
    let changed = new.steps.filter {
      preferred[new.instance(of: $0).signature].map { [kernel = $0.kernel] in $0 != kernel } ?? false
    }
    var seen: Set<String> = []
    return changed.compactMap { step in
      let signature = new.instance(of: step).signature
      guard seen.insert(signature).inserted, let choice = step.choice, let taken = choice.taken,
        let replaced = choice.candidates.first(where: { $0.kernel == preferred[signature] })
      else { return nil }
      let count = changed.count { new.instance(of: $0).signature == signature }
      return TuningChange(step: step, count: count, taken: taken, replaced: replaced)
    }
  }
}

extension Plan {
  /// The most kernels that any step could have.
  var mostCandidates: Int {
    steps.map { $0.choice?.candidates.count { $0.exclusion == nil } ?? 1 }.max() ?? 1
  }

  /// Inputs for runs whose results nobody needs, uniform in 0…1.
  func noise() -> [[Float]] {
    var stream = RandomStream(seed: 1, name: "bench")
    return inputCounts.map { count in (0..<count).map { _ in Float(stream.uniform()) } }
  }
}

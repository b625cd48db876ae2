import CPUBackend
import Compiler
import Diagnostics
import NetIR

/// `netc bench`: the time of one inference of a whole batch, through the public entry point, and on request of every
/// step.
package struct BenchCommand: Sendable {
  package var model: ModelLoader
  package var device = DeviceOption.cpu
  package var seconds = 1.0
  package var json = false
  /// Whether a step of training is timed: forward, backward and update.
  package var trains = false
  /// What such a step may take; nil for as much as is quickest.
  package var memory: ByteSize?
  /// Whether every step is timed and held against its limit.
  package var profile = false
  /// Where a trace of some runs goes.
  package var trace: String?
  /// Whether the outputs are compared with the graph in double precision before anything is timed.
  package var check = false

  package init(model: ModelLoader) {
    self.model = model
    self.model.allowsInitialised = true
  }

  package func run(_ console: Console) throws -> ExitCode {
    if trains { return try runTraining(console) }
    if device == .gpu { return try runOnGPU(console) }
    let processBytes = BenchMemory.residentPeak()
    let begin = StepRecording.now()
    guard let model = try model.load(console) else { return .wrongInput }
    let loadTime = Double(StepRecording.now() - begin) / 1e9
    let plan = model.plan
    let inputs = plan.noise()
    let outcome = try checked(model, inputs)
    var measurement = BenchMeasurement(model, inputs: inputs, seconds: seconds)
    measurement.run(watches: profile || trace != nil)
    var result = BenchResult(
      plan: plan, threads: self.model.threads, times: measurement.times, loadTime: loadTime,
      firstTime: measurement.firstTime,
      memory: BenchMemory(
        peak: measurement.residentPeak, process: processBytes,
        weights: model.executable.constantBytes.reduce(0, +), arena: model.executable.arenaBytes,
        inputsAndOutputs: 4 * (plan.inputCounts + plan.outputCounts).reduce(0, +)))
    result.check = outcome
    try report(&result, model.executable, measurement.samples, console)
    return .good
  }

  /// Prints what was measured, and writes a trace where one is wanted.
  func report(_ result: inout BenchResult, _ executable: CPUExecutable, _ samples: StepSamples?, _ console: Console)
    throws
  {
    if let samples {
      if let trace {
        try Trace(plan: result.plan, timelines: samples.timelines).write(to: trace)
        console.note("\(trace): \(Format.count(samples.timelines.count, "run")) for Perfetto or about:tracing\n")
      }
      if profile { result.profile = try profile(executable, samples, console) }
    }
    console.report(json ? result.json.serialised() + "\n" : text(result, console), asData: trace != "-")
  }

  private func text(_ result: BenchResult, _ console: Console) -> String {
    guard let profile = result.profile else { return result.text }
    let table = ProfileText(
      profile: profile, median: result.median, width: console.isTerminal ? console.width : nil,
      style: Style(color: console.color))
    return result.text + table.rendered()
  }

  private func profile(_ executable: CPUExecutable, _ samples: StepSamples, _ console: Console) throws -> Profile {
    let file = LimitsFile()
    guard let measured = MeasuredLimits.find(threads: self.model.threads, file, console) else {
      throw DiagnosticError(
        Diagnostic(
          .unsupportedOnTarget, "netc has no measuring loops for this CPU", at: .none,
          help: ["leave `--profile` out; `--trace` works everywhere"]))
    }
    return Profile(
      executable.plan, constantBytes: executable.constantBytes, samples: samples, limits: measured.limits,
      limitsFrom: measured.words, limitsDate: measured.date, cache: file.host.cache)
  }

  private func checked(_ model: Model, _ inputs: [[Float]]) throws -> OutputCheck? {
    guard check else { return nil }
    guard let source = model.source else { throw noSource }
    let found = model.executable.run(examples: model.plan.batch, inputs: inputs)
    return try OutputCheck.against(source, model.plan, inputs: inputs, found: found)
  }

  /// For `--check` of an artefact.
  var noSource: DiagnosticError {
    DiagnosticError(
      Diagnostic(
        .badOption, "`--check` needs a spec: `\(model.path)` has its weights packed", at: .none,
        help: ["give the spec, with `--weights` if need be"]))
  }
}

import CPUBackend
import Compiler
import Diagnostics
import NetIR
import Runtime

extension BenchCommand {
  /// A step is the plan's run and the update of all parameters, in place.
  func runTraining(_ console: Console) throws -> ExitCode {
    guard !check else {
      throw DiagnosticError(
        Diagnostic(
          .unsupportedOnTarget, "`--train` goes with no `--check`", at: .none,
          help: ["the tests of training hold it against double precision"]))
    }
    if device == .gpu { return try runTrainingOnGPU(console) }
    let processBytes = BenchMemory.residentPeak()
    let begin = StepRecording.now()
    guard let (network, weights, batch) = try model.spec(console) else { return .wrongInput }
    guard !network.trained.isEmpty else { throw TrainingModel.nothingLearns(network) }
    let training = try TrainingModel(
      network, weights, model.options(batch, HostCPU.current.target, KernelTable.catalogue),
      memory: memory.flatMap { MemoryLimit($0) }, pool: ThreadPool.shared(threads: model.threads))
    training.fillWithNoise()
    let loadTime = Double(StepRecording.now() - begin) / 1e9
    let executable = training.executable
    var number = 0
    var measurement = BenchMeasurement(executable, seconds: seconds) { recording in
      training.run(recording: recording)
      number += 1
      // So small that noise can be learnt for as long as it takes.
      training.moveParameters(step: number, rate: 1e-6)
    }
    measurement.run(watches: profile || trace != nil)
    let plan = executable.plan
    var result = BenchResult(
      plan: plan, threads: model.threads, times: measurement.times, loadTime: loadTime,
      firstTime: measurement.firstTime,
      memory: BenchMemory(
        peak: measurement.residentPeak, process: processBytes, weights: training.slotBytes,
        arena: executable.arenaBytes, inputsAndOutputs: 4 * (plan.inputCounts + plan.outputCounts).reduce(0, +)))
    result.isTraining = true
    if memory != nil { result.computedAgain = training.computedAgain }
    try report(&result, executable, measurement.samples, console)
    return .good
  }
}

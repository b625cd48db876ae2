import CPUBackend
import Compiler
import Diagnostics
import GPUBackend
import NetIR

extension BenchCommand {
  /// As `run`, on a GPU: the time of a run through the public entry point, copies to and from the device included.
  func runOnGPU(_ console: Console) throws -> ExitCode {
    if trace != nil { throw Self.noTraceOfDevices }
    let processBytes = BenchMemory.residentPeak()
    let begin = StepRecording.now()
    guard let model = try model.loadOnGPU(console) else { return .wrongInput }
    let loadTime = Self.seconds(since: begin)
    let (plan, executable) = (model.plan, model.executable)
    var inputs = plan.noise()
    let outcome = try checked(model, inputs)
    var outputs = plan.outputCounts.map { [Float](repeating: 0, count: $0) }
    func time() throws(GPUProblem) -> Double {
      let begin = StepRecording.now()
      try executable.withBuffers(&inputs, &outputs) { (read, written) throws(GPUProblem) in
        try executable.run(inputs: read, outputs: written)
      }
      return Self.seconds(since: begin)
    }
    let firstTime = try time()
    // A few runs bring clocks to speed.
    for _ in 0..<3 { _ = try time() }
    var times: [Double] = []
    while times.count < 5 || times.reduce(0, +) < seconds { times.append(try time()) }
    var result = BenchResult(
      plan: plan, threads: 1, times: times.sorted(), loadTime: loadTime, firstTime: firstTime,
      memory: BenchMemory(
        peak: BenchMemory.residentPeak(), process: processBytes, weights: executable.memory.weights,
        arena: executable.memory.arena, inputsAndOutputs: executable.memory.exchange))
    result.check = outcome
    result.device = model.device.name
    if profile {
      result.deviceProfile = DeviceProfile(launches: try executable.watch(runs: DeviceProfile.runs))
    }
    console.out(json ? result.json.serialised() + "\n" : textOfDevice(result, console))
    return .good
  }

  static var noTraceOfDevices: DiagnosticError {
    DiagnosticError(
      Diagnostic(
        .badOption, "`--trace` watches the threads of a CPU", at: .none,
        help: ["`--profile` times the kernels of a device; NVIDIA's Nsight Systems shows them on a line of time"]))
  }

  func textOfDevice(_ result: BenchResult, _ console: Console) -> String {
    guard let profile = result.deviceProfile else { return result.text }
    let style = Style(color: console.color)
    return result.text + profile.rendered(width: console.isTerminal ? console.width : nil, style)
  }

  static func seconds(since begin: UInt64) -> Double { Double(StepRecording.now() - begin) / 1e9 }

  private func checked(_ model: GPUModel, _ inputs: [[Float]]) throws -> OutputCheck? {
    guard check else { return nil }
    guard let source = model.source else { throw noSource }
    let found = try model.executable.run(examples: model.plan.batch, inputs: inputs)
    return try OutputCheck.against(source, model.plan, inputs: inputs, found: found)
  }
}

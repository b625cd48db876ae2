import CPUBackend
import Compiler
import Diagnostics
import GPUBackend
import Layers
import NetIR
import Runtime
import TrainingLoop

extension BenchCommand {
  /// A step is what `netc train` does on a GPU: a batch is brought, gradients are computed, parameters follow, loss and
  /// predictions are fetched, while the next batch is filled in. Times are from one step's end to the next one's.
  func runTrainingOnGPU(_ console: Console) throws -> ExitCode {
    if trace != nil { throw Self.noTraceOfDevices }
    let processBytes = BenchMemory.residentPeak()
    let begin = StepRecording.now()
    let machine = try GPUMachine()
    guard let (network, weights, batch) = try model.spec(console) else { return .wrongInput }
    guard !network.trained.isEmpty else { throw TrainingModel.nothingLearns(network) }
    let options = model.options(batch, machine.device.target, machine.catalogue)
    let step = try TrainingGraph(of: network, batch: batch, scalesLoss: options.precision == .fp16)
    var compiler = GPUStepCompiler(machine: machine)
    if model.tunes { compiler.tuning = (console, { try weights.values($0, $1) }) }
    let (compiled, engines) = try compiler.compiled(step, options)
    var work = StepWork(step, of: network)
    if !network.training.namesRule { work.rule = .momentum() }
    let evaluator = ConstantEvaluator(compiled.portable) { try weights.values($0, $1) }
    let executable = try TrainingExecutable(compiled.plan, TrainingRoles(work), on: machine, engines: engines) {
      try evaluator.value(of: compiled.plan.constants[$0].source)
    }
    try executable.load(try Self.start(work, weights, network))
    let inputs = step.noise(batch: batch)
    let loadTime = Self.seconds(since: begin)
    var number = 0
    func start() throws(GPUProblem) {
      number += 1
      // So small that noise can be learnt for as long as it takes.
      try executable.start(inputs: inputs, rule: work.rule, rate: 1e-6, number: number)
    }
    var last = StepRecording.now()
    func time() throws(GPUProblem) -> Double {
      try start()
      _ = try executable.finish()
      defer { last = StepRecording.now() }
      return Self.seconds(since: last)
    }
    try start()
    let firstTime = try time()
    // A few steps bring clocks to speed.
    for _ in 0..<3 { _ = try time() }
    var times: [Double] = []
    while times.count < 5 || times.reduce(0, +) < seconds { times.append(try time()) }
    _ = try executable.finish()
    var result = BenchResult(
      plan: compiled.plan, threads: 1, times: times.sorted(), loadTime: loadTime, firstTime: firstTime,
      memory: BenchMemory(
        peak: BenchMemory.residentPeak(), process: processBytes,
        weights: executable.memory.weights + executable.memory.resident,
        arena: executable.memory.arena + executable.memory.workspace,
        inputsAndOutputs: TrainingExecutable.depth * executable.memory.exchange))
    result.isTraining = true
    result.device = machine.device.name
    if profile {
      result.deviceProfile = DeviceProfile(launches: try executable.watch(runs: DeviceProfile.runs))
    }
    console.out(json ? result.json.serialised() + "\n" : textOfDevice(result, console))
    return .good
  }

  /// Parameters with their values, nothing remembered.
  private static func start(_ work: StepWork, _ weights: Weights, _ network: Network) throws -> TrainingExecutable.State
  {
    let graph = work.graph
    let parameters = try zip(graph.parameters, graph.parameterInputs).map { name, input in
      try weights.values(name, graph.graph[graph.graph.inputs[input]].shape)
    }
    return TrainingExecutable.State(
      parameters: parameters,
      slots: parameters.map { values in
        [[Float]](repeating: [Float](repeating: 0, count: values.count), count: work.rule.slots)
      },
      statistics: graph.momentsOutputs.map { output in
        let channels = graph.graph[graph.graph.outputs[output]].shape.elements / 2
        return [[Float](repeating: 0, count: channels), [Float](repeating: 1, count: channels)]
      }, firstLoss: nil)
  }
}

extension TrainingGraph {
  /// Noise as examples, any class or noise as targets; all examples count alike, and what is random has the key 0.
  func noise(batch: Int) -> [(index: Int, values: [Float])] {
    var stream = RandomStream(seed: 1, name: "bench")
    func count(_ input: Int) -> Int { graph[graph.inputs[input]].shape.elements }
    func uniform(_ count: Int) -> [Float] { (0..<count).map { _ in Float(stream.uniform()) } }
    var values = networkInputs.map { (index: $0, values: uniform(count($0))) }
    for (input, prediction) in zip(targets, predictionOutputs) {
      let shape = graph[graph.outputs[prediction]].shape
      let noise = uniform(count(input))
      let isLikePrediction = noise.count == shape.elements
      values.append((input, isLikePrediction ? noise : noise.map { ($0 * Float(shape[1])).rounded(.down) }))
    }
    values.append((exampleWeights, [Float](repeating: 1 / Float(batch), count: count(exampleWeights))))
    if let classWeights { values.append((classWeights, [Float](repeating: 1, count: count(classWeights)))) }
    if let key { values.append((key, [Float](repeating: 0, count: count(key)))) }
    return values
  }
}

import CPUBackend
import Compiler
import Diagnostics
import Layers
import NetIR
import Runtime
import Training

/// A step of training that is ready to run here, with the memory of its inputs and outputs, and the update behind it.
struct TrainingModel: Sendable {
  let step: TrainingGraph
  let executable: CPUExecutable
  /// Values that the backward pass computes again.
  let computedAgain: Int
  let inputs: FloatArrays
  let outputs: FloatArrays
  private let slots: FloatArrays
  private let update: ParameterUpdate
  private let rule: UpdateRule
  private let parts: [UpdatePart]
  private let clipping: TrainingSettings.Clipping

  /// Compiles a step for this machine, with the objectives, the rule and the penalties that the spec names. The
  /// parameters have their values, all examples count alike, and what is random has the key 0; the network's inputs and
  /// targets are the caller's.
  ///
  /// - Parameter memory: what all of it may take; nil for as much as is quickest.
  init(
    _ network: Network, _ weights: Weights, _ options: CompileOptions, memory: MemoryLimit?, pool: ThreadPool
  ) throws {
    var options = options
    let (settings, trained) = (network.training, network.trained)
    step = try TrainingGraph(of: network, batch: options.batch)
    options.arenaLimit = memory.map { [step] in TrainingMemory.arenaLimit(of: step, network, total: $0.bytes) }
    guard let compiled = try Pipeline.compile(step, options) else {
      throw CompileError(.bug, "the pipeline stopped early")
    }
    _ = try memory?.checked(compiled, step, network, options)
    computedAgain = compiled.computedAgain.count
    let constants = try CompilerFront.pack(compiled, weights)
    executable = try CPUExecutable(compiled.plan, constants: constants, pool: pool)
    let inputs = FloatArrays(counts: executable.plan.inputCounts)
    let outputs = FloatArrays(counts: executable.plan.outputCounts)
    let rule = settings.namesRule ? settings.rule : .momentum()
    let slots = FloatArrays(
      counts: step.parameterInputs.flatMap { [Int](repeating: inputs[$0].count, count: rule.slots) })
    let penalties = Dictionary(
      trained.map { ($0.name, settings.penalty(of: $0)) }, uniquingKeysWith: { first, _ in first })
    parts = step.parameterInputs.enumerated().map { [step] index, place in
      UpdatePart(
        parameter: inputs[place],
        gradient: UnsafeBufferPointer(outputs[step.gradientOutputs.lowerBound + index]),
        slots: (0..<rule.slots).map { slots[index * rule.slots + $0] },
        penalty: penalties[step.parameters[index]] ?? Penalty(),
        multiplier: settings.multiplier(of: step.parameters[index]))
    }
    (self.inputs, self.outputs, self.slots, self.rule, clipping) = (inputs, outputs, slots, rule, settings.clipping)
    update = ParameterUpdate(pool: pool)
    inputs[step.exampleWeights].update(repeating: 1 / Float(options.batch))
    if let place = step.classWeights { inputs[place].update(repeating: 1) }
    for (name, place) in zip(step.parameters, step.parameterInputs) {
      _ = inputs[place].update(fromContentsOf: try weights.values(name, step.graph[step.graph.inputs[place]].shape))
    }
  }

  static func nothingLearns(_ network: Network) -> DiagnosticError {
    DiagnosticError(
      Diagnostic(
        .notTrainable, "`\(network.name)` has no parameters that learn", at: .none,
        help: ["`freeze`, `trainable` or `learning_rates` leave nothing to train"]))
  }

  /// Noise as examples, any class or noise as targets.
  func fillWithNoise() {
    var stream = RandomStream(seed: 1, name: "bench")
    for place in step.networkInputs {
      for index in inputs[place].indices { inputs[place][index] = Float(stream.uniform()) }
    }
    for (place, prediction) in zip(step.targets, step.predictionOutputs) {
      let classes = step.graph[step.graph.outputs[prediction]].shape[1]
      let isLikePrediction = inputs[place].count == outputs[prediction].count
      for index in inputs[place].indices {
        let number = Float(stream.uniform())
        inputs[place][index] = isLikePrediction ? number : (number * Float(classes)).rounded(.down)
      }
    }
  }

  /// Forward and backward pass.
  func run(recording: StepRecording? = nil) {
    if let recording {
      executable.run(inputs: inputs.read, outputs: outputs.written, recording: recording)
    } else {
      executable.run(inputs: inputs.read, outputs: outputs.written)
    }
  }

  /// - Parameter number: of the step, from 1.
  func moveParameters(step number: Int, rate: Float) {
    var bounds = GradientBounds(limit: clipping.value ?? .infinity)
    if let most = clipping.norm {
      bounds = bounds.bounding(norm: update.totalNorm(of: parts, limit: bounds.limit), to: most)
    }
    update.apply(rule, to: parts, step: number, rate: rate, bounds: bounds)
  }

  /// Bytes of what the update rule remembers.
  var slotBytes: Int { slots.written.reduce(0) { $0 + 4 * $1.count } }
}

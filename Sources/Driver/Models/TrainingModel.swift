import CPUBackend
import Compiler
import Layers
import NetIR
import Runtime
import Training

/// A step of training that is ready to run here, with the memory of its inputs and outputs, and the update behind it.
struct TrainingModel: Sendable {
  let step: TrainingGraph
  let executable: CPUExecutable
  let inputs: FloatArrays
  let outputs: FloatArrays
  private let slots: FloatArrays
  private let update: ParameterUpdate
  private let rule: UpdateRule

  /// Compiles a step for this machine. The parameters have their values, all examples count alike, and what is random
  /// has the key 0; the network's inputs and targets are the caller's.
  ///
  /// - Parameter objectives: one for each output.
  init(
    _ network: Network, _ weights: Weights, _ objectives: [Objective], _ options: CompileOptions, rule: UpdateRule,
    pool: ThreadPool
  ) throws {
    let trainable = network.weights.filter { $0.role == .trainable }.map(\.name)
    step = try TrainingGraph(network.lowered(batch: options.batch).graph, objectives, trainable: trainable)
    guard let compiled = try Pipeline.compile(step, options) else {
      throw CompileError(.bug, "the pipeline stopped early")
    }
    let constants = try CompilerFront.pack(compiled, weights)
    executable = try CPUExecutable(compiled.plan, constants: constants, pool: pool)
    inputs = FloatArrays(counts: executable.plan.inputCounts)
    outputs = FloatArrays(counts: executable.plan.outputCounts)
    self.rule = rule
    slots = FloatArrays(
      counts: step.parameterInputs.flatMap { [inputs] in [Int](repeating: inputs[$0].count, count: rule.slots) })
    update = ParameterUpdate(pool: pool)
    inputs[step.exampleWeights].update(repeating: 1 / Float(options.batch))
    for (name, place) in zip(step.parameters, step.parameterInputs) {
      _ = inputs[place].update(fromContentsOf: try weights.values(name, step.graph[step.graph.inputs[place]].shape))
    }
  }

  /// What a network is trained for where nothing else is said: by what its outputs end in.
  static func objectives(for network: Graph) -> [Objective] {
    network.outputs.map { output in
      switch network[output].op {
      case .softmax: Objective(.crossEntropy(smoothing: 0))
      case .activation(.sigmoid): Objective(.binaryCrossEntropy)
      default: Objective(.squaredError)
      }
    }
  }

  /// Noise as examples, any class or noise as targets.
  func fillWithNoise() {
    var stream = RandomStream(seed: 1, name: "bench")
    for place in step.networkInputs {
      for index in inputs[place].indices { inputs[place][index] = Float(stream.uniform()) }
    }
    let classes = zip(step.targets, step.predictionOutputs).map { step.graph[step.graph.outputs[$1]].shape[1] }
    for (place, classes) in zip(step.targets, classes) {
      let isLikePrediction = inputs[place].count == outputs[step.predictionOutputs.lowerBound].count
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
    let parts = step.parameterInputs.enumerated().map { index, place in
      ParameterUpdate.Part(
        parameter: inputs[place],
        gradient: UnsafeBufferPointer(outputs[step.gradientOutputs.lowerBound + index]),
        slots: (0..<rule.slots).map { slots[index * rule.slots + $0] })
    }
    update.apply(rule, to: parts, step: number, rate: rate)
  }

  /// Bytes of what the update rule remembers.
  var slotBytes: Int { slots.written.reduce(0) { $0 + 4 * $1.count } }
}

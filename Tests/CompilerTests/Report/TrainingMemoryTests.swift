import CPUBackend
import Layers
import NetIR
import NetworkTestSupport
import Runtime
import Testing

@testable import Compiler

/// The report's figures against what an executable of the step and its buffers hold.
@Suite struct TrainingMemoryTests {
  private static let spec = """
    - Input: {shape: [null, 1, 6, 6]}
    - Conv2D: {num_filters: 2, filter_size: 3}
    - MaxPool2D: {pool_size: 2}
    - Dropout: {}
    - Dense: {num_units: 3, nonlinearity: softmax}
    """

  private static func memory(_ network: Network, batch: Int) throws -> TrainingMemory {
    try #require(try TrainingMemory(of: network, .on("x86-64-avx2", batch: batch)))
  }

  @Test func parametersByHand() throws {
    let memory = try Self.memory(Networks.of(Self.spec), batch: 2)
    // 2·9 + 2 of the convolution, 3·8 + 3 of the dense layer.
    let parameters = 20 + 27
    #expect(memory.weights == 4 * parameters)
    #expect(memory.gradients == 4 * parameters)
    // Nesterov's momentum keeps one number for each.
    #expect(memory.optimizer == 4 * parameters)
    #expect(
      memory.total
        == memory.weights + memory.gradients + memory.optimizer + memory.activations + memory.workspace)
  }

  @Test(arguments: ["generic", "x86-64-avx2", "x86-64-avx512"], [1, 6])
  func isWhatAStepHolds(target: String, batch: Int) throws {
    for yaml in [Self.spec, LayerNets.convolutions[5].yaml, LayerNets.convolutions[6].yaml] {
      let network = try Networks.of(yaml)
      let options = try CompileOptions.on(target, batch: batch)
      let memory = try #require(try TrainingMemory(of: network, options))
      let compiled = try #require(try Pipeline.compile(TrainingGraph(of: network, batch: batch), options))
      let plan = compiled.plan
      let buffers = 4 * (plan.inputCounts + plan.outputCounts).reduce(0, +)
      // Parameters are inputs, gradients outputs; running statistics are neither.
      let state = 4 * network.weights.filter { $0.role == .state }.reduce(0) { $0 + $1.shape.reduce(1, *) }
      #expect(memory.total == buffers + state + memory.optimizer + plan.arenaBytes)
      #expect(memory.workspace == plan.steps.compactMap { $0.workspace?.bytes }.max() ?? 0)
    }
  }

  @Test(arguments: [("sgd", 0), ("adam", 2), ("amsgrad", 3)])
  func optimizersKeepWhatTheyNeed(update: String, slots: Int) throws {
    let network = try Networks.of("layers:\n\(Self.spec)\nupdate: \(update)")
    #expect(try Self.memory(network, batch: 1).optimizer == 4 * 47 * slots)
  }

  @Test func stateHasNoGradient() throws {
    let network = try Networks.of(
      """
      - Input: {shape: [null, 5]}
      - BatchNorm: {}
      """)
    let memory = try Self.memory(network, batch: 1)
    #expect(memory.weights == 4 * 20 && memory.gradients == 4 * 10 && memory.optimizer == 4 * 10)
  }

  @Test func whatIsFrozenHasNoGradient() throws {
    let network = try Networks.of("layers:\n\(Self.spec)\ntrain: {freeze: \"conv*\"}")
    let memory = try Self.memory(network, batch: 1)
    #expect(memory.weights == 4 * 47 && memory.gradients == 4 * 27)
  }

  @Test func growsWithTheBatch() throws {
    let network = try Networks.of(Self.spec)
    let (one, ten) = (try Self.memory(network, batch: 1), try Self.memory(network, batch: 10))
    #expect(ten.activations > 5 * one.activations && ten.weights == one.weights)
  }
}

import Layers
import NetworkTestSupport
import Testing

@testable import Compiler

@Suite struct TrainingMemoryTests {
  private static let spec = """
    - Input: {shape: [null, 1, 6, 6]}
    - Conv2D: {num_filters: 2, filter_size: 3}
    - MaxPool2D: {pool_size: 2}
    - Dropout: {}
    - Dense: {num_units: 3, nonlinearity: softmax}
    """

  @Test func byHand() throws {
    let memory = try TrainingMemory(of: Networks.of(Self.spec), batch: 2)
    // 2·9 + 2 of the convolution, 3·8 + 3 of the dense layer.
    let parameters = 20 + 27
    #expect(memory.weights == 4 * parameters)
    #expect(memory.gradients == 4 * parameters)
    // Nesterov's momentum keeps one number for each.
    #expect(memory.optimizer == 4 * parameters)
    // Input, convolution (its rectifier works in place), pooling and dropout with a byte more, sums, softmax.
    #expect(memory.activations == 2 * (36 * 4 + 32 * 4 + 8 * 5 + 8 * 5 + 3 * 4 + 3 * 4))
    // The widest: from the rectifier's gradient to that of the convolution.
    #expect(memory.workspace == 4 * 2 * (32 + 32))
    #expect(
      memory.total
        == memory.weights + memory.gradients + memory.optimizer + memory.activations + memory.workspace)
  }

  @Test(arguments: [("sgd", 0), ("adam", 2), ("amsgrad", 3)])
  func optimizersKeepWhatTheyNeed(update: String, slots: Int) throws {
    let network = try Networks.of("layers:\n\(Self.spec)\nupdate: \(update)")
    #expect(try TrainingMemory(of: network, batch: 1).optimizer == 4 * 47 * slots)
  }

  @Test func stateHasNoGradient() throws {
    let network = try Networks.of(
      """
      - Input: {shape: [null, 5]}
      - BatchNorm: {}
      """)
    let memory = try TrainingMemory(of: network, batch: 1)
    #expect(memory.weights == 4 * 20 && memory.gradients == 4 * 10 && memory.optimizer == 4 * 10)
  }

  @Test func growsWithTheBatch() throws {
    let network = try Networks.of(Self.spec)
    let (one, ten) = (try TrainingMemory(of: network, batch: 1), try TrainingMemory(of: network, batch: 10))
    #expect(ten.activations == 10 * one.activations && ten.workspace == 10 * one.workspace)
    #expect(ten.weights == one.weights)
  }
}

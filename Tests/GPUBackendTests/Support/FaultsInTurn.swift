import GPUTestSupport
import Testing

@testable import GPUBackend

/// Lets calls of a fake device or library fail, each once: what is attempted comes to its right end another way, or
/// there is an error that says what to do. Nothing is left behind.
struct FaultsInTurn {
  /// Of an attempt in which nothing fails.
  private(set) var calls = 0
  private(set) var failures = 0
  private(set) var successes = 0

  /// - Parameters:
  ///   - distance: between calls that fail.
  ///   - attempt: something that calls the fake, and checks what comes of it.
  init(_ fake: FakeGPU, every distance: Int = 1, attempt: () throws -> Void) throws {
    func run(failing call: Int) throws {
      fake.control("FAKE_CUDA_FAIL", "*:\(call)=999")
      try attempt()
    }
    try run(failing: 1 << 30)
    calls = fake.calls
    for call in stride(from: 1, through: calls, by: distance) {
      do {
        try run(failing: call)
        successes += 1
      } catch let problem as GPUProblem {
        failures += 1
        #expect(!problem.message.isEmpty && !problem.help.isEmpty)
      }
      #expect(fake.alive == 0, "after call \(call) failed")
    }
  }
}

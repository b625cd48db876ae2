import CPUBackend
import Compiler
import FileTestSupport
import GPUTestSupport
import NetIR
import NetworkTestSupport
import Testing

@testable import GPUBackend

/// A plan on a device: batches, several at once, what fails, and that all is given back.
@Suite struct GPUExecutableTests {
  static let yaml = """
    - Input: {shape: [null, 3, 9, 8]}
    - Conv2D: {num_filters: 7, filter_size: 3, pad: same, batch_norm: true}
    - MaxPool2D: {pool_size: 2}
    - Conv2D: {num_filters: 5, filter_size: 1, nonlinearity: elu}
    - Dense: {num_units: 4, nonlinearity: softmax}
    """

  private static func graph(batch: Int) throws -> Graph { try Networks.of(yaml).lowered(batch: batch).graph }

  @Test(arguments: [1, 2, 3, 5, 8])
  func anyNumberOfExamples(examples: Int) throws {
    let agreement = try DeviceAgreement(Self.graph(batch: examples))
    let executable = try DeviceAgreement(Self.graph(batch: 2)).executable(
      batch: 2, on: try DeviceAgreement.machine.get())
    var progress: [Int] = []
    let found = try executable.run(examples: examples, inputs: agreement.inputs) { progress.append($0) }
    agreement.check(found, tolerance: DeviceAgreement.shallow)
    #expect(progress.last == examples && progress == progress.sorted())
    // One batch at a time gives the same bits.
    var inputs = agreement.inputs
    var outputs = [[Float]](repeating: [Float](repeating: 0, count: 8), count: 1)
    inputs[0] = Array((inputs[0] + inputs[0]).prefix(2 * 3 * 9 * 8))
    try executable.withBuffers(&inputs, &outputs) { (read, written) throws(GPUProblem) in
      try executable.run(inputs: read, outputs: written)
    }
    #expect(Array(outputs[0].prefix(4 * min(2, examples))) == Array(found[0].prefix(4 * min(2, examples))))
  }

  @Test func severalPlansAndCallersAtOnce() async throws {
    let machine = try DeviceAgreement.machine.get()
    let (one, two) = (try DeviceAgreement(Self.graph(batch: 1)), try DeviceAgreement(Self.graph(batch: 2)))
    let (first, second) = (try one.executable(batch: 1, on: machine), try two.executable(batch: 2, on: machine))
    let (a, b) = (one.inputs, two.inputs)
    try await withThrowingTaskGroup(of: (Int, [[Float]]).self) { group in
      for index in 0..<6 {
        group.addTask {
          index % 2 == 0 ? (1, try first.run(examples: 1, inputs: a)) : (2, try second.run(examples: 2, inputs: b))
        }
      }
      for try await (batch, found) in group {
        (batch == 1 ? one : two).check(found, tolerance: DeviceAgreement.shallow)
      }
    }
  }

  private static let preparations: [[PreprocessingStep]] = [
    [], [.scale(low: -1, high: 1)], [.reverseChannels, .subtract([104, 117, 123])],
    [.subtract([104, 117, 123]), .reverseChannels, .divide([58, 57, 56]), .reverseChannels, .multiply([0.5])],
    [.resize(.shortSide(20)), .subtract(Noise.floats(3 * 9 * 8, seed: 5)), .multiply([2, 3, 4])],
  ]

  /// Bytes that the device prepares give what floats give that the host prepared.
  @Test(arguments: preparations)
  func bytesArePreparedOnTheDevice(steps: [PreprocessingStep]) throws {
    let agreement = try DeviceAgreement(Self.graph(batch: 3))
    let machine = try DeviceAgreement.machine.get()
    let executable = try agreement.executable(batch: 3, on: machine, preprocessing: steps)
    #expect(executable.takesBytes)
    for examples in [1, 3, 8] {
      var noise = Noise(seed: 3)
      let bytes = (0..<examples * 3 * 9 * 8).map { _ in UInt8(noise.next(below: 256)) }
      var floats = bytes.map(Float.init)
      for step in steps { step.apply(to: &floats, shape: [3, 9, 8]) }
      let wanted = try executable.run(examples: examples, inputs: [floats])
      #expect(try executable.run(examples: examples, bytes: bytes) == wanted)
      #expect(try executable.run(examples: examples, inputs: [floats]) == wanted)
    }
  }

  @Test func someBytesAreNotPrepared() throws {
    let agreement = try DeviceAgreement(Self.graph(batch: 1))
    let machine = try DeviceAgreement.machine.get()
    let matrix = [Float](repeating: 0.1, count: 216 * 216)
    #expect(!(try agreement.executable(batch: 1, on: machine, preprocessing: [.project(matrix: matrix)])).takesBytes)
    let two = [PreprocessingStep.subtract([1, 2])]
    #expect(!(try agreement.executable(batch: 1, on: machine, preprocessing: two)).takesBytes)
    #expect(!(try agreement.executable(batch: 1, on: machine)).takesBytes)
  }

  @Test func launchesAreWatched() throws {
    let agreement = try DeviceAgreement(Self.graph(batch: 2))
    let executable = try agreement.executable(batch: 2, on: try DeviceAgreement.machine.get())
    let before = try executable.run(examples: 2, inputs: agreement.inputs)
    let launches = try executable.watch(runs: 3)
    #expect(launches.count == executable.launchCount && launches.allSatisfy { $0.times.count == 3 && $0.median > 0 })
    #expect(launches.reduce(0) { $0 + $1.flops } > 0 && launches.allSatisfy { $0.bytes > 0 && !$0.steps.isEmpty })
    #expect(try executable.run(examples: 2, inputs: agreement.inputs) == before)
  }

  @Test func everythingIsGivenBack() throws {
    let fake = FakeGPU()
    do {
      let agreement = try DeviceAgreement(Self.graph(batch: 2))
      let executable = try agreement.executable(batch: 2, on: try DeviceAgreement.machine(fake))
      agreement.check(try executable.run(examples: 2, inputs: agreement.inputs), tolerance: DeviceAgreement.shallow)
      #expect(fake.alive > 4)
    }
    #expect(fake.alive == 0)
  }

  @Test func memoryIsWhatWasPlanned() throws {
    let agreement = try DeviceAgreement(Self.graph(batch: 4))
    let fake = FakeGPU()
    let machine = try DeviceAgreement.machine(fake)
    let before = try machine.context.freeMemory
    let executable = try agreement.executable(batch: 4, on: machine)
    #expect(before - (try machine.context.freeMemory) == executable.memory.need)
    #expect(executable.memory.arena == executable.plan.arenaBytes && executable.memory.weights > 0)
  }

  @Test func tooLittleMemory() throws {
    let agreement = try DeviceAgreement(Self.graph(batch: 64))
    let fake = FakeGPU()
    fake.control("FAKE_CUDA_MEMORY", "60000")
    let machine = try DeviceAgreement.machine(fake)
    let problem = try #require(throws: GPUProblem.self) { try agreement.executable(batch: 64, on: machine) }
    guard case .outOfMemory(let need, let free, 64, .some(let batch)) = problem else {
      Issue.record("\(problem)")
      return
    }
    #expect(need > free && free == 60000 && batch > 0)
    // What is said to fit does, and not much less than what does.
    _ = try DeviceAgreement(Self.graph(batch: batch)).executable(batch: batch, on: machine)
    #expect(throws: GPUProblem.self) {
      try DeviceAgreement(Self.graph(batch: 2 * batch)).executable(batch: 2 * batch, on: machine)
    }
    #expect(problem.help == ["`--batch \(batch)` fits"] && problem.message.contains("MiB"))
    fake.control("FAKE_CUDA_MEMORY", "1000")
    let none = try #require(throws: GPUProblem.self) { try agreement.executable(batch: 64, on: machine) }
    #expect(none.help[0].contains("no batch fits"))
    #expect(fake.alive == 1, "the context alone")
  }

  @Test func aKernelThatFails() throws {
    let agreement = try DeviceAgreement(Self.graph(batch: 2))
    let fake = FakeGPU()
    do {
      let executable = try agreement.executable(batch: 2, on: try DeviceAgreement.machine(fake))
      fake.control("FAKE_CUDA_FAIL", "cuEventSynchronize:1=719")
      #expect(
        throws: GPUProblem.call(
          function: "cuEventSynchronize", code: 719, name: "CUDA_ERROR_LAUNCH_FAILED",
          words: "unspecified launch failure")
      ) { try executable.run(examples: 2, inputs: agreement.inputs) }
    }
    #expect(fake.alive == 0)
  }

  private static let five = [Noise.floats(5 * 3 * 9 * 8, seed: 9)]

  /// From the first call to the last, each fails once: there is an error, and nothing is left behind.
  @Test func everyCallFailsInTurn() throws {
    let fake = FakeGPU()
    let agreement = try DeviceAgreement(Self.graph(batch: 2))
    var (failures, succeeds) = (0, false)
    for call in 1...2000 {
      fake.control("FAKE_CUDA_FAIL", "*:\(call)=999")
      do {
        let executable = try agreement.executable(batch: 2, on: try DeviceAgreement.machine(fake), preprocessing: [])
        let found = try executable.run(examples: 2, inputs: agreement.inputs)
        agreement.check(found, tolerance: DeviceAgreement.shallow)
        // Several batches have calls of their own, and so have bytes and profiles.
        _ = try executable.run(examples: 5, inputs: Self.five)
        _ = try executable.run(examples: 5, bytes: [UInt8](repeating: 7, count: 5 * 3 * 9 * 8))
        _ = try executable.watch(runs: 1)
        // The fault came too late, when all was being given back, or never.
        succeeds = true
      } catch let problem as GPUProblem {
        failures += 1
        #expect(!problem.message.isEmpty && !problem.help.isEmpty)
        if case .call(_, let code, _, _) = problem { #expect(code == 999) }
      }
      #expect(fake.alive == 0, "after call \(call) failed")
      if succeeds { break }
    }
    #expect(failures > 30 && succeeds)
  }
}

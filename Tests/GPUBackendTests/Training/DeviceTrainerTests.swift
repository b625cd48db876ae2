import CPUBackend
import Compiler
import DataPipeline
import FileTestSupport
import GPUBackend
import GPUTestSupport
import Layers
import NetIR
import NetworkTestSupport
import Runtime
import Testing
import Training

@testable import Driver
@testable import TrainingLoop

/// Whole trainings on the fake device beside the same ones on this CPU.
@Suite struct DeviceTrainerTests {
  private static var host: CPUTraining { CPUTraining(threads: 1, numerics: .strict) { _ in } }

  /// A trainer of a spec with other values, on a device or here.
  private func trainer(
    _ spec: String, _ values: [String], on machine: GPUMachine?, _ precision: Precision = .fp32,
    from state: TrainingState? = nil, scale: LossScale? = nil, examples: Int = 100
  ) throws -> Trainer {
    let path = "\(Repository.root)/specs/\(spec).yaml"
    let loaded = SpecLoader.load(path, overrides: try values.map { try SpecOverride($0) })
    let network = try #require(loaded.network)
    let data = try TrainingData(loaded, network)
    var split = data.split
    (split.train, split.valid) = (Array(split.train.prefix(examples)), Array(split.valid.prefix(examples / 5)))
    let work = Trainer.Work(
      network: network, task: data.task, data: data.train, split: split, validation: (data.train, split.valid),
      preprocessing: try FittedPreprocessing(network.preprocessing, data.train.inputs[0], examples: split.train).steps)
    var host = Self.host
    host.precision = precision
    let backend: any TrainingBackend = machine.map { GPUTraining(machine: $0, host: host) } ?? host
    var start = TrainingState(network, parameters: network.initialParameters(seed: network.training.seed))
    start.lossScale = scale
    return try Trainer(work, backend: backend, state: state ?? start)
  }

  private func run(_ trainer: Trainer, epochs: Int) throws {
    for _ in 0..<epochs { _ = try trainer.epoch(shouldStop: { false }, progress: { _ in }) }
  }

  private func expectAgreement(_ a: TrainingState, _ b: TrainingState, within tolerance: Double) {
    #expect(a.history.count == b.history.count && a.steps == b.steps)
    for (a, b) in zip(a.history, b.history) {
      #expect(abs(a.trainLoss - b.trainLoss) < tolerance * abs(b.trainLoss))
      #expect(abs((a.validLoss ?? 0) - (b.validLoss ?? 0)) < tolerance * abs(b.validLoss ?? 1))
      #expect(a.trainAccuracy == b.trainAccuracy && a.validAccuracy == b.validAccuracy)
    }
    for (a, b) in zip(a.parameters, b.parameters) {
      let largest = b.reduce(0) { max($0, abs($1)) }
      let worst = zip(a, b).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
      #expect(Double(worst) <= tolerance * Double(max(largest, 1e-2)))
    }
  }

  @Test func digits() throws {
    let machine = try DeviceAgreement.machine.get()
    let (device, cpu) = (try trainer("digits", [], on: machine), try trainer("digits", [], on: nil))
    for one in [device, cpu] { try run(one, epochs: 2) }
    expectAgreement(device.state, cpu.state, within: 2e-3)
    #expect(device.deviceBytes ?? 0 > 0 && cpu.deviceBytes == nil)
    // Again, and with a pause: the same bits.
    let again = try trainer("digits", [], on: machine)
    var steps = 0
    _ = try again.epoch(shouldStop: { true }, progress: { _ in steps += 1 })
    #expect(steps > 0 && again.state.batch == steps)
    let resumed = try trainer("digits", [], on: machine, from: again.state)
    try run(resumed, epochs: 2)
    #expect(resumed.state.parameters == device.state.parameters && resumed.state.slots == device.state.slots)
    #expect(resumed.state.history.map(\.trainLoss) == device.state.history.map(\.trainLoss))
  }

  /// All epochs of the spec on all examples. Sums in another order lead elsewhere in the end, but to as good a place.
  @Test(.enabled(if: ZooTests.isWhole)) func allOfDigits() throws {
    let machine = try DeviceAgreement.machine.get()
    let (device, cpu) = (
      try trainer("digits", [], on: machine, examples: .max / 2), try trainer("digits", [], on: nil, examples: .max / 2)
    )
    let epochs = try Networks.spec("digits").training.epochs
    for one in [device, cpu] { try run(one, epochs: epochs) }
    let (found, wanted) = (try #require(device.state.history.last), try #require(cpu.state.history.last))
    #expect(device.state.history.count == epochs && device.state.steps == cpu.state.steps)
    #expect(abs(device.state.history[0].trainLoss - cpu.state.history[0].trainLoss) < 0.01)
    let losses = (found.trainLoss, wanted.trainLoss)
    let accuracies = (try #require(found.trainAccuracy), try #require(wanted.trainAccuracy))
    print("digits, \(epochs) epochs: loss \(losses.0) and \(losses.1), accuracy \(accuracies.0) and \(accuracies.1)")
    #expect(abs(losses.0 - losses.1) < 0.02 * losses.1)
    #expect(abs(accuracies.0 - accuracies.1) < 0.01 && accuracies.0 > 0.96)
  }

  /// LeNet learns the digits, each pixel as 4×4.
  @Test func lenet() throws {
    let folder = TemporaryFolder()
    let digits = "\(Repository.root)/specs/digits/train-"
    let images = try IDX.read(path: digits + "images-idx3-ubyte.gz")
    let labels = digits + "labels-idx1-ubyte.gz"
    let (count, side) = (images.shape[0], images.shape[1])
    var file: [UInt8] = [0, 0, 8, 3]
    for size in [count, 4 * side, 4 * side] { withUnsafeBytes(of: UInt32(size).bigEndian) { file += $0 } }
    for row in 0..<count * side {
      let pixels = images.elements[row * side..<(row + 1) * side].flatMap { [UInt8](repeating: UInt8($0), count: 4) }
      for _ in 0..<4 { file += pixels }
    }
    let values = [
      "data.train={idx: {images: \(folder.store(file, as: "large-idx3-ubyte")), labels: \(labels)}}",
      "data.preprocess=[{divide: 16}]", "train.objective=categorical_crossentropy", "train.batch_size=20",
      "train.update={momentum: {learning_rate: 0.05}}", "train.validation={split: 0.1}",
    ]
    let device = try trainer("lenet", values, on: try DeviceAgreement.machine.get())
    let cpu = try trainer("lenet", values, on: nil)
    for one in [device, cpu] { try run(one, epochs: 3) }
    expectAgreement(device.state, cpu.state, within: 2e-3)
    let losses = device.state.history.map(\.trainLoss)
    #expect(losses[2] < 0.9 * losses[0])
  }

  /// In fp16 with a scaled loss: losses are those of fp32, and it can be stopped and go on.
  @Test func fp16() throws {
    let machine = try DeviceAgreement.machine.get()
    let (device, cpu) = (try trainer("digits", [], on: machine, .fp16), try trainer("digits", [], on: nil))
    for one in [device, cpu] { try run(one, epochs: 2) }
    for (a, b) in zip(device.state.history, cpu.state.history) {
      #expect(abs(a.trainLoss - b.trainLoss) < 0.01 * b.trainLoss)
      #expect(abs((a.validLoss ?? 0) - (b.validLoss ?? 0)) < 0.01 * (b.validLoss ?? 1))
      #expect(a.lossScale == EpochRecord.Scale(factor: 65536, skipped: 0) && b.lossScale == nil)
    }
    #expect(device.state.lossScale == LossScale(factor: 65536, goodSteps: device.state.steps, skippedSteps: 0))
    let again = try trainer("digits", [], on: machine, .fp16)
    _ = try again.epoch(shouldStop: { true }, progress: { _ in })
    let resumed = try trainer("digits", [], on: machine, .fp16, from: again.state)
    try run(resumed, epochs: 2)
    #expect(resumed.state.parameters == device.state.parameters && resumed.state.slots == device.state.slots)
    #expect(resumed.state.lossScale == device.state.lossScale)
  }

  /// A scale that is too large skips steps until it is none.
  @Test func overflow() throws {
    let machine = try DeviceAgreement.machine.get()
    let largest = LossScale(factor: LossScale.most, goodSteps: 0, skippedSteps: 0)
    let one = try trainer("digits", [], on: machine, .fp16, scale: largest)
    let before = one.state.parameters
    // The first steps change nothing.
    _ = try one.epoch(shouldStop: { true }, progress: { _ in })
    let skipped = try #require(one.state.lossScale).skippedSteps
    #expect(skipped > 0 && skipped == one.state.batch && skipped == one.state.sums.skipped)
    #expect(one.state.parameters == before)
    // It goes on from there as if it had not been stopped.
    let (whole, rest) = (
      try trainer("digits", [], on: machine, .fp16, scale: largest),
      try trainer("digits", [], on: machine, .fp16, from: one.state)
    )
    for trainer in [whole, rest] { try run(trainer, epochs: 3) }
    #expect(rest.state.parameters == whole.state.parameters && rest.state.lossScale == whole.state.lossScale)
    let scale = try #require(whole.state.lossScale)
    #expect(scale.factor == LossScale.most / Float(1 << scale.skippedSteps) && scale.skippedSteps < whole.state.steps)
    #expect(whole.state.history.reduce(0) { $0 + ($1.lossScale?.skipped ?? 0) } == scale.skippedSteps)
    #expect(whole.state.parameters.joined().allSatisfy { $0.isFinite })
    let losses = whole.state.history.map(\.trainLoss)
    #expect(losses[2] < losses[0])
  }

  /// Bytes are prepared on the device where whole pixels are moved, if at all, and its kernel knows all steps.
  @Test(
    arguments: [
      ([], true), (["data.augment=[{crop: 1}, {flip: horizontal}, {cutout: 2}]"], true),
      (["data.augment=[]", "data.preprocess=[{scale: [-1, 1]}, standardize]"], true),
      (["data.augment=[{rotate: 10}]"], false), (["data.preprocess=[whiten]"], false),
    ] as [([String], Bool)])
  func bytes(values: [String], areBrought: Bool) throws {
    let machine = try DeviceAgreement.machine.get()
    let (device, cpu) = (try trainer("digits", values, on: machine), try trainer("digits", values, on: nil))
    #expect(device.engine.takesBytes == areBrought && !cpu.engine.takesBytes)
    for one in [device, cpu] { try run(one, epochs: 1) }
    // Whitening makes small differences large.
    expectAgreement(device.state, cpu.state, within: areBrought ? 2e-3 : 1e-2)
  }

  @Test(arguments: [
    "train.update={momentum: {learning_rate: 0.02}}", "train.update={adamw: {learning_rate: 0.001}}",
  ])
  func bounds(update: String) throws {
    let values = [update, "train.clip={norm: 1, value: 0.1}", "train.max_norm=2", "train.regularization={l2: 0.01}"]
    let device = try trainer("digits", values, on: try DeviceAgreement.machine.get())
    let cpu = try trainer("digits", values, on: nil)
    for one in [device, cpu] { try run(one, epochs: 1) }
    expectAgreement(device.state, cpu.state, within: 2e-3)
  }

  @Test func divergence() throws {
    let values = ["train.update={sgd: {learning_rate: 1e6}}"]
    let found = [try DeviceAgreement.machine.get(), nil].map { machine -> Divergence? in
      do {
        let trainer = try trainer("digits", values, on: machine)
        try run(trainer, epochs: 1)
        return nil
      } catch let divergence as Divergence { return divergence } catch {
        Issue.record("\(error)")
        return nil
      }
    }
    let (device, cpu) = (try #require(found[0]), try #require(found[1]))
    #expect(device.step == cpu.step && device.epoch == cpu.epoch && !device.inputs)
    #expect(device.layers.map(\.tensor) == cpu.layers.map(\.tensor))
    for (a, b) in zip(device.layers, cpu.layers) {
      #expect(abs(a.weight - b.weight) < 1e-3 * b.weight)
      #expect(a.gradient.isFinite == b.gradient.isFinite)
    }
  }

  /// Calls fail in an epoch: an error, what was learnt before stays, and nothing is left behind.
  @Test(arguments: ["cuGraphLaunch:3=719", "cuEventSynchronize:2=719", "cuEventRecord:2=999"])
  func faults(fault: String) throws {
    let fake = FakeGPU()
    do {
      let one = try trainer("digits", [], on: try DeviceAgreement.machine(fake))
      let before = one.state
      fake.control("FAKE_CUDA_FAIL", fault)
      #expect(throws: GPUProblem.self) { try run(one, epochs: 1) }
      #expect(one.state.parameters == before.parameters && one.state.slots == before.slots)
    }
    #expect(fake.alive == 0)
  }

  @Test func tooLittleMemory() throws {
    let fake = FakeGPU()
    fake.control("FAKE_CUDA_MEMORY", "2500000")
    let machine = try DeviceAgreement.machine(fake)
    let problem = try #require(throws: GPUProblem.self) { try trainer("digits", ["train.batch_size=256"], on: machine) }
    guard case .outOfMemory(let need, _, 256, .some(let batch)) = problem else {
      Issue.record("\(problem)")
      return
    }
    #expect(need > 2_500_000 && batch > 1)
    // What is said to fit does.
    #expect((try trainer("digits", ["train.batch_size=\(batch)"], on: machine)).deviceBytes ?? 0 <= 2_500_000)
  }
}

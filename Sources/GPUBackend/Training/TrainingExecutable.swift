import CGPU
import GPUKernels
import NetIR
import Synchronization
import Training

/// Steps of training on a GPU: what learns stays on the device, and one CUDA graph does a whole step: loss and gradients
/// are computed, parameters follow, loss and predictions are fetched.
///
/// Two steps can be under way: a batch is filled in and brought, by a stream of its own, while the device computes with
/// the one before. One caller at a time: whoever has it calls it in turns.
package final class TrainingExecutable {
  package let plan: Plan
  package let memory: TrainingMemory
  /// Kernels that a step starts.
  package let launchCount: Int
  /// Steps that can be under way.
  package static let depth = TrainingMemory.slots
  private let roles: TrainingRoles
  private let resources: DeviceResources
  private let stream: cgpu_stream?
  /// Brings batches.
  private let bringing: cgpu_stream?
  private let resident: cgpu_address
  private let places: ResidentPlaces
  private let slots: [TrainingSlot]
  /// Whether the plan's first input comes as bytes, which the device prepares.
  package let takesBytes: Bool
  private var started = 0
  private var finished = 0
  private var driver: CUDADriver { resources.context.driver }

  /// - Parameters:
  ///   - plan: of a step of training, verified, for a target that is a device.
  ///   - engines: of that plan, where they were made.
  ///   - preprocessing: of the first input, where it shall come as bytes if the device can prepare them.
  ///   - values: the numbers of constant n in C order.
  package init(
    _ plan: Plan, _ roles: TrainingRoles, on machine: GPUMachine, engines: LibraryEngines? = nil,
    preprocessing: [PreprocessingStep]? = nil, values: (Int) throws -> [Float]
  ) throws {
    let resources = DeviceResources(machine.context)
    try machine.context.makeCurrent()
    let engines = try engines ?? LibraryEngines(plan, on: machine)
    resources.keep(engines)
    let plan = engines.plan
    let list = try LaunchList(plan)
    let driver = machine.context.driver
    let preparation = preprocessing.flatMap { DevicePreparation(plan.inputs[0].shape, $0) }
    let isPrepared = preparation != nil
    let functions = try GPUExecutable.functions(
      of: list.modules(isPrepared ? ["prepare"] : [], update: UpdateLaunch.kernels(roles)), machine, nil, resources)
    let weights = DeviceWeights(plan)
    let places = ResidentPlaces(plan, roles)
    let brought = plan.inputs.indices.filter { places.inputs[$0] == nil }
    let exchange = TrainingSlot.bytes(plan, brought, takesBytes: isPrepared)
    let numberBytes = DeviceWeights.aligned(preparation?.bytes ?? 0)
    let memory = TrainingMemory(
      plan, weights: weights.bytes, workspace: engines.workspaceBytes, resident: places.bytes + numberBytes,
      exchange: exchange)
    let free = try machine.context.freeMemory
    func take(_ bytes: Int) throws(GPUProblem) -> cgpu_address {
      guard let address = try resources.takeMemory(bytes) else { throw memory.problem(free: free) }
      return address
    }
    let (constants, arena) = (try take(weights.bytes), try take(plan.arenaBytes))
    let resident = try take(places.bytes)
    let scratch = engines.workspaceBytes == 0 ? 0 : try take(engines.workspaceBytes)
    let starter = LaunchStarter(functions: functions, engines: engines, scratch: scratch, driver: driver)
    let stream = try resources.takeStream()
    bringing = try resources.takeStream()
    func bring(_ bytes: [UInt8], to place: cgpu_address) throws(GPUProblem) {
      try driver.bring(bytes, to: place, in: stream)
    }
    for index in plan.constants.indices {
      try bring(try weights.packed(index, try values(index)), to: constants + UInt64(weights.offsets[index]))
    }
    for table in places.tables(roles, base: resident) { try bring(table.bytes, to: resident + UInt64(table.place)) }
    try bring([UInt8](repeating: 0, count: ResidentPlaces.progressBytes), to: resident + UInt64(places.progress))
    let numbers = numberBytes == 0 ? 0 : try take(numberBytes)
    if let preparation { try driver.bring(preparation.numbers, to: numbers, in: stream) }
    slots = try (0..<TrainingMemory.slots).map { _ in
      var slot = try TrainingSlot(
        plan, brought, takesBytes: isPrepared, roles, device: try take(exchange), resources)
      let layout = DeviceLayout(
        arena: arena, constants: constants, offsets: weights.offsets, rounded: weights.rounded, scratch: scratch,
        preparation: numbers, bytes: slot.bytes?.device ?? 0,
        inputs: plan.inputs.indices.map { input in
          places.inputs[input].map { resident + UInt64($0) } ?? slot.inputs[input]?.device ?? slot.prepared
        },
        outputs: places.outputs.map { resident + UInt64($0) })
      let kernels = StepKernels(
        preparation: preparation, launches: list.launches,
        update: UpdateLaunch.all(roles, places, resident: resident, numbers: slot.numbers.device), layout: layout,
        starter: starter)
      slot.kernels = kernels
      // The driver loads a kernel when it is first launched, which must not happen while launches are captured.
      try kernels.startAll(in: stream)
      try driver.call("cuStreamSynchronize", driver.api.stream_synchronize?(stream))
      slot.graph = try resources.takeGraph(stream) { () throws(GPUProblem) in
        try kernels.startAll(in: stream)
        try slot.fetch(resident: resident, places, stream, driver)
      }
      return slot
    }
    (self.plan, self.roles, self.memory, self.places, self.resident) = (plan, roles, memory, places, resident)
    (self.resources, self.stream, takesBytes) = (resources, stream, isPrepared)
    launchCount = list.count + UpdateLaunch.kernels(roles).count + (isPrepared ? 1 : 0)
  }

  // MARK: What learns

  /// What stays on the device, in the order of the roles.
  package struct State: Sendable, Equatable {
    package var parameters: [[Float]]
    package var slots: [[[Float]]]
    /// Means, then variances, of each normalisation.
    package var statistics: [[[Float]]]
    /// nil before the first step.
    package var firstLoss: Float?
    /// Where the loss is scaled; nil stands for that of a first step.
    package var lossScale: LossScale?

    package init(
      parameters: [[Float]], slots: [[[Float]]], statistics: [[[Float]]], firstLoss: Float?,
      lossScale: LossScale? = nil
    ) {
      (self.parameters, self.slots) = (parameters, slots)
      (self.statistics, self.firstLoss, self.lossScale) = (statistics, firstLoss, lossScale)
    }
  }

  package func load(_ state: State) throws(GPUProblem) {
    try resources.context.makeCurrent()
    for (parameter, values) in zip(roles.parameters, state.parameters) {
      try write(values, to: places.inputs[parameter.input] ?? 0)
    }
    for (places, values) in zip(places.slots.joined(), state.slots.joined()) { try write(values, to: places) }
    for (places, values) in zip(places.statistics, state.statistics) {
      try write(values[0], to: places.mean)
      try write(values[1], to: places.variance)
    }
    let scale = roles.scaling == nil ? nil : state.lossScale ?? LossScale()
    // struct Progress: the last four are whole numbers.
    try write(
      [scale?.factor ?? 1, state.firstLoss ?? .nan, 1, 0, 0, 0]
        + [scale?.goodSteps ?? 0, scale?.skippedSteps ?? 0].map { Float(bitPattern: UInt32($0)) },
      to: places.progress)
  }

  /// When all started steps are finished.
  package func state() throws(GPUProblem) -> State {
    try resources.context.makeCurrent()
    var state = State(parameters: [], slots: [], statistics: [], firstLoss: nil)
    for (index, parameter) in roles.parameters.enumerated() {
      let count = plan.inputs[parameter.input].shape.elements
      state.parameters.append(try read(places.inputs[parameter.input] ?? 0, count))
      var slots: [[Float]] = []
      for place in places.slots[index] { slots.append(try read(place, count)) }
      state.slots.append(slots)
    }
    for places in places.statistics {
      state.statistics.append([try read(places.mean, places.channels), try read(places.variance, places.channels)])
    }
    let progress = try read(places.progress, ResidentPlaces.progressBytes / 4)
    state.firstLoss = progress[1].isNaN ? nil : progress[1]
    if roles.scaling != nil {
      state.lossScale = LossScale(
        factor: progress[0], goodSteps: Int(progress[6].bitPattern), skippedSteps: Int(progress[7].bitPattern))
    }
    return state
  }

  private func write(_ values: [Float], to place: Int) throws(GPUProblem) {
    try driver.bring(values, to: resident + UInt64(place), in: stream)
  }

  private func read(_ place: Int, _ count: Int) throws(GPUProblem) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    let (copied, waited) = values.withUnsafeMutableBytes { bytes in
      (
        driver.api.copy_to_host_async?(bytes.baseAddress, resident + UInt64(place), bytes.count, stream),
        driver.api.stream_synchronize?(stream)
      )
    }
    try driver.call("cuMemcpyDtoHAsync", copied)
    try driver.call("cuStreamSynchronize", waited)
    return values
  }

  // MARK: Steps

  /// What came of a step.
  package struct Outcome: Sendable {
    /// In the order of `fetched`.
    package var outputs: [[Float]]
    /// Whether a loss was none or too large, or gradients were not finite with a factor of 1, of this step or one
    /// before: nothing has changed since.
    package var isHalted: Bool
    /// Whether gradients were not finite: the step changed nothing but the loss's factor.
    package var isSkipped: Bool
  }

  /// Starts a step; at most `depth` are started and not finished.
  ///
  /// - Parameters:
  ///   - inputs: numbers of the plan's inputs that are no parameters, by their number; others keep what was last in this
  ///     step's memory.
  ///   - bytes: the first input, where `takesBytes`.
  ///   - rule: with the momentum of this step.
  ///   - number: of the step, from 1.
  package func start(
    inputs: [(index: Int, values: [Float])], bytes: [UInt8]? = nil, rule: UpdateRule, rate: Float, number: Int
  ) throws(GPUProblem) {
    precondition(started - finished < Self.depth, "too many steps are under way")
    let slot = slots[started % slots.count]
    slot.fill(inputs, pixels: bytes, UpdateNumbers(rule, number: number, rate: rate, roles))
    try resources.context.makeCurrent()
    try slot.bring(bringing, driver)
    try driver.call("cuEventRecord", driver.api.event_record?(slot.brought, bringing))
    try driver.call("cuStreamWaitEvent", driver.api.stream_wait_event?(stream, slot.brought, 0))
    try launch(slot)
    started += 1
  }

  /// Waits for the oldest step.
  package func finish() throws(GPUProblem) -> Outcome {
    precondition(started > finished, "no step was started")
    let slot = slots[finished % slots.count]
    finished += 1
    try resources.context.makeCurrent()
    try driver.call("cuEventSynchronize", driver.api.event_synchronize?(slot.done))
    return Outcome(outputs: slot.fetched(), isHalted: slot.isHalted, isSkipped: slot.isSkipped && !slot.isHalted)
  }

  /// Gradients of the last step that was finished, which was lost, in the order of the parameters: it is taken again.
  package func gradients() throws(GPUProblem) -> [[Float]] {
    let slot = slots[(finished + slots.count - 1) % slots.count]
    while finished < started { _ = try finish() }
    try launch(slot)
    try driver.call("cuStreamSynchronize", driver.api.stream_synchronize?(stream))
    let scale = try read(places.progress, 1)[0]
    var gradients: [[Float]] = []
    for parameter in roles.parameters {
      let count = plan.outputs[parameter.gradient].shape.elements
      gradients.append(try read(places.outputs[parameter.gradient], count).map { $0 / scale })
    }
    return gradients
  }

  /// The times of every kernel in some runs of the last step that was finished, whose numbers still lie on the device;
  /// parameters follow each time. When all started steps are finished.
  package func watch(runs: Int) throws(GPUProblem) -> [WatchedLaunch] {
    precondition(started == finished, "a step is under way")
    let slot = slots[(finished + slots.count - 1) % slots.count]
    guard let kernels = slot.kernels else { return [] }
    try resources.context.makeCurrent()
    let times = try WatchedLaunch.times(of: kernels.count, runs: runs, in: stream, resources.context) {
      index throws(GPUProblem) in try kernels.start(index, in: stream)
    }
    return kernels.watched(plan, times)
  }

  private func launch(_ slot: TrainingSlot) throws(GPUProblem) {
    try resources.context.makeCurrent()
    try driver.call("cuGraphLaunch", driver.api.graph_launch?(slot.graph, stream))
    try driver.call("cuEventRecord", driver.api.event_record?(slot.done, stream))
  }
}

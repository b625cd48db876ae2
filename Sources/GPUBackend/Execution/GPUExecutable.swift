import CGPU
import GPUKernels
import NetIR
import Runtime
import Synchronization

/// A plan ready to run on a GPU: weights on the device, one arena, CUDA graphs of what a run starts.
///
/// A single batch is one graph of copies and kernels in one stream. Of several, copies have streams of their own, so
/// that a batch is brought, and the one before fetched, while another is computed: each waits by events for what it
/// needs, and a slot is filled again when its results are back.
///
/// Concurrent callers take turns. `@unchecked Sendable`: everything is set by `init`; the memory of the slots is only
/// touched with the turn.
package final class GPUExecutable: Executable, @unchecked Sendable {
  package let plan: Plan
  /// Kernels that a run starts.
  package let launchCount: Int
  package let memory: DeviceMemoryPlan
  let resources: DeviceResources
  let streams: Streams
  let list: LaunchList
  let starter: LaunchStarter
  let layout: DeviceLayout
  private let slots: [DeviceSlot]
  let turn = Mutex(())
  var driver: CUDADriver { resources.context.driver }

  struct Streams {
    let bringing: cgpu_stream?
    let computing: cgpu_stream?
    let fetching: cgpu_stream?
  }

  /// - Parameters:
  ///   - plan: verified, for a target that is a device.
  ///   - takesBytes: whether there shall be room for inputs as bytes, where the device can prepare them.
  ///   - ahead: the plan's kernels, where they were compiled ahead.
  ///   - values: the numbers of constant n in C order.
  package init(
    _ plan: Plan, on machine: GPUMachine, takesBytes: Bool = false, ahead: AheadKernels? = nil,
    values: (Int) throws -> [Float]
  ) throws {
    let resources = DeviceResources(machine.context)
    try machine.context.makeCurrent()
    let engines = try LibraryEngines(plan, on: machine)
    resources.keep(engines)
    let plan = engines.plan
    let preparation = takesBytes ? DevicePreparation(plan) : nil
    let list = try LaunchList(plan)
    let functions = try Self.functions(
      of: list.modules(preparation == nil ? [] : ["prepare"]), machine, ahead, resources)
    let weights = DeviceWeights(plan)
    let memory = DeviceMemoryPlan(
      plan, weights: weights.bytes, workspace: engines.workspaceBytes, preparation)
    let free = try machine.context.freeMemory
    func take(_ bytes: Int) throws(GPUProblem) -> cgpu_address {
      guard let address = try resources.takeMemory(bytes) else { throw memory.problem(free: free) }
      return address
    }
    let (constants, arena) = (try take(weights.bytes), try take(plan.arenaBytes))
    let scratch = engines.workspaceBytes == 0 ? 0 : try take(engines.workspaceBytes)
    let driver = machine.context.driver
    let starter = LaunchStarter(functions: functions, engines: engines, scratch: scratch, driver: driver)
    let streams = Streams(
      bringing: try resources.takeStream(), computing: try resources.takeStream(),
      fetching: try resources.takeStream())
    let stream = streams.computing
    for index in plan.constants.indices {
      let numbers = try values(index)
      try driver.bring(try weights.packed(index, numbers), to: constants + UInt64(weights.offsets[index]), in: stream)
      guard let place = weights.rounded[index] else { continue }
      try driver.bring(weights.packedRounded(numbers), to: constants + UInt64(place), in: stream)
    }
    var numbers: cgpu_address = 0
    if let preparation {
      numbers = try take(DeviceWeights.aligned(preparation.bytes))
      try driver.bring(preparation.numbers, to: numbers, in: stream)
    }
    var layouts: [DeviceLayout] = []
    slots = try (0..<DeviceMemoryPlan.slots).map { number in
      var slot = try DeviceSlot(
        plan, device: try take(memory.exchange), takesBytes: preparation != nil, resources)
      let layout = DeviceLayout(
        arena: arena, constants: constants, offsets: weights.offsets, rounded: weights.rounded, scratch: scratch,
        preparation: numbers,
        bytes: slot.bytes?.device ?? 0, inputs: slot.inputs.map(\.device), outputs: slot.outputs.map(\.device))
      layouts.append(layout)
      func startKernels(_ source: DeviceSlot.Source) throws(GPUProblem) {
        if case .bytes = source, let launch = preparation?.launch {
          try starter.start(launch, at: layout, in: stream)
        }
        for launch in list.launches { try starter.start(launch, at: layout, in: stream) }
      }
      // The driver loads a kernel when it is first launched, which must not happen while launches are captured.
      let sources: [DeviceSlot.Source] = preparation == nil ? [.floats] : [.bytes, .floats]
      for source in sources { try startKernels(source) }
      try driver.call("cuStreamSynchronize", driver.api.stream_synchronize?(stream))
      for source in sources {
        slot.kernels[source] = try resources.takeGraph(stream) { () throws(GPUProblem) in try startKernels(source) }
        guard number == 0 else { continue }
        slot.whole[source] = try resources.takeGraph(stream) { () throws(GPUProblem) in
          try slot.bring(source, stream, driver)
          try startKernels(source)
          try slot.fetch(stream, driver)
        }
      }
      return slot
    }
    (self.plan, launchCount, self.memory) = (plan, list.count, memory)
    (self.resources, self.streams) = (resources, streams)
    (self.list, self.starter, self.layout) = (list, starter, layouts[0])
  }

  static func functions(
    of modules: [KernelModule], _ machine: GPUMachine, _ ahead: AheadKernels?, _ resources: DeviceResources
  ) throws(GPUProblem) -> [String: cgpu_function] {
    var functions: [String: cgpu_function] = [:]
    for module in modules {
      let binary = try machine.binary(of: module.text, name: module.name, ahead: ahead)
      functions.merge(try resources.takeFunctions(module.functions, of: binary)) { first, _ in first }
    }
    return functions
  }

  package func run(inputs: [UnsafeBufferPointer<Float>], outputs: [UnsafeMutableBufferPointer<Float>])
    throws(GPUProblem)
  {
    precondition(inputs.count == plan.inputs.count && outputs.count == plan.outputs.count)
    // Plans have outputs.
    try pipeline(outputs[0].count / slots[0].outputs[0].count, of: .floats) { slot, part in
      slot.fill(inputs, part: part)
    } empty: { slot, part in
      slot.empty(into: outputs, part: part)
    }
  }

  /// As the extension of `Executable`, but a batch is brought while the one before is computed.
  package func run(examples: Int, inputs: [[Float]], progress: (Int) -> Void = { _ in }) throws(GPUProblem)
    -> [[Float]]
  {
    try run(examples, of: .floats, progress) { $0.fill(inputs, $1, batch: plan.microbatch) }
  }

  /// Whether it was made for inputs as bytes, and the device can do what prepares them.
  package var takesBytes: Bool { slots[0].bytes != nil }

  /// The same of bytes, which the device converts and prepares as the plan says. Only where `takesBytes`.
  package func run(examples: Int, bytes: [UInt8], progress: (Int) -> Void = { _ in }) throws(GPUProblem)
    -> [[Float]]
  {
    precondition(takesBytes, "made for floats")
    return try run(examples, of: .bytes, progress) { $0.fill(bytes, $1, batch: plan.microbatch) }
  }

  private func run(
    _ examples: Int, of source: DeviceSlot.Source, _ progress: (Int) -> Void,
    fill: (DeviceSlot, Range<Int>) -> Void
  ) throws(GPUProblem) -> [[Float]] {
    let batch = plan.microbatch
    var results = plan.outputs.map { [Float](repeating: 0, count: $0.shape.elements / batch * examples) }
    func part(_ number: Int) -> Range<Int> { number * batch..<min(examples, (number + 1) * batch) }
    try pipeline((examples + batch - 1) / batch, of: source) { slot, number in
      fill(slot, part(number))
    } empty: { slot, number in
      slot.empty(into: &results, part(number), batch: batch)
      progress(part(number).upperBound)
    }
    return results
  }

  /// Runs so many batches of the plan's steps, each in one of the slots.
  private func pipeline(
    _ count: Int, of source: DeviceSlot.Source, fill: (DeviceSlot, Int) -> Void, empty: (DeviceSlot, Int) -> Void
  ) throws(GPUProblem) {
    try turn.withLock { _ throws(GPUProblem) in
      try resources.context.makeCurrent()
      for number in 0...count {
        if number < count {
          fill(slots[number % slots.count], number)
          try start(slots[number % slots.count], of: source, isAlone: count == 1)
        }
        if number > 0 {
          let slot = slots[(number - 1) % slots.count]
          try wait(for: slot)
          empty(slot, number - 1)
        }
      }
    }
  }

  private func start(_ slot: DeviceSlot, of source: DeviceSlot.Source, isAlone: Bool) throws(GPUProblem) {
    if isAlone {
      try launch(slot.whole[source])
      try record(slot.done, streams.computing)
      return
    }
    try slot.bring(source, streams.bringing, driver)
    try record(slot.brought, streams.bringing)
    try wait(streams.computing, for: slot.brought)
    try launch(slot.kernels[source])
    try record(slot.computed, streams.computing)
    try wait(streams.fetching, for: slot.computed)
    try slot.fetch(streams.fetching, driver)
    try record(slot.done, streams.fetching)
  }

  private func launch(_ graph: cgpu_graph_exec?) throws(GPUProblem) {
    try driver.call("cuGraphLaunch", driver.api.graph_launch?(graph, streams.computing))
  }

  private func record(_ event: cgpu_event?, _ stream: cgpu_stream?) throws(GPUProblem) {
    try driver.call("cuEventRecord", driver.api.event_record?(event, stream))
  }

  private func wait(_ stream: cgpu_stream?, for event: cgpu_event?) throws(GPUProblem) {
    try driver.call("cuStreamWaitEvent", driver.api.stream_wait_event?(stream, event, 0))
  }

  private func wait(for slot: DeviceSlot) throws(GPUProblem) {
    try driver.call("cuEventSynchronize", driver.api.event_synchronize?(slot.done))
  }
}

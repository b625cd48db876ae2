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
  private let resources: DeviceResources
  private let streams: Streams
  private let list: LaunchList
  private let functions: [String: cgpu_function]
  private let layout: DeviceLayout
  private let slots: [DeviceSlot]
  private let turn = Mutex(())
  private var driver: CUDADriver { resources.context.driver }

  private struct Streams {
    let bringing: cgpu_stream?
    let computing: cgpu_stream?
    let fetching: cgpu_stream?
  }

  /// - Parameters:
  ///   - plan: verified, for a target that is a device.
  ///   - ahead: the plan's kernels, where they were compiled ahead.
  ///   - values: the numbers of constant n in C order.
  package init(
    _ plan: Plan, on machine: GPUMachine, ahead: AheadKernels? = nil, values: (Int) throws -> [Float]
  ) throws {
    let list = try LaunchList(plan)
    let resources = DeviceResources(machine.context)
    try machine.context.makeCurrent()
    let functions = try Self.functions(of: list, machine, ahead, resources)
    let weights = DeviceWeights(plan)
    let memory = DeviceMemoryPlan(plan, weights: weights.bytes)
    let free = try machine.context.freeMemory
    func take(_ bytes: Int) throws(GPUProblem) -> cgpu_address {
      guard let address = try resources.takeMemory(bytes) else { throw memory.problem(free: free) }
      return address
    }
    let (constants, arena) = (try take(weights.bytes), try take(plan.arenaBytes))
    let driver = machine.context.driver
    for index in plan.constants.indices {
      let packed = try weights.packed(index, try values(index))
      let place = constants + UInt64(weights.offsets[index])
      let status = packed.withUnsafeBytes { driver.api.copy_to_device?(place, $0.baseAddress, $0.count) }
      try driver.call("cuMemcpyHtoD", status)
    }
    let streams = Streams(
      bringing: try resources.takeStream(), computing: try resources.takeStream(),
      fetching: try resources.takeStream())
    let stream = streams.computing
    var layouts: [DeviceLayout] = []
    slots = try (0..<DeviceMemoryPlan.slots).map { number in
      var slot = try DeviceSlot(plan, device: try take(memory.exchange), resources)
      let layout = DeviceLayout(arena: arena, constants: constants, offsets: weights.offsets, slot: slot)
      layouts.append(layout)
      func startKernels() throws(GPUProblem) {
        for launch in list.launches { try layout.start(launch, functions[launch.kernel], stream, driver) }
      }
      // The driver loads a kernel when it is first launched, which must not happen while launches are captured.
      try startKernels()
      try driver.call("cuStreamSynchronize", driver.api.stream_synchronize?(stream))
      slot.kernels = try resources.takeGraph(stream, startKernels)
      guard number == 0 else { return slot }
      slot.whole = try resources.takeGraph(stream) { () throws(GPUProblem) in
        try slot.bring(stream, driver)
        try startKernels()
        try slot.fetch(stream, driver)
      }
      return slot
    }
    (self.plan, launchCount, self.memory) = (plan, list.count, memory)
    (self.resources, self.streams) = (resources, streams)
    (self.list, self.functions, self.layout) = (list, functions, layouts[0])
  }

  private static func functions(
    of list: LaunchList, _ machine: GPUMachine, _ ahead: AheadKernels?, _ resources: DeviceResources
  ) throws(GPUProblem) -> [String: cgpu_function] {
    var functions: [String: cgpu_function] = [:]
    for module in list.modules {
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
    try pipeline(outputs[0].count / slots[0].outputs[0].count) { slot, part in
      slot.fill(inputs, part: part)
    } empty: { slot, part in
      slot.empty(into: outputs, part: part)
    }
  }

  /// As the extension of `Executable`, but a batch is brought while the one before is computed.
  package func run(examples: Int, inputs: [[Float]], progress: (Int) -> Void = { _ in }) throws(GPUProblem)
    -> [[Float]]
  {
    let batch = plan.microbatch
    var results = plan.outputs.map { [Float](repeating: 0, count: $0.shape.elements / batch * examples) }
    func part(_ number: Int) -> Range<Int> { number * batch..<min(examples, (number + 1) * batch) }
    try pipeline((examples + batch - 1) / batch) { slot, number in
      slot.fill(inputs, part(number), batch: batch)
    } empty: { slot, number in
      slot.empty(into: &results, part(number), batch: batch)
      progress(part(number).upperBound)
    }
    return results
  }

  /// Runs so many batches of the plan's steps, each in one of the slots.
  private func pipeline(_ count: Int, fill: (DeviceSlot, Int) -> Void, empty: (DeviceSlot, Int) -> Void)
    throws(GPUProblem)
  {
    try turn.withLock { _ throws(GPUProblem) in
      try resources.context.makeCurrent()
      for number in 0...count {
        if number < count {
          fill(slots[number % slots.count], number)
          try start(slots[number % slots.count], isAlone: count == 1)
        }
        if number > 0 {
          let slot = slots[(number - 1) % slots.count]
          try wait(for: slot)
          empty(slot, number - 1)
        }
      }
    }
  }

  private func start(_ slot: DeviceSlot, isAlone: Bool) throws(GPUProblem) {
    if isAlone {
      try launch(slot.whole)
      try record(slot.done, streams.computing)
      return
    }
    try slot.bring(streams.bringing, driver)
    try record(slot.brought, streams.bringing)
    try wait(streams.computing, for: slot.brought)
    try launch(slot.kernels)
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

// MARK: Profiles

extension GPUExecutable {
  /// The times of every launch in some runs on what the caller brought last, in seconds. Launches follow each other in
  /// a stream, with an event between them, not in a graph: each costs some microseconds more than in a run.
  package func watch(runs: Int) throws(GPUProblem) -> [WatchedLaunch] {
    try turn.withLock { _ throws(GPUProblem) in
      try resources.context.makeCurrent()
      let own = DeviceResources(resources.context)
      var events: [cgpu_event?] = []
      for _ in 0...list.launches.count { events.append(try own.takeEvent(keepsTime: true)) }
      var times = [[Double]](repeating: [], count: list.launches.count)
      for _ in 0..<runs {
        try record(events[0], streams.computing)
        for (index, launch) in list.launches.enumerated() {
          try layout.start(launch, functions[launch.kernel], streams.computing, driver)
          try record(events[index + 1], streams.computing)
        }
        try driver.call("cuStreamSynchronize", driver.api.stream_synchronize?(streams.computing))
        for index in times.indices {
          var milliseconds: Float = 0
          let status = driver.api.event_elapsed?(&milliseconds, events[index], events[index + 1])
          try driver.call("cuEventElapsedTime", status)
          times[index].append(Double(milliseconds) / 1000)
        }
      }
      return zip(list.launches, times).map { WatchedLaunch($0, plan, $1) }
    }
  }
}

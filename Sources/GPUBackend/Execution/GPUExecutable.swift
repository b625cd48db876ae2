import CGPU
import GPUKernels
import NetIR
import Runtime
import Synchronization

/// A plan ready to run on a GPU: weights on the device, one arena, a CUDA graph of all copies and kernels of a run.
///
/// Concurrent callers take turns. `@unchecked Sendable`: everything is set by `init`; the memory of the slots is only
/// touched with the turn.
package final class GPUExecutable: Executable, @unchecked Sendable {
  package let plan: Plan
  /// Kernels that a run starts.
  package let launchCount: Int
  package let memory: DeviceMemoryPlan
  private let resources: DeviceResources
  private let stream: cgpu_stream?
  private let slots: [DeviceSlot]
  private let turn = Mutex(())
  private var driver: CUDADriver { resources.context.driver }

  /// - Parameters:
  ///   - plan: verified, for a target that is a device.
  ///   - values: the numbers of constant n in C order.
  package init(_ plan: Plan, on machine: GPUMachine, values: (Int) throws -> [Float]) throws {
    let resources = DeviceResources(machine.context)
    try machine.context.makeCurrent()
    let engines = try LibraryEngines(plan, machine.libraries, machine.catalogue)
    resources.keep(engines)
    let plan = engines.plan
    let list = try LaunchList(plan)
    let functions = try Self.functions(of: list.modules(), machine, resources)
    let weights = DeviceWeights(plan)
    let memory = DeviceMemoryPlan(plan, weights: weights.bytes, workspace: engines.workspaceBytes)
    let free = try machine.context.freeMemory
    func take(_ bytes: Int) throws(GPUProblem) -> cgpu_address {
      guard let address = try resources.takeMemory(bytes) else { throw memory.problem(free: free) }
      return address
    }
    let (constants, arena) = (try take(weights.bytes), try take(plan.arenaBytes))
    let workspace = engines.workspaceBytes == 0 ? 0 : try take(engines.workspaceBytes)
    let driver = machine.context.driver
    for index in plan.constants.indices {
      let packed = try weights.packed(index, try values(index))
      let place = constants + UInt64(weights.offsets[index])
      let status = packed.withUnsafeBytes { driver.api.copy_to_device?(place, $0.baseAddress, $0.count) }
      try driver.call("cuMemcpyHtoD", status)
    }
    let stream = try resources.takeStream()
    slots = try (0..<DeviceMemoryPlan.slots).map { _ in
      var slot = try DeviceSlot(plan, device: try take(memory.exchange), resources)
      let layout = DeviceLayout(
        arena: arena, constants: constants, offsets: weights.offsets, inputs: slot.inputs.map(\.device),
        outputs: slot.outputs.map(\.device))
      func startKernels() throws(GPUProblem) {
        for launch in list.launches {
          if let engine = engines[launch.steps[0]] {
            let operands = LibraryOperands(launch.pointers.map { $0.map(layout.address) })
            try engine.start(operands, workspace: workspace, in: stream)
          } else {
            try layout.start(launch, functions[launch.kernel], stream, driver)
          }
        }
      }
      // The driver loads a kernel when it is first launched, which must not happen while launches are captured.
      try startKernels()
      try driver.call("cuStreamSynchronize", driver.api.stream_synchronize?(stream))
      slot.graph = try resources.takeGraph(stream) { () throws(GPUProblem) in
        try slot.bring(stream, driver)
        try startKernels()
        try slot.fetch(stream, driver)
      }
      return slot
    }
    (self.plan, launchCount, self.memory) = (plan, list.count, memory)
    (self.resources, self.stream) = (resources, stream)
  }

  static func functions(
    of modules: [KernelModule], _ machine: GPUMachine, _ resources: DeviceResources
  ) throws(GPUProblem) -> [String: cgpu_function] {
    var functions: [String: cgpu_function] = [:]
    for module in modules {
      let binary = try machine.binary(of: module.text, name: module.name)
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
          try start(slots[number % slots.count])
        }
        if number > 0 {
          let slot = slots[(number - 1) % slots.count]
          try wait(for: slot)
          empty(slot, number - 1)
        }
      }
    }
  }

  private func start(_ slot: DeviceSlot) throws(GPUProblem) {
    try driver.call("cuGraphLaunch", driver.api.graph_launch?(slot.graph, stream))
    try driver.call("cuEventRecord", driver.api.event_record?(slot.done, stream))
  }

  private func wait(for slot: DeviceSlot) throws(GPUProblem) {
    try driver.call("cuEventSynchronize", driver.api.event_synchronize?(slot.done))
  }
}

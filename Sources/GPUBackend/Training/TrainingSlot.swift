import CGPU
import NetIR

/// One batch under way: numbers of the host in memory that the device can copy, and on the device.
struct TrainingSlot {
  /// Of each input of the plan that is brought for a step.
  let inputs: [Int: DeviceSlot.Buffer]
  /// `StepNumbers` of the kernel text.
  let numbers: DeviceSlot.Buffer
  /// Marks of a step: its numbers are on the device, and what came of it is back.
  let brought, done: cgpu_event?
  var graph: cgpu_graph_exec?
  /// Outputs that are fetched, and where.
  private let fetches: [(output: Int, host: UnsafeMutablePointer<Float>, count: Int)]
  private let progress: UnsafeMutablePointer<Int32>

  /// On the device.
  static func bytes(_ plan: Plan, _ brought: [Int]) -> Int {
    var places = DevicePlaces()
    for input in brought { _ = places.take(floats: plan.inputs[input].shape.elements) }
    _ = places.take(floats: UpdateNumbers.count)
    return places.bytes
  }

  /// - Parameters:
  ///   - brought: inputs of the plan that are no parameters.
  ///   - device: memory for them and the numbers.
  init(_ plan: Plan, _ brought: [Int], _ roles: TrainingRoles, device: cgpu_address, _ resources: DeviceResources)
    throws(GPUProblem)
  {
    var places = DevicePlaces()
    func host(_ count: Int) throws(GPUProblem) -> UnsafeMutablePointer<Float> {
      let memory = try resources.takeHostMemory(4 * count).bindMemory(to: Float.self, capacity: count)
      memory.initialize(repeating: 0, count: count)
      return memory
    }
    func buffer(_ count: Int) throws(GPUProblem) -> DeviceSlot.Buffer {
      DeviceSlot.Buffer(host: try host(count), device: device + UInt64(places.take(floats: count)), count: count)
    }
    var inputs: [Int: DeviceSlot.Buffer] = [:]
    for input in brought { inputs[input] = try buffer(plan.inputs[input].shape.elements) }
    self.inputs = inputs
    numbers = try buffer(UpdateNumbers.count)
    var fetches: [(output: Int, host: UnsafeMutablePointer<Float>, count: Int)] = []
    for output in roles.fetched {
      let count = plan.outputs[output].shape.elements
      fetches.append((output, try host(count), count))
    }
    self.fetches = fetches
    let bytes = ResidentPlaces.progressBytes
    progress = try resources.takeHostMemory(bytes).bindMemory(to: Int32.self, capacity: bytes / 4)
    progress.initialize(repeating: 0, count: bytes / 4)
    self.brought = try resources.takeEvent()
    done = try resources.takeEvent()
  }

  // MARK: In a stream

  func bring(_ stream: cgpu_stream?, _ driver: CUDADriver) throws(GPUProblem) {
    for buffer in inputs.sorted(by: { $0.key < $1.key }).map(\.value) + [numbers] {
      try driver.call(
        "cuMemcpyHtoDAsync",
        driver.api.copy_to_device_async?(buffer.device, buffer.host, 4 * buffer.count, stream))
    }
  }

  func fetch(resident: cgpu_address, _ places: ResidentPlaces, _ stream: cgpu_stream?, _ driver: CUDADriver)
    throws(GPUProblem)
  {
    for fetch in fetches {
      let place = resident + UInt64(places.outputs[fetch.output])
      try driver.call(
        "cuMemcpyDtoHAsync", driver.api.copy_to_host_async?(fetch.host, place, 4 * fetch.count, stream))
    }
    try driver.call(
      "cuMemcpyDtoHAsync",
      driver.api.copy_to_host_async?(
        progress, resident + UInt64(places.progress), ResidentPlaces.progressBytes, stream))
  }

  // MARK: On the host

  func fill(_ values: [(index: Int, values: [Float])], _ step: UpdateNumbers) {
    for (index, values) in values {
      guard let buffer = inputs[index] else { continue }
      precondition(values.count == buffer.count, "another number of floats")
      values.withUnsafeBufferPointer { all in
        if let base = all.baseAddress { buffer.host.update(from: base, count: all.count) }
      }
    }
    for (index, value) in step.values.enumerated() { numbers.host[index] = value }
  }

  func fetched() -> [[Float]] { fetches.map { Array(UnsafeBufferPointer(start: $0.host, count: $0.count)) } }

  /// The third number of `Progress`.
  var isHalted: Bool { progress[2] != 0 }
}

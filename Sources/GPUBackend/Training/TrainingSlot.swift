import CGPU
import NetIR

/// One batch under way: numbers of the host in memory that the device can copy, and on the device.
struct TrainingSlot {
  /// Of each input of the plan that is brought for a step, as it is.
  let inputs: [Int: DeviceSlot.Buffer]
  /// The first input as bytes, where the device prepares them, and where it does.
  let bytes: DeviceSlot.Bytes?
  let prepared: cgpu_address
  /// `StepNumbers` of the kernel text.
  let numbers: DeviceSlot.Buffer
  /// Marks of a step: its numbers are on the device, and what came of it is back.
  let brought, done: cgpu_event?
  /// What a step does with these numbers, and the same as one graph.
  var kernels: StepKernels?
  var graph: cgpu_graph_exec?
  /// Outputs that are fetched, and where.
  private let fetches: [(output: Int, host: UnsafeMutablePointer<Float>, count: Int)]
  private let progress: UnsafeMutablePointer<Int32>

  /// On the device.
  static func bytes(_ plan: Plan, _ brought: [Int], takesBytes: Bool) -> Int {
    var places = DevicePlaces()
    for input in brought { _ = places.take(floats: plan.inputs[input].shape.elements) }
    if takesBytes { _ = places.take(plan.inputs[0].shape.elements) }
    _ = places.take(floats: UpdateNumbers.count)
    return places.bytes
  }

  /// - Parameters:
  ///   - brought: inputs of the plan that are no parameters.
  ///   - takesBytes: whether the first one comes as bytes.
  ///   - device: memory for them and the numbers.
  init(
    _ plan: Plan, _ brought: [Int], takesBytes: Bool, _ roles: TrainingRoles, device: cgpu_address,
    _ resources: DeviceResources
  ) throws(GPUProblem) {
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
    for input in brought where input > 0 || !takesBytes {
      inputs[input] = try buffer(plan.inputs[input].shape.elements)
    }
    self.inputs = inputs
    if takesBytes {
      let count = plan.inputs[0].shape.elements
      prepared = device + UInt64(places.take(floats: count))
      let memory = try resources.takeHostMemory(count).bindMemory(to: UInt8.self, capacity: count)
      memory.initialize(repeating: 0, count: count)
      bytes = DeviceSlot.Bytes(host: memory, device: device + UInt64(places.take(count)), count: count)
    } else {
      (bytes, prepared) = (nil, 0)
    }
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
    guard let bytes else { return }
    try driver.call(
      "cuMemcpyHtoDAsync", driver.api.copy_to_device_async?(bytes.device, bytes.host, bytes.count, stream))
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

  func fill(_ values: [(index: Int, values: [Float])], pixels: [UInt8]?, _ step: UpdateNumbers) {
    if let bytes, let pixels {
      precondition(pixels.count == bytes.count, "another number of bytes")
      pixels.withUnsafeBufferPointer { all in
        if let base = all.baseAddress { bytes.host.update(from: base, count: all.count) }
      }
    }
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

  /// Numbers of `Progress`.
  var isHalted: Bool { progress[4] != 0 }
  var isSkipped: Bool { progress[5] != 0 }
}

import CGPU
import NetIR

/// One batch under way: the caller's numbers in memory that the device can copy, and on the device.
struct DeviceSlot {
  /// A buffer of the caller.
  struct Buffer {
    let host: UnsafeMutablePointer<Float>
    let device: cgpu_address
    let count: Int
  }

  /// The only input as bytes, which the device prepares.
  struct Bytes {
    let host: UnsafeMutablePointer<UInt8>
    let device: cgpu_address
    let count: Int
  }

  /// What a run takes from the caller.
  enum Source: CaseIterable {
    case floats, bytes
  }

  let inputs: [Buffer]
  let outputs: [Buffer]
  let bytes: Bytes?
  /// Marks of a batch: its numbers are on the device, are computed, are back.
  let brought: cgpu_event?
  let computed: cgpu_event?
  let done: cgpu_event?
  /// Kernels alone, and with the copies before and behind them, which runs of a single batch use.
  var kernels: [Source: cgpu_graph_exec] = [:]
  var whole: [Source: cgpu_graph_exec] = [:]

  /// - Parameter device: memory for all inputs and outputs, each at a multiple of 256 bytes.
  init(_ plan: Plan, device: cgpu_address, takesBytes: Bool, _ resources: DeviceResources) throws(GPUProblem) {
    var end = device
    func buffers(_ tensors: [Plan.Tensor]) throws(GPUProblem) -> [Buffer] {
      var buffers: [Buffer] = []
      for tensor in tensors {
        let memory = try resources.takeHostMemory(tensor.bytes)
        let count = tensor.shape.elements
        buffers.append(Buffer(host: memory.bindMemory(to: Float.self, capacity: count), device: end, count: count))
        end += UInt64(DeviceWeights.aligned(tensor.bytes))
      }
      return buffers
    }
    inputs = try buffers(plan.inputs)
    outputs = try buffers(plan.outputs)
    if takesBytes {
      let count = plan.inputs[0].shape.elements
      let memory = try resources.takeHostMemory(count)
      bytes = Bytes(host: memory.bindMemory(to: UInt8.self, capacity: count), device: end, count: count)
    } else {
      bytes = nil
    }
    brought = try resources.takeEvent()
    computed = try resources.takeEvent()
    done = try resources.takeEvent()
  }

  // MARK: In a stream

  func bring(_ source: Source, _ stream: cgpu_stream?, _ driver: CUDADriver) throws(GPUProblem) {
    if case .bytes = source, let bytes {
      try driver.call(
        "cuMemcpyHtoDAsync", driver.api.copy_to_device_async?(bytes.device, bytes.host, bytes.count, stream))
      return
    }
    for buffer in inputs {
      try driver.call(
        "cuMemcpyHtoDAsync",
        driver.api.copy_to_device_async?(buffer.device, buffer.host, 4 * buffer.count, stream))
    }
  }

  func fetch(_ stream: cgpu_stream?, _ driver: CUDADriver) throws(GPUProblem) {
    for buffer in outputs {
      try driver.call(
        "cuMemcpyDtoHAsync", driver.api.copy_to_host_async?(buffer.host, buffer.device, 4 * buffer.count, stream))
    }
  }

  // MARK: On the host

  /// One of the parts of the caller's buffers that are as large as the slot's.
  func fill(_ values: [UnsafeBufferPointer<Float>], part: Int) {
    for (buffer, values) in zip(inputs, values) {
      guard let base = values.baseAddress else { continue }
      buffer.host.update(from: base + part * buffer.count, count: buffer.count)
    }
  }

  func empty(into values: [UnsafeMutableBufferPointer<Float>], part: Int) {
    for (buffer, values) in zip(outputs, values) {
      guard let base = values.baseAddress else { continue }
      (base + part * buffer.count).update(from: buffer.host, count: buffer.count)
    }
  }

  /// Some of all examples; zeros stand for those that the batch lacks.
  func fill(_ values: [[Float]], _ examples: Range<Int>, batch: Int) {
    for (buffer, values) in zip(inputs, values) {
      let size = buffer.count / batch
      values.withUnsafeBufferPointer { all in
        guard let base = all.baseAddress else { return }
        buffer.host.update(from: base + examples.lowerBound * size, count: examples.count * size)
      }
      (buffer.host + examples.count * size).update(repeating: 0, count: (batch - examples.count) * size)
    }
  }

  /// The same of bytes.
  func fill(_ values: [UInt8], _ examples: Range<Int>, batch: Int) {
    guard let bytes else { return }
    let size = bytes.count / batch
    values.withUnsafeBufferPointer { all in
      guard let base = all.baseAddress else { return }
      bytes.host.update(from: base + examples.lowerBound * size, count: examples.count * size)
    }
    (bytes.host + examples.count * size).update(repeating: 0, count: (batch - examples.count) * size)
  }

  /// The results of these examples, to where they belong among all.
  func empty(into values: inout [[Float]], _ examples: Range<Int>, batch: Int) {
    for (index, buffer) in outputs.enumerated() {
      let size = buffer.count / batch
      values[index].withUnsafeMutableBufferPointer { all in
        guard let base = all.baseAddress else { return }
        (base + examples.lowerBound * size).update(from: buffer.host, count: examples.count * size)
      }
    }
  }
}

import CGPU

/// Where everything of an executable lies on the device, for one slot.
struct DeviceLayout {
  let arena: cgpu_address
  let constants: cgpu_address
  /// Of each constant.
  let offsets: [Int]
  /// 0 where nothing is prepared.
  let preparation: cgpu_address
  let slot: DeviceSlot

  /// Puts a kernel into a stream.
  func start(_ launch: Launch, _ function: cgpu_function?, _ stream: cgpu_stream?, _ driver: CUDADriver)
    throws(GPUProblem)
  {
    var bytes: [UInt8] = []
    for pointer in launch.pointers { withUnsafeBytes(of: pointer.map(address) ?? 0) { bytes += $0 } }
    launch.numbers.bits.withUnsafeBytes { bytes += $0 }
    // A structure that begins with addresses ends on a multiple of their size.
    bytes += [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
    let status = bytes.withUnsafeMutableBytes { structure in
      withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: 1) { arguments in
        arguments[0] = structure.baseAddress
        return driver.api.launch?(
          function, UInt32(launch.grid.x), UInt32(launch.grid.y), UInt32(launch.grid.z),
          UInt32(Launch.threads), 1, 1, 0, stream, arguments.baseAddress, nil)
      }
    }
    try driver.call("cuLaunchKernel(\(launch.kernel))", status)
  }

  func address(_ place: DeviceAddress) -> cgpu_address {
    let base =
      switch place.base {
      case .arena: arena
      case .constant(let index): constants + UInt64(offsets[index])
      case .input(let number): slot.inputs[number].device
      case .output(let number): slot.outputs[number].device
      case .bytes: slot.bytes?.device ?? 0
      case .preparation: preparation
      }
    return base + UInt64(place.offset)
  }
}

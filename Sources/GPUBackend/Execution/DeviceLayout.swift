import CGPU

/// Where everything of an executable lies on the device, for one batch under way.
struct DeviceLayout {
  let arena: cgpu_address
  let constants: cgpu_address
  /// Of each constant.
  let offsets: [Int]
  /// The same of those that lie there once more, in the plan's precision.
  var rounded: [Int: Int] = [:]
  /// 0 where no step wants any.
  var scratch: cgpu_address = 0
  /// 0 where nothing is prepared.
  var preparation: cgpu_address = 0
  /// Pixels as bytes; 0 where they come as floats.
  var bytes: cgpu_address = 0
  let inputs, outputs: [cgpu_address]

  /// Puts a kernel into a stream.
  func start(_ launch: Launch, _ function: cgpu_function?, _ stream: cgpu_stream?, _ driver: CUDADriver)
    throws(GPUProblem)
  {
    try Self.start(
      launch.kernel, function, grid: launch.grid, launch.pointers.map { $0.map(address) ?? 0 }, launch.numbers, stream,
      driver)
  }

  /// Puts a kernel into a stream, whose structure has these addresses and numbers.
  static func start(
    _ kernel: String, _ function: cgpu_function?, grid: (x: Int, y: Int, z: Int), _ addresses: [cgpu_address],
    _ numbers: LaunchNumbers, _ stream: cgpu_stream?, _ driver: CUDADriver
  ) throws(GPUProblem) {
    var bytes: [UInt8] = []
    for address in addresses { withUnsafeBytes(of: address) { bytes += $0 } }
    numbers.bits.withUnsafeBytes { bytes += $0 }
    // A structure that begins with addresses ends on a multiple of their size.
    bytes += [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
    let status = bytes.withUnsafeMutableBytes { structure in
      withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: 1) { arguments in
        arguments[0] = structure.baseAddress
        return driver.api.launch?(
          function, UInt32(grid.x), UInt32(grid.y), UInt32(grid.z),
          UInt32(Launch.threads), 1, 1, 0, stream, arguments.baseAddress, nil)
      }
    }
    try driver.call("cuLaunchKernel(\(kernel))", status)
  }

  func address(_ place: DeviceAddress) -> cgpu_address {
    let base =
      switch place.base {
      case .arena: arena
      case .constant(let index): constants + UInt64(offsets[index])
      case .rounded(let index): constants + UInt64(rounded[index] ?? 0)
      case .scratch: scratch
      case .input(let number): inputs[number]
      case .output(let number): outputs[number]
      case .bytes: bytes
      case .preparation: preparation
      }
    return base + UInt64(place.offset)
  }
}

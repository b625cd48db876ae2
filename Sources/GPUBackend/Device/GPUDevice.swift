import CGPU
import NetIR

/// A GPU, and what netc needs to know of it.
package struct GPUDevice: Sendable {
  let driver: CUDADriver
  let number: cgpu_device
  package let name: String
  /// 90 for compute capability 9.0.
  package let capability: Int
  package let processors: Int
  /// Bytes.
  package let memory: Int
  package let cache: Int

  /// All devices that the driver shows to this process.
  package static func all(_ driver: CUDADriver) throws(GPUProblem) -> [GPUDevice] {
    var devices: [GPUDevice] = []
    for ordinal in 0..<(try driver.deviceCount) { devices.append(try GPUDevice(driver, ordinal)) }
    return devices
  }

  private init(_ driver: CUDADriver, _ ordinal: Int) throws(GPUProblem) {
    self.driver = driver
    var number: cgpu_device = 0
    try driver.call("cuDeviceGet", driver.api.device_get?(&number, Int32(ordinal)))
    self.number = number
    var name = [CChar](repeating: 0, count: 256)
    try driver.call("cuDeviceGetName", driver.api.device_name?(&name, Int32(name.count), number))
    self.name = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    var bytes = 0
    try driver.call("cuDeviceTotalMem", driver.api.device_memory?(&bytes, number))
    memory = bytes
    func attribute(_ index: Int) throws(GPUProblem) -> Int {
      var value: Int32 = 0
      try driver.call("cuDeviceGetAttribute", driver.api.device_attribute?(&value, Int32(index), number))
      return Int(value)
    }
    capability = 10 * (try attribute(CGPU_ATTRIBUTE_MAJOR)) + (try attribute(CGPU_ATTRIBUTE_MINOR))
    processors = try attribute(CGPU_ATTRIBUTE_PROCESSORS)
    cache = try attribute(CGPU_ATTRIBUTE_L2_BYTES)
  }

  /// What plans for this device are made for.
  package var target: TargetDescription {
    TargetDescription.device(capability: capability, processors: processors, cache: cache)
  }
}

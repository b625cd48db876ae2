import CGPU

/// The primary context of a device, held for as long as this object lives.
///
/// `@unchecked Sendable`: the handle is set once, and the driver takes calls from any thread for which the context was
/// made current.
package final class DeviceContext: @unchecked Sendable {
  package let device: GPUDevice
  private let handle: cgpu_context?
  var driver: CUDADriver { device.driver }

  package init(_ device: GPUDevice) throws(GPUProblem) {
    var handle: cgpu_context?
    try device.driver.call("cuDevicePrimaryCtxRetain", device.driver.api.context_retain?(&handle, device.number))
    self.device = device
    self.handle = handle
  }

  deinit { _ = driver.api.context_release?(device.number) }

  /// For the thread that calls; whatever follows on it goes to this device.
  func makeCurrent() throws(GPUProblem) {
    try driver.call("cuCtxSetCurrent", driver.api.context_set_current?(handle))
  }

  /// Bytes that are free.
  package var freeMemory: Int {
    get throws(GPUProblem) {
      try makeCurrent()
      var (free, total) = (0, 0)
      try driver.call("cuMemGetInfo", driver.api.memory_info?(&free, &total))
      return free
    }
  }
}

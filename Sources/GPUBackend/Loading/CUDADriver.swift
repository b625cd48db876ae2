import CGPU

/// NVIDIA's driver, with every function that netc calls.
///
/// `@unchecked Sendable`: the table is filled by `init` and only read afterwards; the driver takes calls from any thread.
package final class CUDADriver: @unchecked Sendable {
  let api: cgpu_driver
  package let path: String
  /// 12040 for CUDA 12.4: the newest that the driver can serve.
  package let version: Int

  package init(_ found: LibrarySearch.Found) throws(GPUProblem) {
    var api = cgpu_driver()
    let missing = Self.missing { cgpu_driver_load(&api, found.pointer, $0, Int32($1)) }
    guard missing.isEmpty else { throw .lacksFunctions(.driver, path: found.path, missing) }
    self.api = api
    path = found.path
    var version: Int32 = 0
    let known = api.driver_version?(&version)
    self.version = Int(version)
    try call("cuDriverGetVersion", known)
    let status = api.initialise?(0)
    if status == Int32(CGPU_NO_DEVICE) { throw .noDevice("the driver finds no device") }
    try call("cuInit", status)
  }

  /// Turns a status into an error. Functions of the table are never nil: `init` has seen to that.
  func call(_ function: String, _ status: cgpu_status?) throws(GPUProblem) {
    guard let status, status != Int32(CGPU_SUCCESS) else { return }
    var name: UnsafePointer<CChar>?
    var words: UnsafePointer<CChar>?
    _ = api.error_name?(status, &name)
    _ = api.error_words?(status, &words)
    throw .call(
      function: function, code: Int(status), name: name.map { String(cString: $0) } ?? "unknown",
      words: words.map { String(cString: $0) } ?? "an unknown error")
  }

  /// Brings numbers to the device and waits for them. The copy of memory that is not pinned may go on when the call
  /// without a stream returns, and streams of netc's own do not wait for that.
  func bring<Number>(_ numbers: [Number], to place: cgpu_address, in stream: cgpu_stream?) throws(GPUProblem) {
    let status = numbers.withUnsafeBytes { api.copy_to_device_async?(place, $0.baseAddress, $0.count, stream) }
    try call("cuMemcpyHtoDAsync", status)
    try call("cuStreamSynchronize", api.stream_synchronize?(stream))
  }

  /// The names that a table's loader misses.
  static func missing(_ load: (UnsafeMutablePointer<UnsafePointer<CChar>?>, Int) -> Int32) -> [String] {
    var names = [UnsafePointer<CChar>?](repeating: nil, count: 64)
    let count = names.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { Int(load($0, buffer.count)) } ?? 0
    }
    return names.prefix(count).compactMap { $0.map { String(cString: $0) } }
  }

  package var deviceCount: Int {
    get throws(GPUProblem) {
      var count: Int32 = 0
      try call("cuDeviceGetCount", api.device_count?(&count))
      return Int(count)
    }
  }
}

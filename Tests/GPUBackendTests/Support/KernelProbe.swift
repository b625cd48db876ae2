import CGPU
import GPUKernels
import GPUTestSupport
import Testing

@testable import GPUBackend

/// A kernel of a test, on a fake device of its own.
enum KernelProbe {
  /// Runs one block of the kernel `probe`, whose structure has a pointer and the number 64.
  ///
  /// - Parameter initial: what the 64 floats are to which it points; not-a-number without.
  static func run(_ source: String, threads: UInt32, initial: [Float]? = nil) throws -> [Float] {
    let machine = try DeviceAgreement.machine(FakeGPU())
    let resources = DeviceResources(machine.context)
    try machine.context.makeCurrent()
    let function = try resources.takeFunctions(["probe"], of: machine.binary(of: source, name: "probe"))["probe"]
    let memory = try #require(try resources.takeMemory(256))
    let stream = try resources.takeStream()
    let driver = machine.context.driver
    if let initial { try driver.bring(initial, to: memory, in: stream) }
    var arguments: [UInt64] = [memory, 64]
    let status = arguments.withUnsafeMutableBytes { bytes in
      var pointers = [bytes.baseAddress]
      return driver.api.launch?(function, 1, 1, 1, threads, 1, 1, 0, stream, &pointers, nil)
    }
    try driver.call("cuLaunchKernel", status)
    var found = [Float](repeating: 0, count: 64)
    try driver.call("cuMemcpyDtoHAsync", driver.api.copy_to_host_async?(&found, memory, 256, stream))
    try driver.call("cuStreamSynchronize", driver.api.stream_synchronize?(stream))
    return found
  }
}

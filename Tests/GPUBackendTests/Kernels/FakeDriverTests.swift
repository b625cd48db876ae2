import CGPU
import GPUKernels
import GPUTestSupport
import Testing

@testable import GPUBackend

/// The fake device finds what would be wrong on a real one: else the other tests would prove little.
@Suite struct FakeDriverTests {
  private func run(_ body: String, threads: UInt32 = 64) throws -> [Float] {
    let text = KernelText.prelude + "struct Arguments { float *p; int n; };\n"
    return try KernelProbe.run(text + "NETC_KERNEL(probe, Arguments, 1) {\n  \(body)\n}\n", threads: threads)
  }

  @Test func runsThreads() throws {
    #expect(try run("a.p[threadIdx.x] = (float)threadIdx.x;") == (0..<64).map(Float.init))
  }

  @Test func barriersLetThreadsMeet() throws {
    let body = """
      NETC_SHARED float shared[64];
        shared[threadIdx.x] = (float)threadIdx.x;
        __syncthreads();
        const float other = shared[63 - threadIdx.x];
        __syncthreads();
        shared[threadIdx.x] = other;
        a.p[threadIdx.x] = shared[threadIdx.x];
      """
    #expect(try run(body) == (0..<64).map { Float(63 - $0) })
  }

  @Test(arguments: [
    "if (threadIdx.x < 32) __syncthreads();", "if (threadIdx.x >= 32) __syncthreads();",
    "if (threadIdx.x == 5) return; __syncthreads();",
    "for (unsigned i = 0; i < threadIdx.x; i++) __syncthreads();",
  ])
  func aBarrierThatNotAllReach(body: String) throws {
    let problem = try #require(throws: GPUProblem.self) { try run("a.p[threadIdx.x] = 0; " + body) }
    guard case .call("cuStreamSynchronize", 719, _, _) = problem else { Issue.record("\(problem)"); return }
  }

  @Test(arguments: ["a.p[64 + threadIdx.x] = 1;", "a.p[-1] = 1;"])
  func aWriteOutside(body: String) throws {
    let problem = try #require(throws: GPUProblem.self) { try run(body) }
    guard case .call("cuStreamSynchronize", 700, _, _) = problem else { Issue.record("\(problem)"); return }
  }

  @Test func sharedMemoryIsNotZero() throws {
    let found = try run(
      "NETC_SHARED float shared[64]; if (a.n == 0) shared[0] = 1; a.p[threadIdx.x] = shared[threadIdx.x];")
    #expect(!found.contains { !$0.isNaN })
  }

  /// A copy on one stream and a kernel on another, which may wait for it, both on the same memory.
  @Test(arguments: [true, false])
  func whatIsNotOrderedFails(waits: Bool) throws {
    let machine = try DeviceAgreement.machine(FakeGPU())
    let text = KernelText.prelude + "struct Arguments { float *p; int n; };\n"
    let source = text + "NETC_KERNEL(probe, Arguments, 1) { a.p[threadIdx.x] += 1; }\n"
    let resources = DeviceResources(machine.context)
    try machine.context.makeCurrent()
    let (driver, api) = (machine.context.driver, machine.context.driver.api)
    let function = try resources.takeFunctions(["probe"], of: machine.binary(of: source, name: "probe"))["probe"]
    let memory = try #require(try resources.takeMemory(256))
    let (copies, kernels) = (try resources.takeStream(), try resources.takeStream())
    let event = try resources.takeEvent()
    var numbers = [Float](repeating: 2, count: 64)
    try driver.call("copy", api.copy_to_device_async?(memory, &numbers, 256, copies))
    try driver.call("record", api.event_record?(event, copies))
    if waits { try driver.call("wait", api.stream_wait_event?(kernels, event, 0)) }
    var arguments: [UInt64] = [memory, 64]
    let status = arguments.withUnsafeMutableBytes { bytes in
      var pointers = [bytes.baseAddress]
      return api.launch?(function, 1, 1, 1, 64, 1, 1, 0, kernels, &pointers, nil)
    }
    #expect((status == 0) == waits)
    guard waits else { return }
    try driver.call("copy", api.copy_to_host_async?(&numbers, memory, 256, kernels))
    try driver.call("synchronize", api.stream_synchronize?(kernels))
    #expect(numbers == [Float](repeating: 3, count: 64))
  }

  @Test func aBlockTooLarge() throws {
    #expect(throws: GPUProblem.self) { try run("a.p[0] = 0;", threads: 1025) }
  }
}

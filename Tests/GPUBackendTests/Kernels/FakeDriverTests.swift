import CGPU
import GPUKernels
import GPUTestSupport
import Testing

@testable import GPUBackend

/// The fake device finds what would be wrong on a real one: else the other tests would prove little.
@Suite struct FakeDriverTests {
  /// Runs a kernel of one block of threads over a buffer of 64 floats, and one after it.
  private func run(_ body: String, threads: UInt32 = 64, fake: FakeGPU = FakeGPU()) throws -> [Float] {
    let machine = try DeviceAgreement.machine(fake)
    let text = KernelText.prelude + "struct Arguments { float *p; int n; };\n"
    let source = text + "NETC_KERNEL(probe, Arguments, 1) {\n  \(body)\n}\n"
    let resources = DeviceResources(machine.context)
    try machine.context.makeCurrent()
    let function = try resources.takeFunctions(["probe"], of: machine.binary(of: source, name: "probe"))["probe"]
    let memory = try #require(try resources.takeMemory(256))
    let stream = try resources.takeStream()
    let api = machine.context.driver.api
    var arguments: [UInt64] = [memory, 64]
    let status = arguments.withUnsafeMutableBytes { bytes in
      var pointers = [bytes.baseAddress]
      return api.launch?(function, 1, 1, 1, threads, 1, 1, 0, stream, &pointers, nil)
    }
    try machine.context.driver.call("cuLaunchKernel", status)
    var found = [Float](repeating: 0, count: 64)
    try machine.context.driver.call("cuMemcpyDtoHAsync", api.copy_to_host_async?(&found, memory, 256, stream))
    try machine.context.driver.call("cuStreamSynchronize", api.stream_synchronize?(stream))
    return found
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

  @Test func aBlockTooLarge() throws {
    #expect(throws: GPUProblem.self) { try run("a.p[0] = 0;", threads: 1025) }
  }
}

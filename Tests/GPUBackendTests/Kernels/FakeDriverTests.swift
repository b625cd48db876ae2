import GPUKernels
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

  @Test func aBlockTooLarge() throws {
    #expect(throws: GPUProblem.self) { try run("a.p[0] = 0;", threads: 1025) }
  }
}

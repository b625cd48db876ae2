import CPUBackend
import Foundation
import NetIR
import Testing

@Suite struct HostCPUTests {
  private let host = HostCPU.current

  @Test func hasTheGenericInstructions() {
    #expect(host.instructionSets.contains(.generic))
    #expect(!host.instructionSets.contains(.avx512) || host.instructionSets.contains(.avx2))
  }

  @Test func coresAreThoseThisProcessMayUse() {
    #expect(host.cores >= 1)
    #expect(host.cores <= ProcessInfo.processInfo.processorCount)
  }

  @Test func cachesGrowOutwards() {
    #expect(host.cache.count == 3)
    let known = host.cache.filter { $0 > 0 }
    #expect(known == known.sorted())
  }

  @Test func nativeIsANamedTargetThatRunsHere() throws {
    let target = host.target
    #expect(target.instructionSets.isSubset(of: host.instructionSets))
    let named = try #require(TargetDescription.named(target.name))
    #expect(named.instructionSets == target.instructionSets)
    // No better one runs here.
    let runnable = TargetDescription.named.filter { $0.instructionSets.isSubset(of: host.instructionSets) }
    #expect(runnable.allSatisfy { $0.instructionSets.isSubset(of: target.instructionSets) })
    #expect(target.cores == host.cores && target.cache == host.cache)
  }

  @Test(.enabled(if: FileManager.default.isReadableFile(atPath: "/proc/cpuinfo")))
  func agreesWithTheKernelOfTheSystem() throws {
    let text = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    let flags = text.split(separator: "\n").first { $0.hasPrefix("flags") }?.split(separator: " ") ?? []
    guard !flags.isEmpty else { return }
    #expect(host.instructionSets.contains(.avx2) == (flags.contains("avx2") && flags.contains("fma")))
    if host.instructionSets.contains(.avx512) { #expect(flags.contains("avx512f")) }
    if host.instructionSets.contains(.amx) { #expect(flags.contains("amx_tile")) }
  }
}

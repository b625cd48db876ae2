import Testing

@testable import Runtime

@Suite struct UsableMemoryTests {
  private static let information = "MemTotal:   8000 kB\nMemFree:  10 kB\nMemAvailable:    4000 kB\n"

  private func memory(_ files: [String: String]) throws -> Int? {
    let files = try SystemFiles(files)
    return UsableMemory.current(
      information: files.path("meminfo"), membership: files.path("membership"), root: files.path("root"))
  }

  @Test func thisMachineHasSome() throws { #expect(try #require(UsableMemory.current()) > 1 << 20) }

  @Test func withoutFilesNobodyKnows() throws {
    #expect(try memory([:]) == nil)
    #expect(try memory(["meminfo": "MemTotal: 8 kB\n", "membership": "0::/\n"]) == nil)
  }

  @Test func whatTheMachineHas() throws { #expect(try memory(["meminfo": Self.information]) == 4000 * 1024) }

  @Test func version2() throws {
    let files = [
      "meminfo": Self.information, "membership": "0::/a\n", "root/a/memory.max": "1000000\n",
      "root/a/memory.current": "900000\n", "root/memory.max": "max\n", "root/memory.current": "5000000\n",
    ]
    #expect(try memory(files) == 100_000)
    var withFiles = files
    withFiles["root/a/memory.stat"] = "anon 200000\nfile 700000\ninactive_file 500000\nactive_file 50000\n"
    #expect(try memory(withFiles) == 650_000)
    var above = files
    above["root/memory.max"] = "5050000\n"
    #expect(try memory(above) == 50_000)
  }

  @Test func version1() throws {
    let files = [
      "meminfo": Self.information, "membership": "7:memory:/job\n3:cpu:/other\n",
      "root/memory/job/memory.limit_in_bytes": "1000000\n", "root/memory/job/memory.usage_in_bytes": "1200000\n",
      "root/memory/job/memory.stat": "inactive_file 1\ntotal_inactive_file 300000\ntotal_active_file 100000\n",
      "root/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "root/memory/memory.usage_in_bytes": "1200000\n",
    ]
    #expect(try memory(files) == 200_000)
  }
}

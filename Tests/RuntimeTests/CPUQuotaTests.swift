import Testing

@testable import Runtime

@Suite struct CPUQuotaTests {
  private func quota(_ files: [String: String]) throws -> Double? {
    let files = try SystemFiles(files)
    return CPUQuota.current(membership: files.path("membership"), root: files.path("root"))
  }

  @Test func withoutFilesThereIsNoLimit() throws {
    #expect(CPUQuota.current(membership: "/nonexistent", root: "/nonexistent") == nil)
    #expect(try quota(["membership": "0::/\n"]) == nil)
    #expect(try quota(["membership": "0::/a\nrubbish\n::\n", "root/a/cpu.max": "max 100000\n"]) == nil)
  }

  @Test func version2() throws {
    #expect(try quota(["membership": "0::/\n", "root/cpu.max": "150000 100000\n"]) == 1.5)
    #expect(try quota(["membership": "0::/a/b\n", "root/a/b/cpu.max": "50000 100000\n"]) == 0.5)
  }

  /// The least of a group and all above it.
  @Test func groupsAboveLimitToo() throws {
    let files = [
      "membership": "0::/a/b\n", "root/a/b/cpu.max": "400000 100000\n", "root/a/cpu.max": "200000 100000\n",
      "root/cpu.max": "max 100000\n",
    ]
    #expect(try quota(files) == 2)
  }

  @Test(arguments: ["cpu", "cpu,cpuacct"])
  func version1(mount: String) throws {
    let files = [
      "membership": "4:memory:/other\n3:\(mount):/job\n0::/\n", "root/\(mount)/job/cpu.cfs_quota_us": "300000\n",
      "root/\(mount)/job/cpu.cfs_period_us": "100000\n", "root/\(mount)/cpu.cfs_quota_us": "-1\n",
      "root/\(mount)/cpu.cfs_period_us": "100000\n",
    ]
    #expect(try quota(files) == 3)
  }

  /// A container that sees its own group at the root, and its path from outside.
  @Test func aPathFromOutside() throws {
    let files = ["membership": "0::/docker/abc/../def\n", "root/cpu.max": "100000 50000\n"]
    #expect(try quota(files) == 2)
  }

  @Test(arguments: ["", "max", "0 100000", "-5 100000", "100000 0", "a b", "1 2 3"])
  func rubbishIsNoLimit(text: String) throws {
    #expect(try quota(["membership": "0::/\n", "root/cpu.max": text]) == nil)
  }
}

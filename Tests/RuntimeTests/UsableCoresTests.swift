import Foundation
import Testing

@testable import Runtime

@Suite struct UsableCoresTests {
  @Test func countsWhatThisProcessMayUse() {
    #expect(UsableCores.count >= 1)
    #expect(UsableCores.count <= ProcessInfo.processInfo.processorCount)
  }

  @Test func partsOfACoreAreRoundedUp() {
    #expect(UsableCores.count(affinity: 8, quota: nil) == 8)
    #expect(UsableCores.count(affinity: 8, quota: 1.5) == 2)
    #expect(UsableCores.count(affinity: 8, quota: 3) == 3)
    #expect(UsableCores.count(affinity: 8, quota: 0.1) == 1)
    #expect(UsableCores.count(affinity: 2, quota: 64) == 2)
  }
}

/// Control groups as files in a folder.
@Suite struct CPUQuotaTests {
  private final class Groups {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("quota-\(UUID().uuidString)")

    init(_ files: [String: String]) throws {
      for (path, text) in files {
        let url = folder.appendingPathComponent(path)
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
      }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var quota: Double? {
      CPUQuota.current(
        membership: folder.appendingPathComponent("membership").path,
        root: folder.appendingPathComponent("root").path)
    }
  }

  @Test func withoutFilesThereIsNoLimit() throws {
    #expect(CPUQuota.current(membership: "/nonexistent", root: "/nonexistent") == nil)
    #expect(try Groups(["membership": "0::/\n"]).quota == nil)
    #expect(try Groups(["membership": "0::/a\nrubbish\n::\n", "root/a/cpu.max": "max 100000\n"]).quota == nil)
  }

  @Test func version2() throws {
    #expect(try Groups(["membership": "0::/\n", "root/cpu.max": "150000 100000\n"]).quota == 1.5)
    #expect(try Groups(["membership": "0::/a/b\n", "root/a/b/cpu.max": "50000 100000\n"]).quota == 0.5)
  }

  /// The least of a group and all above it.
  @Test func groupsAboveLimitToo() throws {
    let files = [
      "membership": "0::/a/b\n", "root/a/b/cpu.max": "400000 100000\n", "root/a/cpu.max": "200000 100000\n",
      "root/cpu.max": "max 100000\n",
    ]
    #expect(try Groups(files).quota == 2)
  }

  @Test(arguments: ["cpu", "cpu,cpuacct"])
  func version1(mount: String) throws {
    let files = [
      "membership": "4:memory:/other\n3:\(mount):/job\n0::/\n", "root/\(mount)/job/cpu.cfs_quota_us": "300000\n",
      "root/\(mount)/job/cpu.cfs_period_us": "100000\n", "root/\(mount)/cpu.cfs_quota_us": "-1\n",
      "root/\(mount)/cpu.cfs_period_us": "100000\n",
    ]
    #expect(try Groups(files).quota == 3)
  }

  /// A container that sees its own group at the root, and its path from outside.
  @Test func aPathFromOutside() throws {
    let files = ["membership": "0::/docker/abc/../def\n", "root/cpu.max": "100000 50000\n"]
    #expect(try Groups(files).quota == 2)
  }

  @Test(arguments: ["", "max", "0 100000", "-5 100000", "100000 0", "a b", "1 2 3"])
  func rubbishIsNoLimit(text: String) throws {
    #expect(try Groups(["membership": "0::/\n", "root/cpu.max": text]).quota == nil)
  }
}

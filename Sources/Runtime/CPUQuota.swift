/// The CPU time that control groups grant to a process: its own group, and every group above it.
///
/// Source: https://docs.kernel.org/admin-guide/cgroup-v2.html (`cpu.max`) and
/// https://docs.kernel.org/scheduler/sched-bwc.html (`cpu.cfs_quota_us`, version 1)
enum CPUQuota {
  /// - Parameters:
  ///   - membership: the file that names this process's groups, one line per hierarchy.
  ///   - root: where the hierarchies are mounted.
  /// - Returns: cores, the least of all quotas; nil where nothing limits the process.
  static func current(membership: String = "/proc/self/cgroup", root: String = "/sys/fs/cgroup") -> Double? {
    ControlGroups.folders(of: "cpu", membership: membership, root: root)
      .compactMap { $0.isUnified ? unified($0) : version1($0) }.min()
  }

  /// `max 100000` or `150000 100000`.
  private static func unified(_ folder: ControlGroups.Folder) -> Double? {
    let words = folder.words("cpu.max")
    guard words.count == 2 else { return nil }
    return cores(quota: Int(words[0]), period: Int(words[1]))
  }

  /// A quota of -1 is none.
  private static func version1(_ folder: ControlGroups.Folder) -> Double? {
    cores(quota: folder.number("cpu.cfs_quota_us"), period: folder.number("cpu.cfs_period_us"))
  }

  private static func cores(quota: Int?, period: Int?) -> Double? {
    guard let quota, let period, quota > 0, period > 0 else { return nil }
    return Double(quota) / Double(period)
  }
}

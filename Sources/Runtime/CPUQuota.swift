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
    var least: Double?
    for line in SystemFile.lines(membership) {
      // number:controllers:path; version 2 has no controllers.
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let isUnified = parts[1].isEmpty
      guard isUnified || parts[1].split(separator: ",").contains("cpu") else { continue }
      let mounts = isUnified ? [root, root + "/unified"] : [root + "/cpu", root + "/" + parts[1]]
      for group in groups(above: parts[2]) {
        for mount in mounts {
          let quota = isUnified ? unified(mount + group) : version1(mount + group)
          if let quota { least = min(least ?? quota, quota) }
        }
      }
    }
    return least
  }

  /// `/a/b`, `/a` and the empty path. In a container the hierarchy is mounted at the container's own group, whose path
  /// from outside does not exist there: then the empty path finds it.
  private static func groups(above path: Substring) -> [String] {
    var groups = [""]
    for name in path.split(separator: "/") where name != ".." { groups.append(groups[groups.count - 1] + "/" + name) }
    return groups.reversed()
  }

  /// `max 100000` or `150000 100000`.
  private static func unified(_ folder: String) -> Double? {
    let words = SystemFile.lines(folder + "/cpu.max").first?.split(separator: " ") ?? []
    guard words.count == 2 else { return nil }
    return cores(quota: Int(words[0]), period: Int(words[1]))
  }

  /// A quota of -1 is none.
  private static func version1(_ folder: String) -> Double? {
    func number(_ name: String) -> Int? { SystemFile.lines("\(folder)/\(name)").first.flatMap { Int($0) } }
    return cores(quota: number("cpu.cfs_quota_us"), period: number("cpu.cfs_period_us"))
  }

  private static func cores(quota: Int?, period: Int?) -> Double? {
    guard let quota, let period, quota > 0, period > 0 else { return nil }
    return Double(quota) / Double(period)
  }
}

/// The memory that this process can still take: what the machine has free or can free at once, and no more than its
/// control groups leave it.
///
/// Source: https://docs.kernel.org/filesystems/proc.html (`MemAvailable`),
/// https://docs.kernel.org/admin-guide/cgroup-v2.html (`memory.max`, `memory.current`) and
/// https://docs.kernel.org/admin-guide/cgroup-v1/memory.html (`memory.limit_in_bytes`, `memory.usage_in_bytes`)
package enum UsableMemory {
  /// Bytes; nil where the system does not tell.
  package static func current() -> Int? {
    current(information: "/proc/meminfo", membership: "/proc/self/cgroup", root: "/sys/fs/cgroup")
  }

  static func current(information: String, membership: String, root: String) -> Int? {
    let groups = ControlGroups.folders(of: "memory", membership: membership, root: root).compactMap(left)
    return (groups + [available(information)].compactMap { $0 }).min()
  }

  private static func available(_ information: String) -> Int? {
    let line = SystemFile.lines(information).first { $0.hasPrefix("MemAvailable:") }
    return line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }.map { $0 * 1024 }
  }

  /// What a group's limit leaves. Pages of files count as used there, and go where somebody needs the memory. A limit of
  /// `max`, and one of version 1 that is beyond any memory, are none.
  private static func left(_ folder: ControlGroups.Folder) -> Int? {
    let names =
      folder.isUnified ? ("memory.max", "memory.current") : ("memory.limit_in_bytes", "memory.usage_in_bytes")
    guard let limit = folder.number(names.0), let used = folder.number(names.1) else { return nil }
    let prefix = folder.isUnified ? "" : "total_"
    let ofFiles = SystemFile.lines(folder.path + "/memory.stat").reduce(0) { sum, line in
      let words = line.split(separator: " ")
      guard words.count == 2, words[0] == prefix + "inactive_file" || words[0] == prefix + "active_file" else {
        return sum
      }
      return sum + (Int(words[1]) ?? 0)
    }
    return max(0, limit - max(0, used - ofFiles))
  }
}

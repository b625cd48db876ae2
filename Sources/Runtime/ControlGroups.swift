/// The control groups that a process is in, for what they grant it.
///
/// Source: https://docs.kernel.org/admin-guide/cgroup-v2.html and https://docs.kernel.org/admin-guide/cgroup-v1/
enum ControlGroups {
  /// A folder of the hierarchy, which may not exist.
  struct Folder {
    let path: String
    /// Whether it is of version 2.
    let isUnified: Bool

    /// The words of a file's first line.
    func words(_ name: String) -> [Substring] {
      SystemFile.lines("\(path)/\(name)").first?.split(separator: " ") ?? []
    }

    func number(_ name: String) -> Int? { words(name).first.flatMap { Int($0) } }
  }

  /// Those of the process and all above them that may limit what a controller counts.
  ///
  /// - Parameters:
  ///   - membership: the file that names this process's groups, one line per hierarchy.
  ///   - root: where the hierarchies are mounted.
  static func folders(of controller: String, membership: String, root: String) -> [Folder] {
    SystemFile.lines(membership).flatMap { line -> [Folder] in
      // number:controllers:path; version 2 has no controllers.
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return [] }
      let isUnified = parts[1].isEmpty
      guard isUnified || parts[1].split(separator: ",").contains(Substring(controller)) else { return [] }
      let mounts = isUnified ? [root, root + "/unified"] : [root + "/" + controller, root + "/" + parts[1]]
      return groups(above: parts[2]).flatMap { group in
        mounts.map { Folder(path: $0 + group, isUnified: isUnified) }
      }
    }
  }

  /// `/a/b`, `/a` and the empty path. In a container the hierarchy is mounted at the container's own group, whose path
  /// from outside does not exist there: then the empty path finds it.
  private static func groups(above path: Substring) -> [String] {
    var groups = [""]
    for name in path.split(separator: "/") where name != ".." { groups.append(groups[groups.count - 1] + "/" + name) }
    return groups.reversed()
  }
}

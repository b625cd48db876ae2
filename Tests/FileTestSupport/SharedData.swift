import Glibc

/// Real files that are no part of the repository: `NETC_SHARED`, or the nearest `shared` above the sources.
package enum SharedData {
  /// The path of the folder `shared`, if there is one.
  package static let root: String? = {
    let given = getenv("NETC_SHARED").map { [String(cString: $0)] }
    let candidates = given ?? ancestors(of: #filePath).map { $0 + "/shared" }
    return candidates.first { exists($0 + "/data") }
  }()

  /// The folder of the digits: `specs/digits` in the repository, or among the shared files.
  package static let digits: String? = {
    let inRepository = ancestors(of: #filePath).map { $0 + "/specs/digits" }
    return (inRepository + (root.map { [$0 + "/embedded/digits"] } ?? [])).first(where: exists)
  }()

  /// The path of `name` below `shared/data`; nil if it is absent.
  package static func file(_ name: String) -> String? {
    root.map { $0 + "/data/" + name }.flatMap { exists($0) ? $0 : nil }
  }

  private static func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }

  private static func ancestors(of path: String) -> [String] {
    var result: [String] = []
    var rest = path[...]
    while let slash = rest.lastIndex(of: "/"), slash > rest.startIndex {
      rest = rest[..<slash]
      result.append(String(rest))
    }
    return result
  }
}

import Glibc

/// The repository that the tests were built from.
package enum Repository {
  /// The folder of `Package.swift`.
  package static let root: String = {
    var rest = #filePath[...]
    while let slash = rest.lastIndex(of: "/") {
      rest = rest[..<slash]
      if access(rest + "/Package.swift", R_OK) == 0 { return String(rest) }
    }
    return "."
  }()

  /// The bytes of a file below the root; nil if there is none.
  package static func bytes(_ path: String) -> [UInt8]? { TestFile.bytes(root + "/" + path) }

  /// Whether this run rewrites what is generated instead of comparing it: `NETC_UPDATE=1`.
  package static let isUpdating = getenv("NETC_UPDATE").map { String(cString: $0) == "1" } ?? false

  /// Names in a folder of the repository that end with `suffix`, sorted; empty if there is no such folder.
  package static func names(in folder: String, suffix: String = "") -> [String] {
    guard let stream = opendir(root + "/" + folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix("."), name.hasSuffix(suffix) { names.append(name) }
    }
    return names.sorted()
  }
}

/// Whole files as text and bytes, for tests.
package enum TestFile {
  /// nil if there is no such file.
  package static func bytes(_ path: String) -> [UInt8]? {
    guard let stream = fopen(path, "r") else { return nil }
    defer { fclose(stream) }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, stream)
      if count == 0 { return result }
      result += chunk[..<count]
    }
  }

  package static func text(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }

  /// Makes the folders on the way, too.
  package static func write(_ text: String, to path: String) {
    var folder = ""
    for part in path.split(separator: "/").dropLast() {
      folder += "/" + part
      mkdir(folder, 0o777)
    }
    guard let stream = fopen(path, "w") else { fatalError("cannot write \(path)") }
    fwrite(Array(text.utf8), 1, text.utf8.count, stream)
    fclose(stream)
  }
}

import Glibc
import Synchronization

/// A folder of its own for one test, removed with its files when the last reference goes, or when the process ends.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
    var template = Array("\(parent)/netc-test-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress, let made = mkdtemp(base) else { fatalError("mkdtemp failed") }
      return String(cString: made)
    }
    _ = Self.removesAtExit
    Self.alive.withLock { _ = $0.insert(path) }
  }

  deinit {
    Self.remove(path)
    Self.alive.withLock { _ = $0.remove(path) }
  }

  private static let alive = Mutex<Set<String>>([])

  /// Nothing lets go of what a global holds.
  private static let removesAtExit = atexit {
    for path in TemporaryFolder.alive.withLock({ $0 }) { TemporaryFolder.remove(path) }
  }

  private static func remove(_ path: String) {
    var info = stat()
    guard lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else {
      unlink(path)
      return
    }
    for name in names(in: path) { remove(path + "/" + name) }
    rmdir(path)
  }

  /// The names in the folder, sorted.
  package var names: [String] { Self.names(in: path) }

  /// Makes a folder in this one, and returns its path.
  package func subfolder(_ name: String) -> String {
    mkdir("\(path)/\(name)", 0o777)
    return "\(path)/\(name)"
  }

  private static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Stores `bytes` under `name` and returns the path.
  @discardableResult
  package func store(_ bytes: [UInt8], as name: String) -> String {
    let file = path + "/" + name
    guard let stream = fopen(file, "w") else { fatalError("fopen failed") }
    fwrite(bytes, 1, bytes.count, stream)
    fclose(stream)
    return file
  }
}

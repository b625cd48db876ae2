import Diagnostics
import Glibc

/// Writes a file so that everybody sees either the old content or all of the new.
package enum AtomicFile {
  /// Creates or replaces the file at `path` with what `body` writes.
  ///
  /// The bytes go into a temporary file of the same folder, which is synchronised to disk and renamed over
  /// `path`; any failure removes it and leaves the old file untouched. `mode` holds the permission bits of a
  /// new file, less the umask; without it a replaced file keeps its own and a new one gets 0666. A symbolic
  /// link stays, its target is replaced. `-`, `/dev/stdout`, pipes and devices are written directly.
  ///
  /// Throws N0513 with the system's reason, or what `body` throws.
  package static func write(
    path: String, mode: UInt32? = nil, _ body: (inout FileWriter) throws(DiagnosticError) -> Void
  ) throws(DiagnosticError) {
    if path == "-" || path == "/dev/stdout" {
      return try fill(STDOUT_FILENO, path: path, body)
    }
    guard !path.isEmpty else { throw FileFault.cannotWrite(path, errno: ENOENT) }
    guard !path.utf8.contains(0) else { throw FileFault.cannotWrite(path, errno: EINVAL) }
    var info = stat()
    guard stat(path, &info) == 0 else {
      guard errno == ENOENT else { throw FileFault.cannotWrite(path, errno: errno) }
      return try replace(path, path: path, mode: mode ?? 0o666, keepMode: false, body)
    }
    switch info.st_mode & S_IFMT {
    case S_IFDIR:
      throw FileFault.cannotWrite(path, errno: EISDIR)
    case S_IFREG where !path.hasPrefix("/dev/"):
      guard access(path, W_OK) == 0, let resolved = realpath(path, nil) else {
        throw FileFault.cannotWrite(path, errno: errno)
      }
      defer { free(resolved) }
      let target = String(cString: resolved)
      try replace(
        target, path: path, mode: mode ?? (info.st_mode & 0o7777), keepMode: mode == nil, body)
    default:
      let descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw FileFault.cannotWrite(path, errno: errno) }
      defer { close(descriptor) }
      try fill(descriptor, path: path, body)
    }
  }

  private static func fill(
    _ descriptor: Int32, path: String, _ body: (inout FileWriter) throws(DiagnosticError) -> Void
  ) throws(DiagnosticError) {
    var writer = FileWriter(descriptor: descriptor, path: path)
    try body(&writer)
    try writer.flush()
  }

  /// Writes a temporary file beside `target` and renames it; `path` is what the user wrote.
  private static func replace(
    _ target: String, path: String, mode: UInt32, keepMode: Bool,
    _ body: (inout FileWriter) throws(DiagnosticError) -> Void
  ) throws(DiagnosticError) {
    let folder = folder(of: target)
    let (descriptor, temporary) = try createTemporary(in: folder, path: path, mode: mode)
    var isOpen = true
    do throws(DiagnosticError) {
      try fill(descriptor, path: path, body)
      // The umask narrowed the mode at creation.
      if keepMode { try check(fchmod(descriptor, mode), path) }
      try check(fsync(descriptor), path)
      isOpen = false
      try check(close(descriptor), path)
      try check(rename(temporary, target), path)
    } catch {
      if isOpen { close(descriptor) }
      unlink(temporary)
      throw error
    }
    try synchronise(folder: folder, path: path)
  }

  private static func check(_ result: Int32, _ path: String) throws(DiagnosticError) {
    if result != 0 { throw FileFault.cannotWrite(path, errno: errno) }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func createTemporary(
    in folder: String, path: String, mode: UInt32
  ) throws(DiagnosticError) -> (descriptor: Int32, name: String) {
    for _ in 0..<32 {
      let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
      let name = "\(folder)/.netc-\(suffix).tmp"
      let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
      if descriptor >= 0 { return (descriptor, name) }
      if errno != EEXIST, errno != EINTR { throw FileFault.cannotWrite(path, errno: errno) }
    }
    throw FileFault.cannotWrite(path, errno: EEXIST)
  }

  /// Makes the rename itself durable; file systems that cannot synchronise a folder are left alone.
  private static func synchronise(folder: String, path: String) throws(DiagnosticError) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard fsync(descriptor) != 0 else { return }
    let code = errno
    if code == EIO || code == ENOSPC || code == EDQUOT { throw FileFault.cannotWrite(path, errno: code) }
  }
}

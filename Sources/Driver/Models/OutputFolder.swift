import Diagnostics
import Exchange
import Glibc

/// Folders that commands write into.
enum OutputFolder {
  /// Makes a folder, and those above it; N0513.
  static func create(_ path: String) throws(DiagnosticError) {
    var prefix = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      prefix += (prefix.isEmpty || prefix == "/" ? "" : "/") + part
      guard mkdir(prefix, 0o777) != 0 else { continue }
      let code = errno
      var info = stat()
      guard code == EEXIST, stat(prefix, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else {
        throw FileFault.make(
          .cannotWrite, in: prefix, "cannot make the folder `\(prefix)`: \(String(cString: strerror(code)))",
          help: ["choose another folder with `--output`"])
      }
    }
  }
}

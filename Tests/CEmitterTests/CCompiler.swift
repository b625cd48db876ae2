import FileTestSupport
import Glibc

/// A compiler of C that is on the PATH.
struct CCompiler: Sendable, CustomStringConvertible {
  var name: String
  var description: String { name }

  /// Warnings are errors: what netc writes is compiled with the flags of others.
  static let strict = [
    "-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion", "-Wdouble-promotion", "-Wshadow",
    "-Wstrict-prototypes", "-Wmissing-prototypes",
  ]

  /// GCC is nothing that netc needs; clang comes with Swift.
  static let available = ["gcc", "clang"].filter(isOnPath).map(CCompiler.init)

  /// A compiler that comes with the libraries of its sanitizers, and the flags for them.
  static let sanitizing: (compiler: CCompiler, flags: [String])? = {
    let folder = TemporaryFolder()
    let source = folder.store(Array("int main(void) { return 0; }\n".utf8), as: "empty.c")
    let flags = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    // The linker that clang takes by itself may warn of its library.
    return [("clang", flags + ["-fuse-ld=lld"]), ("gcc", flags)].map { (CCompiler(name: $0), $1) }.first {
      isOnPath($0.name) && $0.compile($1 + [source, "-o", folder.path + "/empty"]) == nil
    }
  }()

  static func isOnPath(_ name: String) -> Bool {
    let folders = getenv("PATH").map { String(cString: $0) }?.split(separator: ":") ?? []
    return folders.contains { access("\($0)/\(name)", X_OK) == 0 }
  }

  /// - Returns: what it said; nil where all is well.
  func compile(_ arguments: [String]) -> String? {
    let run = NetcProcess.run(command: [name] + arguments)
    return run.status == 0 && run.errors.isEmpty ? nil : "\(name): \(run.errors)"
  }
}

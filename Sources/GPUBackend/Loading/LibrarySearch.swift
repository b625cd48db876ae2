import CGPU

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where NVIDIA's libraries may lie, and the loading of one.
///
/// In this order: the folders of `NETC_CUDA_PATH`, where the system looks by itself, an active virtual environment
/// with NVIDIA's wheels, conda's, and CUDA's own folders.
package struct LibrarySearch: Sendable {
  /// Folders, in order; the empty one is the system's own search.
  package let folders: [String]

  /// - Parameter environment: the value of a variable.
  package init(environment: (String) -> String? = Self.environment) {
    var folders: [String] = []
    for folder in environment("NETC_CUDA_PATH")?.split(separator: ":").map(String.init) ?? [] {
      folders += [folder, folder + "/lib64", folder + "/lib"]
    }
    folders.append("")
    if let python = environment("VIRTUAL_ENV") {
      folders += Self.glob(python + "/lib/python3*/site-packages/nvidia/*/lib")
    }
    if let conda = environment("CONDA_PREFIX") { folders.append(conda + "/lib") }
    for name in ["CUDA_HOME", "CUDA_PATH"] {
      if let folder = environment(name) { folders.append(folder + "/lib64") }
    }
    self.folders = folders + ["/usr/local/cuda/lib64", "/usr/lib/wsl/lib"]
  }

  package init(folders: [String]) { self.folders = folders }

  /// A library in memory. It stays until the process ends: a driver starts threads of its own.
  package struct Found: Sendable, Equatable {
    /// As it was asked for.
    package let path: String
    let handle: UInt

    var pointer: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: handle) }
  }

  /// Loads the first of a library's names that can be.
  ///
  /// - Throws: `noLibrary` with what the system said of each that exists, or of the first; `noLinker`.
  package func find(_ library: GPULibrary) throws(GPUProblem) -> Found {
    guard cgpu_can_load() != 0 else { throw .noLinker }
    var reasons: [String] = []
    for folder in folders {
      for name in library.names {
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        if !folder.isEmpty, access(path, F_OK) != 0 { continue }
        if let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) {
          return Found(path: path, handle: UInt(bitPattern: handle))
        }
        if let words = dlerror() { reasons.append(String(cString: words)) }
      }
    }
    // Every name that the system does not know has the same reason.
    let found = reasons.filter { !$0.contains("No such file") }
    throw .noLibrary(library, reasons: found.isEmpty ? Array(reasons.prefix(1)) : found)
  }

  package static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func glob(_ pattern: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    #if canImport(Glibc)
      let status = Glibc.glob(pattern, 0, nil, &found)
    #else
      let status = Musl.glob(pattern, 0, nil, &found)
    #endif
    guard status == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
  }
}

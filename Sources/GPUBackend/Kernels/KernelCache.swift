import Diagnostics
import Exchange

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Compiled kernels in the user's cache folder, and what else takes long to make: compiling takes longer than all else
/// that a start does.
///
/// A file holds what it was made of (the text, the architecture, the compiler), which is compared as a whole, and a
/// checksum. What is damaged, or belongs to another text with the same name, is compiled again and replaced; a folder
/// that cannot be written to costs time and nothing else.
package struct KernelCache: Sendable {
  /// nil where nothing is kept.
  let folder: String?
  private static let magic = "netc kernels 1\n"

  package init(folder: String?) { self.folder = folder }

  /// `$XDG_CACHE_HOME/netc/gpu`, else `~/.cache/netc/gpu`.
  package init(environment: (String) -> String? = LibrarySearch.environment) {
    let caches =
      if let folder = environment("XDG_CACHE_HOME"), folder.hasPrefix("/") { String?.some(folder) } else {
        environment("HOME").flatMap { $0.hasPrefix("/") ? $0 + "/.cache" : nil }
      }
    folder = caches.map { $0 + "/netc/gpu" }
  }

  /// The binary of a text for an architecture, compiled if need be.
  package func binary(of source: String, name: String, for architecture: String, _ compiler: KernelCompiler)
    throws(GPUProblem) -> [UInt8]
  {
    let identity = "\(architecture)\nNVRTC \(compiler.version)\n\(source)"
    let kind = "\(name)-\(architecture)"
    if let known = kept(kind, identity) { return known }
    let binary = try compiler.compile(source, name: name, for: architecture)
    keep(binary, kind, identity)
    return binary
  }

  /// - Parameters:
  ///   - kind: of what is kept, part of the file's name.
  ///   - identity: of what it was made.
  func kept(_ kind: String, _ identity: String) -> [UInt8]? { path(kind, identity).flatMap { read($0, identity) } }

  func keep(_ bytes: [UInt8], _ kind: String, _ identity: String) {
    if let path = path(kind, identity) { write(bytes, identity, to: path) }
  }

  private func path(_ kind: String, _ identity: String) -> String? {
    folder.map { "\($0)/\(kind)-\(Digest(of: Array(identity.utf8)).hexadecimal).bin" }
  }

  private func read(_ path: String, _ identity: String) -> [UInt8]? {
    guard access(path, R_OK) == 0, let file = try? MappedFile(path: path) else { return nil }
    let header = Array((Self.magic + "\(identity.utf8.count)\n" + identity).utf8)
    return file.withBytes { bytes in
      guard bytes.count > header.count + 8, bytes.prefix(header.count).elementsEqual(header) else { return nil }
      let binary = Array(bytes[header.count..<bytes.count - 8])
      return bytes.suffix(8).elementsEqual(Digest(of: binary).hexadecimal.utf8) ? binary : nil
    }
  }

  private func write(_ binary: [UInt8], _ identity: String, to path: String) {
    for index in path.indices.dropFirst() where path[index] == "/" { mkdir(String(path[..<index]), 0o700) }
    try? AtomicFile.write(path: path) { (file) throws(DiagnosticError) in
      try file.write(Self.magic + "\(identity.utf8.count)\n" + identity)
      try file.write(binary)
      try file.write(Digest(of: binary).hexadecimal)
    }
  }
}

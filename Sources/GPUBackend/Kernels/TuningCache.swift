import Diagnostics
import Exchange

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Times of kernels on a device, kept beside the compiled ones. A file holds all that the times depend on, and a
/// checksum: what is damaged or of other versions is measured again.
package struct TuningCache: Sendable {
  /// Nanoseconds by signature and kernel; 0 for a kernel that its library refused to be.
  package typealias Times = [String: [String: Int]]

  /// nil where nothing is kept.
  private let folder: String?
  private static let magic = "netc times 1\n"

  package init(folder: String?) { self.folder = folder }

  /// - Parameter circumstances: all that the times depend on but the shapes, in lines.
  package func times(under circumstances: String) -> Times {
    guard let path = path(for: circumstances), access(path, R_OK) == 0, let file = try? MappedFile(path: path) else {
      return [:]
    }
    let text = file.withBytes { String(decoding: $0, as: UTF8.self) }
    let header = header(circumstances)
    guard text.hasPrefix(header), text.count > header.count + 16,
      Digest(of: Array(text.dropLast(8).utf8)).hexadecimal == text.suffix(8)
    else { return [:] }
    var times: Times = [:]
    for line in text.dropFirst(header.count).dropLast(8).split(separator: "\n") {
      let fields = line.split(separator: "\t", maxSplits: 2)
      guard fields.count == 3, let time = Int(fields[0]), time >= 0 else { return [:] }
      times[String(fields[2]), default: [:]][String(fields[1])] = time
    }
    return times
  }

  /// Costs nothing but time where the folder cannot be written to.
  package func store(_ times: Times, under circumstances: String) {
    guard let path = path(for: circumstances) else { return }
    var text = header(circumstances)
    for (signature, kernels) in times.sorted(by: { $0.key < $1.key }) {
      for (kernel, time) in kernels.sorted(by: { $0.key < $1.key }) { text += "\(time)\t\(kernel)\t\(signature)\n" }
    }
    text += Digest(of: Array(text.utf8)).hexadecimal
    let whole = text
    for index in path.indices.dropFirst() where path[index] == "/" { mkdir(String(path[..<index]), 0o700) }
    try? AtomicFile.write(path: path) { (file) throws(DiagnosticError) in try file.write(whole) }
  }

  private func header(_ circumstances: String) -> String {
    Self.magic + "\(circumstances.utf8.count)\n" + circumstances + "\n"
  }

  private func path(for circumstances: String) -> String? {
    folder.map { "\($0)/times-\(Digest(of: Array(circumstances.utf8)).hexadecimal).txt" }
  }
}

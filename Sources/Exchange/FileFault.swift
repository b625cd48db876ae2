import Diagnostics
import Glibc

/// Builds the diagnostics of files: the words that several formats share.
package enum FileFault {
  /// A diagnostic about the file at `path` (`-` is one of the standard streams).
  package static func make(
    _ code: DiagnosticCode, in path: String, _ message: String, notes: [String] = [], help: [String] = []
  ) -> DiagnosticError {
    DiagnosticError(Diagnostic(code, message, at: .file(path), notes: notes, help: help))
  }

  /// N0501 for a failed system call; `code` is its `errno`.
  static func unreadable(_ path: String, errno code: Int32) -> DiagnosticError {
    let name = path == "-" ? "standard input" : "`\(path)`"
    return make(.unreadableFile, in: path, "cannot read \(name): \(reason(code))", help: readingHelp(code))
  }

  /// N0513 for a failed system call; `code` is its `errno`.
  static func cannotWrite(_ path: String, errno code: Int32) -> DiagnosticError {
    let name = path == "-" ? "standard output" : "`\(path)`"
    return make(.cannotWrite, in: path, "cannot write \(name): \(reason(code))", help: writingHelp(code))
  }

  /// The system's words for an `errno`, such as "No such file or directory".
  static func reason(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
  }

  private static func readingHelp(_ code: Int32) -> [String] {
    switch code {
    case ENOENT: ["check the spelling; a relative path starts at the current folder"]
    case EACCES, EPERM: ["`ls -l` shows who may read it"]
    case EISDIR: ["give a file inside it"]
    case ENOMEM: ["the file does not fit into the memory that this process may use"]
    default: []
    }
  }

  private static func writingHelp(_ code: Int32) -> [String] {
    switch code {
    case ENOENT: ["create the folder first; a relative path starts at the current folder"]
    case EACCES, EPERM, EROFS: ["choose a folder that you may write into"]
    case EISDIR: ["give the name of a file inside it"]
    case ENOSPC, EDQUOT: ["free some space, or choose another disk"]
    default: []
    }
  }
}

extension BinaryInteger {
  /// Decimal digits with a comma between groups of three: 1234567 is "1,234,567".
  package var grouped: String {
    var text = ""
    let digits = String(magnitude)
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return self < 0 ? "−" + text : text
  }

  /// The number with its unit, "1 byte" or "2,048 bytes".
  package func counted(_ unit: String) -> String {
    self == 1 ? "1 \(unit)" : "\(grouped) \(unit)s"
  }
}

import Compiler
import Diagnostics
import Exchange
import Glibc
import Layers
import YAMLSyntax

/// What the checker makes of one version of a document.
struct Analysis: Sendable {
  let map: SourceMap
  /// The document itself in the map.
  let file: FileID
  let bag: DiagnosticBag
  let diagnostics: [Diagnostic]
  /// nil where the text is no YAML.
  let root: Node?
  let spec: Spec?
  /// nil when there are errors.
  let network: Network?
  /// What can be counted of each layer of the network.
  let rows: [NetworkReport.Row]
  /// A file without layers, which others may include.
  let isLibrary: Bool
  /// Files that the document names and that could not be read.
  private(set) var missing: [String] = []

  /// More than this is no spec, and would make every key stroke slow.
  static let largestDocument = 16 << 20

  /// - Parameter open: the text of documents that are open in the editor, by path.
  init(path: String, text: [UInt8], open: [String: [UInt8]]) {
    var map = SourceMap()
    var bag = DiagnosticBag()
    guard text.count <= Self.largestDocument else {
      file = map.add(SourceFile(path: path, bytes: []))
      bag.report(
        Diagnostic(
          .unreadableSpec, "\(text.count) bytes are too much for a spec", at: .file(path),
          help: ["a spec is a YAML file; weights are files of their own"]))
      (self.map, self.bag, diagnostics, self.root) = (map, bag, bag.sorted, nil)
      (spec, network, rows, isLibrary) = (nil, nil, [], false)
      return
    }
    file = map.add(SourceFile(path: path, bytes: text))
    guard let root = parseYAML(file, in: map, bag: &bag) else {
      (self.map, self.bag, diagnostics, self.root) = (map, bag, bag.sorted, nil)
      (spec, network, rows, isLibrary) = (nil, nil, [], false)
      return
    }
    let files = OpenFiles(map: map, open: open)
    let (spec, more) = SpecReader.read(root, fileName: Self.stem(path), files: files)
    bag.append(more)
    let (network, found) = Elaborator.elaborate(spec)
    bag.append(found)
    (self.map, self.bag, diagnostics) = (files.map, bag, bag.sorted)
    missing = files.missing
    (self.root, self.spec) = (root, spec)
    self.network = bag.hasErrors ? nil : network
    rows = self.network.flatMap { try? NetworkReport.rows(of: $0) } ?? []
    let keys = (root.entries ?? []).compactMap(\.key.scalarText)
    isLibrary =
      !keys.contains("layers") && !keys.contains("base")
      && keys.contains { ["let", "defaults", "blocks", "include"].contains($0) }
  }

  /// The files that took part, or would if they could be read; the document first.
  var paths: [String] { map.files.map(\.path) + missing }

  /// `specs/lenet.yaml` → `lenet`.
  private static func stem(_ path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? "network"
    return name.lastIndex(of: ".").map { $0 == name.startIndex ? name : String(name[..<$0]) } ?? name
  }
}

/// The files that a spec names: as the editor shows them, else from the disk.
private final class OpenFiles: SpecFiles {
  private var documents: ReadDocuments
  var map: SourceMap { documents.map }
  private(set) var missing: [String] = []
  private let open: [String: [UInt8]]

  init(map: SourceMap, open: [String: [UInt8]]) { (documents, self.open) = (ReadDocuments(map: map), open) }

  func document(_ path: String, namedAt span: SourceSpan, _ bag: inout DiagnosticBag) -> Node? {
    let full = FilePath.resolve(path, from: map[span.file].path)
    if let document = documents.document(at: full) { return document }
    guard let bytes = content(path, namedAt: span, &bag) else { return nil }
    return documents.add(bytes, at: full, &bag)
  }

  func content(_ path: String, namedAt span: SourceSpan, _ bag: inout DiagnosticBag) -> [UInt8]? {
    let full = FilePath.resolve(path, from: map[span.file].path)
    if let bytes = open[full] ?? read(full, path, span, &bag) { return bytes }
    missing.append(full)
    return nil
  }

  private func read(_ full: String, _ path: String, _ span: SourceSpan, _ bag: inout DiagnosticBag) -> [UInt8]? {
    do throws(DiagnosticError) {
      // A device or a pipe could be the stream of the protocol itself.
      var info = stat()
      let isOther = stat(full, &info) == 0 && info.st_mode & S_IFMT != S_IFREG && info.st_mode & S_IFMT != S_IFDIR
      guard !isOther, info.st_size <= Analysis.largestDocument else {
        bag.report(Diagnostic(.badInclude, "`\(path)` is no file of text that netc could read", at: span))
        return nil
      }
      return try MappedFile(path: full).withBytes { Array($0) }
    } catch {
      bag.report(Diagnostic(.badInclude, error.diagnostic.message, at: span, help: error.diagnostic.help))
      return nil
    }
  }
}

/// Paths of files, and the addresses that the protocol has for them.
enum FilePath {
  /// A path that counts from the folder of another file, without `.` and `..`.
  static func resolve(_ path: String, from file: String) -> String {
    normalised(path.hasPrefix("/") ? path : String(file[..<(file.lastIndex(of: "/") ?? file.startIndex)]) + "/" + path)
  }

  static func normalised(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
    }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }

  /// The path of a `file:` address; nil for any other.
  static func path(of uri: String) -> String? {
    guard uri.hasPrefix("file://") else { return nil }
    let rest = uri.dropFirst(7)
    guard let slash = rest.firstIndex(of: "/") else { return nil }
    var bytes: [UInt8] = []
    var text = Array(rest[slash...].utf8)[...]
    while let byte = text.popFirst() {
      let digits = text.prefix(2)
      if byte == UInt8(ascii: "%"), digits.count == 2,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        text = text.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return normalised(String(decoding: bytes, as: UTF8.self))
  }

  static func uri(of path: String) -> String {
    guard path.hasPrefix("/") else { return path }
    var uri = "file://"
    for byte in path.utf8 {
      if byte < 0x80, byte > 0x20, !"\"#%<>?[\\]^`{|}:".utf8.contains(byte), byte != 0x7F {
        uri.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        uri += "%" + (digits.count < 2 ? "0" : "") + digits
      }
    }
    return uri
  }
}

import Diagnostics
import Exchange

/// Tells the client what is wrong. A document's check may find something in files that it includes, and several
/// documents may include one file: what is shown of a file is what all checks found in it.
struct DiagnosticPublisher: Sendable {
  /// What the check of each open document found, by the file in which it is.
  private var found: [String: [String: [JSONValue]]] = [:]

  init() {}

  /// - Parameter uris: the addresses of open documents, by path.
  mutating func publish(_ document: OpenDocument, _ uris: [String: String]) -> [JSONValue] {
    guard let analysis = document.analysis else { return [] }
    var lists: [String: [JSONValue]] = [document.uri: []]
    var writer = DiagnosticWriter(analysis: analysis, document: document, uris: uris)
    for diagnostic in analysis.diagnostics {
      let (uri, value) = writer.written(diagnostic)
      lists[uri, default: []].append(value)
    }
    let touched = Set(lists.keys).union(found[document.uri]?.keys ?? [:].keys)
    found[document.uri] = lists
    return touched.sorted().map { message($0, version: $0 == document.uri ? document.version : nil) }
  }

  /// A document that was closed is checked no more.
  mutating func close(_ uri: String) -> [JSONValue] {
    guard let lists = found.removeValue(forKey: uri) else { return [] }
    return lists.keys.sorted().map { message($0, version: nil) }
  }

  private func message(_ uri: String, version: Int?) -> JSONValue {
    var all: [JSONValue] = []
    for root in found.keys.sorted() {
      for value in found[root]?[uri] ?? [] where !all.contains(value) { all.append(value) }
    }
    let versions: [(String, JSONValue)] = version.map { [("version", .int($0))] } ?? []
    return .notification(
      "textDocument/publishDiagnostics",
      .object([("uri", .string(uri))] + versions + [("diagnostics", .array(all))]))
  }
}

/// Writes diagnostics of one analysis as the protocol has them.
struct DiagnosticWriter {
  let analysis: Analysis
  let document: OpenDocument
  let uris: [String: String]
  private var texts: [FileID: DocumentText] = [:]

  init(analysis: Analysis, document: OpenDocument, uris: [String: String]) {
    (self.analysis, self.document, self.uris) = (analysis, document, uris)
  }

  /// - Returns: the file's address, and the diagnostic.
  mutating func written(_ diagnostic: Diagnostic) -> (uri: String, value: JSONValue) {
    var uri = document.uri
    var range = JSONValue(0..<0, in: document.text)
    var label = ""
    if case .source(let place) = diagnostic.place {
      uri = self.uri(place.span.file)
      range = self.range(place.span, isVisible: true)
      label = place.text
    }
    let related = diagnostic.related.map { note -> JSONValue in
      [
        "location": ["uri": .string(self.uri(note.span.file)), "range": self.range(note.span)],
        "message": .string(note.message),
      ]
    }
    let tags: JSONValue = diagnostic.code == .unusedLayer ? [1] : []
    return (
      uri,
      [
        "range": range, "severity": .int(severity(diagnostic)), "code": .string(diagnostic.code.rawValue),
        "source": "netc", "message": .string(words(diagnostic, label)), "tags": tags,
        "relatedInformation": .array(related), "data": data(diagnostic),
      ]
    )
  }

  private func severity(_ diagnostic: Diagnostic) -> Int {
    // A file of definitions is checked where it is included.
    if diagnostic.code == .noLayers, analysis.isLibrary { return 3 }
    return diagnostic.severity == .error ? 1 : 2
  }

  /// The headline, and below it what `netc check` prints around the source line.
  private func words(_ diagnostic: Diagnostic, _ label: String) -> String {
    let lines =
      (label.isEmpty ? [] : [label]) + diagnostic.notes.map { "note: \($0)" } + diagnostic.help.map { "help: \($0)" }
    return ([diagnostic.message] + lines).joined(separator: "\n")
  }

  /// For clients that can do more with a diagnostic than to show it.
  private mutating func data(_ diagnostic: Diagnostic) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("name", .string(diagnostic.code.name)), ("title", .string(diagnostic.code.title)),
      ("notes", .array(diagnostic.notes.map { .string($0) })), ("help", .array(diagnostic.help.map { .string($0) })),
    ]
    if let replacement = diagnostic.replacement {
      members.append(
        ("replacement", ["range": range(replacement.span), "newText": .string(replacement.text)]))
    }
    return .object(members)
  }

  private func uri(_ file: FileID) -> String {
    if file == analysis.file { return document.uri }
    let path = analysis.map[file].path
    return uris[path] ?? FilePath.uri(of: path)
  }

  /// - Parameter isVisible: whether an empty range becomes one character, where there is one.
  private mutating func range(_ span: SourceSpan, isVisible: Bool = false) -> JSONValue {
    let text = texts[span.file] ?? DocumentText(analysis.map[span.file].bytes)
    texts[span.file] = text
    var bytes = analysis.map[span.file].range(of: span)
    if isVisible, bytes.isEmpty, bytes.upperBound < text.range(ofLine: text.line(of: bytes.lowerBound)).upperBound {
      bytes = bytes.lowerBound..<bytes.lowerBound + 1
    }
    return JSONValue(bytes, in: text)
  }
}

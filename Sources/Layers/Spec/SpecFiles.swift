import Diagnostics
import YAMLSyntax

/// Finds the other files that a spec names.
package protocol SpecFiles {
  /// The document of a file, whose path counts from the folder of the file that names it; nil after a report.
  mutating func document(_ path: String, namedAt span: SourceSpan, _ bag: inout DiagnosticBag) -> Node?
  /// The content of a file, as `document` finds it; nil after a report.
  mutating func content(_ path: String, namedAt span: SourceSpan, _ bag: inout DiagnosticBag) -> [UInt8]?
}

extension SpecFiles {
  package mutating func content(_ path: String, namedAt span: SourceSpan, _ bag: inout DiagnosticBag) -> [UInt8]? {
    bag.report(Diagnostic(.badInclude, "cannot read `\(path)`: this spec has no folder", at: span))
    return nil
  }
}

/// The documents of files that specs name, each read once.
package struct ReadDocuments {
  package private(set) var map: SourceMap
  private var known: [String: Node] = [:]

  package init(map: SourceMap) { self.map = map }

  /// What was made of a file before; nil where it was never asked for.
  package func document(at path: String) -> Node? {
    if let document = known[path] { return document }
    guard let open = map.id(of: path) else { return nil }
    // It is being read: an empty document of that file lets the reader say so.
    let start = SourcePosition(line: 1, column: 1)
    return Node(value: .mapping([]), span: SourceSpan(file: open, start: start, end: start))
  }

  /// - Returns: nil after a report.
  package mutating func add(_ bytes: [UInt8], at path: String, _ bag: inout DiagnosticBag) -> Node? {
    let id = map.add(SourceFile(path: path, bytes: bytes))
    guard let document = parseYAML(id, in: map, bag: &bag) else { return nil }
    known[path] = document
    return document
  }
}

/// For specs that stand alone.
package struct NoFiles: SpecFiles {
  package init() {}

  package func document(_ path: String, namedAt span: SourceSpan, _ bag: inout DiagnosticBag) -> Node? {
    bag.report(Diagnostic(.badInclude, "cannot read `\(path)`: this spec has no folder", at: span))
    return nil
  }
}

/// The files that a spec names, and which of them are being read: one that names itself is found.
struct SpecDocuments {
  private var files: any SpecFiles
  private var open: [FileID]

  /// Files that name each other more deeply than this go in a circle.
  private static let deepest = 16

  /// - Parameter root: the document of the spec itself.
  init(_ files: any SpecFiles, root: Node) { (self.files, open) = (files, [root.span.file]) }

  /// The same files, seen from a document that one of them is.
  func within(_ document: Node) -> SpecDocuments {
    var inner = self
    inner.open.append(document.span.file)
    return inner
  }

  /// The lines of a file without what is blank around them, and without empty ones; nil after a report.
  mutating func lines(_ path: String, _ span: SourceSpan, _ bag: inout DiagnosticBag) -> [String]? {
    guard let content = files.content(path, namedAt: span, &bag) else { return nil }
    guard let text = String(validating: content, as: UTF8.self) else {
      bag.report(Diagnostic(.badInclude, "`\(path)` is no text in UTF-8", at: span))
      return nil
    }
    return text.split(whereSeparator: \.isNewline).compactMap { line in
      var name = line
      while name.first?.isWhitespace == true { name.removeFirst() }
      while name.last?.isWhitespace == true { name.removeLast() }
      return name.isEmpty ? nil : String(name)
    }
  }

  /// A document that is not being read already; nil after a report.
  mutating func document(_ path: String, _ span: SourceSpan, _ bag: inout DiagnosticBag) -> Node? {
    guard let document = files.document(path, namedAt: span, &bag) else { return nil }
    guard !open.contains(document.span.file), open.count < Self.deepest else {
      bag.report(
        Diagnostic(
          .badInclude, "`\(path)` is being read already: the files name each other in a circle", at: span,
          help: ["move what both need into a third file"]))
      return nil
    }
    return document
  }
}

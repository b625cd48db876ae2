import Diagnostics
import Exchange
import Glibc
import Layers
import YAMLSyntax

/// A spec as it was trained, for another folder: the paths in it lead from there to the same files.
struct SpecCopy {
  private let loaded: LoadedSpec
  private let changes: [String]
  private let classes: [String]

  /// - Parameters:
  ///   - changes: what `--set` said.
  ///   - classes: names that the data gave: the weights belong to classes in this order.
  init(_ loaded: LoadedSpec, _ changes: [String], classes: [String] = []) {
    (self.loaded, self.changes, self.classes) = (loaded, changes, classes)
  }

  /// Keys whose values are paths, or lists or mappings of them; of formats of data, what is none is left.
  private static let others: Set<String> = ["size", "separator"]

  func write(to path: String) throws(DiagnosticError) {
    guard let root = loaded.root else { return }
    let from = Self.folder(of: path)
    var text = "# \(loaded.path), as trained"
    if !changes.isEmpty { text += " with " + changes.map { "--set \($0)" }.joined(separator: " ") }
    text += "\n"
    if !classes.isEmpty, root.entries?.contains(where: { $0.key.scalarText == "classes" }) == false {
      text += "classes: [\(classes.map { JSONValue.string($0).serialised() }.joined(separator: ", "))]\n"
    }
    text += BlockText.of(moved(root, to: from))
    try AtomicFile.write(path: path) { (writer) throws(DiagnosticError) in try writer.write(text) }
  }

  private func moved(_ root: Node, to folder: String) -> Node {
    mapped(root) { key, value in
      switch key {
      case "include": paths(value, folder)
      case "classes": value.elements == nil ? paths(value, folder) : value
      case "base":
        value.entries == nil
          ? paths(value, folder)
          : mapped(value) { $0 == "spec" || $0 == "weights" ? paths($1, folder) : $1 }
      case "data":
        mapped(value) { key, source in
          guard ["train", "valid", "test"].contains(key) else { return source }
          return mapped(source) { format, files in moved(files, format, folder) }
        }
      default: value
      }
    }
  }

  /// The files of a format of data.
  private func moved(_ files: Node, _ format: String, _ folder: String) -> Node {
    guard files.entries != nil else { return paths(files, folder) }
    return mapped(files) { key, value in
      let isPath: Bool =
        switch format {
        case "npz", "csv": key == "file"
        case "folder": key == "path"
        default: !Self.others.contains(key)
        }
      return isPath ? paths(value, folder) : value
    }
  }

  private func mapped(_ node: Node, _ change: (String, Node) -> Node) -> Node {
    guard let entries = node.entries else { return node }
    let changed = entries.map { Node.Entry(key: $0.key, value: change($0.key.scalarText ?? "", $0.value)) }
    return Node(value: .mapping(changed), span: node.span)
  }

  private func paths(_ node: Node, _ folder: String) -> Node {
    if let elements = node.elements {
      return Node(value: .sequence(elements.map { paths($0, folder) }), span: node.span)
    }
    guard let text = node.scalarText, !node.isNull, !text.hasPrefix("/") else { return node }
    // What `--set` gave counts from the spec's folder, too.
    let full = loaded.map.path(text, namedAt: loaded.root?.span ?? node.span)
    return Node(
      value: .scalar(Node.Scalar(text: Self.relative(full, to: folder), style: .doubleQuoted)), span: node.span)
  }

  /// The way from a folder to a file, both of which count from the present folder.
  static func relative(_ path: String, to folder: String) -> String {
    let (target, start) = (parts(absolute(path)), parts(absolute(folder)))
    let shared = zip(target, start).prefix { $0 == $1 }.count
    return (Array(repeating: "..", count: start.count - shared) + target[shared...]).joined(separator: "/")
  }

  private static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  private static func absolute(_ path: String) -> String {
    if let resolved = realpath(path, nil) {
      defer { free(resolved) }
      return String(cString: resolved)
    }
    guard !path.hasPrefix("/"), let here = getcwd(nil, 0) else { return path }
    defer { free(here) }
    return String(cString: here) + "/" + path
  }

  private static func parts(_ path: String) -> [String] {
    path.split(separator: "/").reduce(into: []) { parts, part in
      if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(String(part)) }
    }
  }
}

/// A node tree as YAML: a line for each key of the top and for each element of its lists, the rest in flow style.
enum BlockText {
  static func of(_ root: Node) -> String {
    guard let entries = root.entries else { return flow(root) + "\n" }
    return entries.map { entry -> String in
      let key = flow(entry.key)
      if let elements = entry.value.elements, !elements.isEmpty, elements.contains(where: { $0.scalar == nil }) {
        return "\(key):\n" + elements.map { "  - \(element($0))\n" }.joined()
      }
      if let inner = entry.value.entries, !inner.isEmpty {
        return "\(key):\n" + inner.map { "  \(flow($0.key)): \(flow($0.value))\n" }.joined()
      }
      return "\(key): \(flow(entry.value))\n"
    }.joined()
  }

  /// A layer: its type before its parameters.
  private static func element(_ node: Node) -> String {
    guard let entry = node.entries?.first, node.entries?.count == 1 else { return flow(node) }
    return "\(flow(entry.key)): \(flow(entry.value))"
  }

  private static func flow(_ node: Node) -> String {
    if let elements = node.elements { return "[" + elements.map(flow).joined(separator: ", ") + "]" }
    if let entries = node.entries {
      return "{" + entries.map { "\(flow($0.key)): \(flow($0.value))" }.joined(separator: ", ") + "}"
    }
    guard let scalar = node.scalar else { return "null" }
    let isWord = scalar.text.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || "0123456789_-.+/$*".unicodeScalars.contains($0)
    }
    let first = scalar.text.unicodeScalars.first
    let isSafe = isWord && first.map { !"*-".unicodeScalars.contains($0) || node.number != nil } ?? true
    if scalar.style == .plain, isSafe { return scalar.text.isEmpty ? "null" : scalar.text }
    return JSONValue.string(scalar.text).serialised()
  }
}

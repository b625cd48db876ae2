import Diagnostics
import YAMLSyntax

/// `--set train.batch_size=32`: a value in place of what a spec says, or beside it.
package struct SpecOverride: Sendable {
  package let text: String
  package let path: [String]
  package let value: String

  /// N0403 for what is no assignment.
  package init(_ text: String) throws(DiagnosticError) {
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
      throw DiagnosticError(
        Diagnostic(
          .badOption, "`--set \(text)` is no assignment", at: .none,
          help: ["write the path of a key, `=` and a value, such as `--set train.batch_size=32`"]))
    }
    self.text = text
    path = text[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    value = String(text[text.index(after: equals)...])
  }

  /// The tree with the value in it. Keys that are missing on the way are added; elements of a list go by their number.
  ///
  /// - Parameter map: takes the value's text, so that messages can show it.
  func applied(to root: Node, _ map: inout SourceMap, _ bag: inout DiagnosticBag) -> Node {
    let id = map.add(SourceFile(path: "--set \(path.joined(separator: "."))", bytes: Array(value.utf8)))
    let start = SourcePosition(line: 1, column: 1)
    let place = SourceSpan(file: id, start: start, end: start)
    let empty = Node(value: .scalar(Node.Scalar(text: "", style: .plain)), span: place)
    let node = value.isEmpty ? empty : parseYAML(id, in: map, bag: &bag) ?? empty
    return replaced(root, path[...], node, place, &bag)
  }

  private func replaced(
    _ node: Node?, _ path: ArraySlice<String>, _ value: Node, _ place: SourceSpan, _ bag: inout DiagnosticBag
  ) -> Node {
    guard let key = path.first else { return value }
    let rest = path.dropFirst()
    if let node, let elements = node.elements {
      guard let index = Int(key), elements.indices.contains(index) else {
        bag.report(
          Diagnostic(
            .badOption, "`--set \(text)`: the list has \(elements.count) elements, and no `\(key)`", at: node.span))
        return node
      }
      var changed = elements
      changed[index] = replaced(elements[index], rest, value, place, &bag)
      return Node(value: .sequence(changed), span: node.span)
    }
    var entries = node?.entries ?? []
    if let index = entries.firstIndex(where: { $0.key.scalarText == key }) {
      entries[index].value = replaced(entries[index].value, rest, value, place, &bag)
    } else {
      let word = Node(value: .scalar(Node.Scalar(text: key, style: .plain)), span: place)
      entries.append(Node.Entry(key: word, value: replaced(nil, rest, value, place, &bag)))
    }
    // A word alone becomes a mapping: `update: adam` takes `update.adam.learning_rate=0.1`.
    return Node(value: .mapping(entries), span: node?.entries == nil ? place : node?.span ?? place)
  }
}

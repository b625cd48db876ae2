import Diagnostics
import NetIR
import YAMLSyntax

/// The constants that are known at a place, and how they get into values: `$name` is the constant itself,
/// `${…}` an expression, and within a longer text both become part of the text. `$$` is a dollar.
struct Constants {
  private(set) var values: [String: Node] = [:]

  /// Constants of constants double with every level.
  private static let longestText = 1 << 14

  mutating func define(_ name: String, _ value: Node) { values[name] = value }

  /// The node with every constant in it replaced; nil when something was wrong and has been reported.
  func substituted(_ node: Node, _ bag: inout DiagnosticBag) -> Node? {
    switch node.value {
    case .scalar(let scalar):
      guard scalar.text.contains("$") else { return node }
      return replaced(scalar, node, &bag)
    case .sequence(let elements):
      let new = elements.map { substituted($0, &bag) }
      return new.contains { $0 == nil }
        ? nil : Node(value: .sequence(new.compactMap { $0 }), span: node.span, uses: node.uses)
    case .mapping(let entries):
      let new = entries.map { entry in substituted(entry.value, &bag).map { Node.Entry(key: entry.key, value: $0) } }
      return new.contains { $0 == nil }
        ? nil : Node(value: .mapping(new.compactMap { $0 }), span: node.span, uses: node.uses)
    }
  }

  private enum Piece {
    case text(String)
    case constant(String)
    case expression(String)
  }

  private func replaced(_ scalar: Node.Scalar, _ node: Node, _ bag: inout DiagnosticBag) -> Node? {
    guard let pieces = pieces(scalar.text) else {
      bag.report(
        Diagnostic(
          .badExpression, "`$` begins no constant here", at: node.span,
          help: ["write `$name` or `${expression}`; `$$` is a dollar sign"]))
      return nil
    }
    if pieces.count == 1 {
      switch pieces[0] {
      case .text(let text):
        return Node(
          value: .scalar(Node.Scalar(text: text, style: scalar.style, tag: scalar.tag)), span: node.span,
          uses: node.uses)
      case .constant(let name):
        guard let value = values[name] else {
          reportUnknown(name, node, &bag)
          return nil
        }
        // The use is the place to look at; the value itself may be a list or a mapping.
        return Node(value: value.value, span: node.span, uses: node.uses)
      case .expression(let text):
        return evaluated(text, node, &bag).map { value in
          Node(value: .scalar(Node.Scalar(text: value.text, style: .plain)), span: node.span, uses: node.uses)
        }
      }
    }
    var text = ""
    for piece in pieces {
      switch piece {
      case .text(let part): text += part
      case .constant(let name):
        guard let value = values[name]?.scalarText else {
          reportUnknown(name, node, &bag)
          return nil
        }
        text += value
      case .expression(let expression):
        guard let value = evaluated(expression, node, &bag) else { return nil }
        text += value.text
      }
    }
    guard text.utf8.count <= Self.longestText else {
      bag.report(
        Diagnostic(
          .expansionTooLarge, "written out, this text has more than \(Self.longestText) characters", at: node.span))
      return nil
    }
    return Node(value: .scalar(Node.Scalar(text: text, style: .doubleQuoted)), span: node.span, uses: node.uses)
  }

  private func evaluated(_ text: String, _ node: Node, _ bag: inout DiagnosticBag) -> ExpressionValue? {
    do throws(ExpressionError) {
      return try Expression.evaluate(text) { values[$0].flatMap(ExpressionValue.init) }
    } catch {
      if let name = error.unknownName, values[name] == nil {
        reportUnknown(name, node, &bag)
      } else if let name = error.unknownName {
        bag.report(
          Diagnostic(
            .badExpression, "`\(name)` is \(values[name]?.kindName ?? "no number"), which has no place in arithmetic",
            at: node.span))
      } else {
        bag.report(
          Diagnostic(
            .badExpression, "`\(text)` has no value: \(error.message)", at: node.span,
            help: ["an expression has numbers, constants, + - * / // % ( ) min max, and comparisons"]))
      }
      return nil
    }
  }

  private func reportUnknown(_ name: String, _ node: Node, _ bag: inout DiagnosticBag) {
    bag.report(
      .unknown(
        .unknownConstant, "`\(name)` is no constant that is known here", word: name, at: node.span,
        among: values.keys,
        notes: values.isEmpty ? ["constants come from `let:` and from the parameters of a block"] : []))
  }

  /// nil when a dollar begins nothing.
  private func pieces(_ text: String) -> [Piece]? {
    var pieces: [Piece] = []
    var plain = ""
    func flush() {
      if !plain.isEmpty { pieces.append(.text(plain)) }
      plain = ""
    }
    var rest = Substring(text)
    while let next = rest.popFirst() {
      guard next == "$" else {
        plain.append(next)
        continue
      }
      if rest.first == "$" {
        plain.append("$")
        rest.removeFirst()
      } else if rest.first == "{" {
        guard let end = rest.firstIndex(of: "}") else { return nil }
        flush()
        pieces.append(.expression(String(rest[rest.index(after: rest.startIndex)..<end])))
        rest = rest[rest.index(after: end)...]
      } else {
        let name = rest.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
        guard let first = name.first, !first.isNumber else { return nil }
        flush()
        pieces.append(.constant(String(name)))
        rest = rest.dropFirst(name.count)
      }
    }
    flush()
    return pieces.isEmpty ? [.text("")] : pieces
  }
}

extension ExpressionValue {
  fileprivate init?(_ node: Node) {
    guard case .scalar = node.value else { return nil }
    switch node.resolved {
    case .int(let value): self = .int(value)
    case .float(let value): self = .double(value)
    case .bool(let value): self = .bool(value)
    default: return nil
    }
  }
}

import Diagnostics

/// The table from libyaml's phrases to words.
extension SyntaxReport {
  var words: Diagnostic {
    switch problem.problem {
    case "did not find expected ',' or ']'": return unclosed("list", open: "[", close: "]")
    case "did not find expected ',' or '}'": return unclosed("mapping", open: "{", close: "}")
    case "did not find expected key": return expectedKey
    case "did not find expected '-' indicator": return expectedEntry
    case "did not find expected node content": return expectedValue
    case "mapping values are not allowed in this context": return unexpectedColon
    case "could not find expected ':'": return missingColon
    case "found character that cannot start any token": return reservedCharacter
    case "found unexpected end of stream", "found unexpected document indicator":
      let quote = context ?? position
      return report(
        "a quoted text is never closed", at: point(quote), "this quote opens it",
        help: ["close it with the same quote"])
    case "found unknown escape character":
      let span = SourceSpan(
        file: id, start: position, end: SourcePosition(line: position.line, column: position.column + 2))
      return report(
        "unknown escape in a double-quoted text", at: span,
        help: ["write `\\\\` for a backslash, or use single quotes, in which it stands for itself"])
    case "did not find expected hexdecimal number", "found invalid Unicode character escape code":
      return report(
        "malformed character escape in a double-quoted text", at: point(position),
        help: ["\\x takes 2 hexadecimal digits, \\u takes 4 and \\U takes 8"])
    case "block sequence entries are not allowed in this context":
      return report(
        "a list may not begin here", at: point(position), "unexpected `-`",
        help: ["put `- ` on a line of its own, write the list as `[a, b]`, or quote the text"])
    case "mapping keys are not allowed in this context":
      return report(
        "a key may not begin here", at: point(position), "unexpected `?`",
        help: ["quote the text if it begins with a question mark"])
    case "did not find expected comment or line break" where problem.context.contains("block scalar"),
      "found an indentation indicator equal to 0":
      return report(
        "unexpected text behind `|` or `>`", at: word(at: position),
        help: ["the text begins on the next line, indented; quote it if it begins with `|` or `>`"])
    case "did not find expected alphabetic or numeric character":
      let sign = problem.context.contains("alias") ? "*" : "&"
      return report(
        "`\(sign)` needs a name behind it", at: point(context ?? position),
        help: ["names are made of letters, digits, `_` and `-`; quote a text that begins with `\(sign)`"])
    case "did not find expected <document start>":
      return report(
        "unexpected text behind the end of the document", at: word(at: position),
        help: ["is there a bracket too many?"])
    default: return directiveOrTag
    }
  }

  private func unclosed(_ kind: String, open: String, close: String) -> Diagnostic {
    let opening = since("the \(kind) opens here")
    if isAtEnd {
      return report("`\(open)` is never closed", at: point(position), "the file ends", related: opening)
    }
    if let found, found == "]" || found == "}", String(found) != close {
      return report(
        "`\(found)` stands where `\(close)` is expected", at: point(position), "does not close the \(kind)",
        related: opening)
    }
    if context?.line == position.line {
      return report(
        "expected `,` or `\(close)` in a \(kind)", at: word(at: position), "a comma is missing before this",
        related: opening)
    }
    return report(
      "expected `,` or `\(close)` in a \(kind)", at: word(at: position), "not part of the \(kind)",
      related: opening, help: ["close the \(kind) with `\(close)`, or add the missing comma"])
  }

  private var expectedKey: Diagnostic {
    if isAtLineStart {
      if found == "-" {
        return report(
          "a list entry stands among the keys of a mapping", at: point(position), "expected `key: value`",
          related: since("the mapping begins here"),
          help: ["give the list a key of its own, or indent it below its key"])
      }
      return report(
        "the indentation of this line fits no line above", at: word(at: position),
        "begins in column \(position.column)", related: since("the mapping begins here"),
        help: ["the keys of a mapping begin in the same column"])
    }
    if let found, found == "]" || found == "}" { return stray(found) }
    if let found, found == "," {
      return report(
        "unexpected `,` behind a value", at: point(position),
        help: ["commas part entries only inside [ ] and { }"])
    }
    return report(
      "unexpected text behind a value", at: word(at: position), "the value has ended before this",
      help: [
        "quote the whole value; a quote inside 'single quotes' is written '', inside \"double quotes\" \\\""
      ])
  }

  private var expectedEntry: Diagnostic {
    guard isAtLineStart else {
      if let found, found == "]" || found == "}" { return stray(found) }
      return report(
        "unexpected text behind a list entry", at: word(at: position), "the entry has ended before this",
        help: ["quote the whole entry if this belongs to it"])
    }
    return report(
      "expected a list entry", at: word(at: position), "does not begin with `- `",
      related: since("the list begins here"),
      help: ["the entries of a list begin in the same column, each with a dash and a space"])
  }

  private var expectedValue: Diagnostic {
    switch found {
    case "]", "}": return found.map(stray) ?? report("expected a value", at: point(position))
    case ",":
      return report(
        "there is no value before this comma", at: point(position),
        help: ["remove the comma, or write `null`"])
    default: return report("expected a value", at: word(at: position))
    }
  }

  private func stray(_ bracket: Unicode.Scalar) -> Diagnostic {
    report(
      "`\(bracket)` closes nothing", at: point(position),
      help: ["remove it, or quote the text that it belongs to"])
  }

  private var unexpectedColon: Diagnostic {
    let message = "a `:` stands where no key can be"
    let before = line.prefix(position.column - 1)
    if let first = before.indices.first(where: { before[$0] == ":" && before.dropFirst($0 + 1).first == " " }) {
      let span = point(SourcePosition(line: position.line, column: first + 1))
      return report(
        message, at: point(position), "a second `:` in this line",
        related: [.init(message: "the first is here", span: span)],
        help: ["quote the value if the `:` belongs to it, or begin the inner mapping on a line of its own"])
    }
    // The line above decides what went wrong: it is the text that this key seems to continue.
    let above = (1..<max(position.line, 1)).reversed().lazy
      .map { (number: $0, text: Array((source.line($0) ?? "").unicodeScalars)) }
      .first { !$0.text.allSatisfy { $0 == " " } }
    let start = before.prefix { $0 == " " || $0 == "-" }.count
    let key = SourceSpan(
      file: id, start: SourcePosition(line: position.line, column: start + 1), end: position)
    guard let above else { return report(message, at: point(position)) }
    let colon = above.text.firstIndex(of: ":")
    if let colon, above.text.dropFirst(colon + 1).first != " ", colon + 1 < above.text.count {
      let span = point(SourcePosition(line: above.number, column: colon + 1))
      return report(
        "a space is missing behind a colon", at: span, "`key: value` needs a space here",
        related: [.init(message: "so this line seems to go on with the text above", span: key)])
    }
    if colon != nil {
      return report(
        "this key is indented more deeply than the one above, which has a value already", at: key,
        related: [.init(message: "the line above", span: word(at: textStart(above.number, above.text)))],
        help: ["the keys of a mapping begin in the same column"])
    }
    return report(
      message, at: key, "seems to go on with the line above",
      related: [
        .init(message: "there is no `:` in this line", span: word(at: textStart(above.number, above.text)))
      ])
  }

  private func textStart(_ number: Int, _ text: [Unicode.Scalar]) -> SourcePosition {
    SourcePosition(line: number, column: text.prefix { $0 == " " }.count + 1)
  }

  private var missingColon: Diagnostic {
    let start = context ?? position
    let text = Array((source.line(start.line) ?? "").unicodeScalars)
    let rest = text.dropFirst(start.column - 1)
    if let colon = rest.firstIndex(of: ":") {
      return report(
        "a space is missing behind a colon", at: point(SourcePosition(line: start.line, column: colon + 1)),
        "`key: value` needs a space here")
    }
    return report("expected `key: value`", at: word(at: start), "there is no `:` behind this")
  }

  private var reservedCharacter: Diagnostic {
    let name = found.map { "`\($0)`" } ?? "this"
    // A backtick would end the quotation that the message puts around it.
    let shown = found == "`" ? "a backtick" : name
    return report(
      "a value may not begin with \(shown)", at: point(position), help: ["put the text in quotes"])
  }

  private var directiveOrTag: Diagnostic {
    if problem.context.contains("directive") || problem.problem.contains("directive")
      || problem.problem.contains("version") || problem.problem == "found incompatible YAML document"
    {
      return report(
        "malformed directive", at: word(at: position),
        help: ["a spec needs no line that begins with `%`; quote a text that does"])
    }
    if problem.context.contains("tag") || problem.problem.contains("tag") {
      return report(
        "malformed tag", at: word(at: context ?? position),
        help: ["a spec needs no tags; quote a text that begins with `!`"])
    }
    return report("the YAML cannot be read: \(problem.problem)", at: point(position))
  }
}

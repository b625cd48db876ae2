/// Reads the part of Graphviz's language that netc writes: statements, attribute lists, subgraphs.
struct DOTCheck {
  private(set) var nodes: Set<String> = []
  private(set) var edges: [(String, String)] = []
  /// The labels of subgraphs, and of the graph itself.
  private(set) var groups: [String] = []

  struct Fault: Error, CustomStringConvertible {
    var description: String
  }

  private enum Token: Equatable {
    case word(String)
    case quoted(String)
    case mark(String)
  }

  private var tokens: ArraySlice<Token>

  init(_ source: String) throws {
    tokens = try Self.tokens(source)[...]
    try expect(.word("digraph"))
    _ = try text()
    try block()
    guard tokens.isEmpty else { throw Fault(description: "more behind the graph") }
  }

  private mutating func block() throws {
    try expect(.mark("{"))
    while tokens.first != .mark("}") {
      if tokens.first == .word("subgraph") {
        tokens.removeFirst()
        _ = try text()
        try block()
        continue
      }
      let first = try text()
      if tokens.first == .mark("=") {
        tokens.removeFirst()
        let value = try text()
        if first == "label" { groups.append(value) }
      } else if tokens.first == .mark("->") {
        tokens.removeFirst()
        edges.append((first, try text()))
        try attributes()
      } else {
        if first != "node", first != "edge" { nodes.insert(first) }
        try attributes()
      }
      try expect(.mark(";"))
    }
    try expect(.mark("}"))
  }

  private mutating func attributes() throws {
    guard tokens.first == .mark("[") else { return }
    tokens.removeFirst()
    while true {
      _ = try text()
      try expect(.mark("="))
      _ = try text()
      if tokens.first == .mark("]") { break }
      try expect(.mark(","))
    }
    tokens.removeFirst()
  }

  private mutating func text() throws -> String {
    switch tokens.popFirst() {
    case .word(let text), .quoted(let text): return text
    case let other: throw Fault(description: "a name instead of \(String(describing: other))")
    }
  }

  private mutating func expect(_ token: Token) throws {
    let found = tokens.popFirst()
    guard found == token else { throw Fault(description: "\(token) instead of \(String(describing: found))") }
  }

  private static func tokens(_ source: String) throws -> [Token] {
    var tokens: [Token] = []
    var rest = source[...]
    while let first = rest.first {
      if first.isWhitespace {
        rest.removeFirst()
      } else if first == "\"" {
        var text = ""
        rest.removeFirst()
        while let next = rest.popFirst(), next != "\"" {
          if next == "\n" { throw Fault(description: "a line break in \(text)") }
          text.append(next)
          if next == "\\", let escaped = rest.popFirst() { text.append(escaped) }
        }
        tokens.append(.quoted(text))
      } else if rest.hasPrefix("->") {
        rest.removeFirst(2)
        tokens.append(.mark("->"))
      } else if "{}[]=,;".contains(first) {
        tokens.append(.mark(String(rest.removeFirst())))
      } else {
        let word = rest.prefix { $0.isLetter || $0.isNumber || "_.".contains($0) }
        guard !word.isEmpty else { throw Fault(description: "what is \(first)?") }
        tokens.append(.word(String(word)))
        rest = rest.dropFirst(word.count)
      }
    }
    return tokens
  }
}

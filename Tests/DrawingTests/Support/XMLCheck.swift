/// A strict reader of the XML that netc writes: elements, attributes in double quotes, text, the five entities
/// and a DOCTYPE. Tells the first thing that is wrong.
struct XMLCheck {
  /// Element names in the order of their start tags.
  private(set) var elements: [String] = []
  /// Everything between tags, with entities resolved.
  private(set) var text = ""
  private(set) var attributes: [(name: String, value: String)] = []

  struct Fault: Error, CustomStringConvertible {
    var description: String
  }

  private var rest: Substring
  private var open: [String] = []

  init(_ source: String) throws {
    rest = source[...]
    if rest.hasPrefix("<?xml ") { _ = try upTo("?>") }
    skipSpace()
    if rest.hasPrefix("<!DOCTYPE ") { _ = try upTo(">") }
    skipSpace()
    while !rest.isEmpty {
      if rest.first == "<" { try tag() } else { try characters() }
    }
    guard open.isEmpty else { throw Fault(description: "not closed: \(open)") }
    guard !elements.isEmpty else { throw Fault(description: "no element") }
  }

  func count(_ name: String) -> Int { elements.count { $0 == name } }

  private mutating func tag() throws {
    rest.removeFirst()
    if rest.first == "/" {
      rest.removeFirst()
      let name = try self.name()
      guard rest.first == ">" else { throw Fault(description: "</\(name) is not closed") }
      rest.removeFirst()
      guard open.last == name else { throw Fault(description: "</\(name)> inside \(open)") }
      open.removeLast()
      return
    }
    guard !open.isEmpty || elements.isEmpty else { throw Fault(description: "a second root") }
    let name = try self.name()
    elements.append(name)
    var seen: Set<String> = []
    while true {
      let hadSpace = skipSpace()
      if rest.hasPrefix("/>") {
        rest.removeFirst(2)
        return
      }
      if rest.first == ">" {
        rest.removeFirst()
        open.append(name)
        return
      }
      guard hadSpace else { throw Fault(description: "no space in <\(name)") }
      let attribute = try self.name()
      guard seen.insert(attribute).inserted else { throw Fault(description: "two \(attribute) in <\(name)>") }
      guard rest.hasPrefix("=\"") else { throw Fault(description: "\(attribute) has no value") }
      rest.removeFirst(2)
      let value = try upTo("\"")
      guard !value.contains("<") else { throw Fault(description: "< in \(attribute)") }
      attributes.append((attribute, try resolved(value)))
    }
  }

  private mutating func characters() throws {
    let end = rest.firstIndex(of: "<") ?? rest.endIndex
    let part = rest[..<end]
    rest = rest[end...]
    guard !open.isEmpty || part.allSatisfy(\.isWhitespace) else { throw Fault(description: "text outside: \(part)") }
    guard !part.contains("]]>") else { throw Fault(description: "]]> in text") }
    text += try resolved(part)
  }

  private func resolved(_ part: Substring) throws -> String {
    for scalar in part.unicodeScalars where scalar.value < 32 && !"\n\t".unicodeScalars.contains(scalar) {
      throw Fault(description: "a control character")
    }
    var result = ""
    var part = part
    while let ampersand = part.firstIndex(of: "&") {
      result += part[..<ampersand]
      part = part[ampersand...]
      let known = ["&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'"]
      guard let entity = known.first(where: { part.hasPrefix($0.key) }) else {
        throw Fault(description: "a bare & before \(part.prefix(12))")
      }
      result += entity.value
      part = part.dropFirst(entity.key.count)
    }
    return result + part
  }

  private mutating func name() throws -> String {
    let name = rest.prefix { $0.isLetter || $0.isNumber || "-_:".contains($0) }
    guard let first = name.first, first.isLetter else { throw Fault(description: "no name at \(rest.prefix(20))") }
    rest = rest.dropFirst(name.count)
    return String(name)
  }

  private mutating func upTo(_ end: String) throws -> Substring {
    guard let range = rest.firstRange(of: end) else { throw Fault(description: "no \(end)") }
    let part = rest[..<range.lowerBound]
    rest = rest[range.upperBound...]
    return part
  }

  @discardableResult
  private mutating func skipSpace() -> Bool {
    let had = rest.first?.isWhitespace ?? false
    rest = rest.drop(while: \.isWhitespace)
    return had
  }
}

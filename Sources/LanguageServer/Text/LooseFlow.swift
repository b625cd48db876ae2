/// Flow collections and scalars.
extension LooseParser {
  /// `{…}` or `[…]`. A line that is not indented deeper than `base` does not belong to it.
  mutating func flow(_ depth: Int, base: Int) -> LooseNode {
    let start = at
    guard depth < Self.deepest else { return skippedLine() }
    let isMapping = byte(at) == UInt8(ascii: "{")
    at += 1
    var entries: [LooseNode.Entry] = []
    var nodes: [LooseNode] = []
    while skipInFlow(base) {
      let next = byte(at)
      if next == UInt8(ascii: "}") || next == UInt8(ascii: "]") {
        // A bracket of the other kind closes what this one forgot.
        if next == UInt8(ascii: isMapping ? "}" : "]") { at += 1 }
        break
      }
      if next == UInt8(ascii: ",") {
        at += 1
        continue
      }
      let head = at
      let node = flowValue(depth, base)
      let behind = at
      if skipInFlow(base), byte(at) == UInt8(ascii: ":") {
        at += 1
        let empty = at
        var value = LooseNode(.missing, empty..<empty)
        if skipInFlow(base), let next = byte(at), !",]}".utf8.contains(next) { value = flowValue(depth, base) }
        entries.append(LooseNode.Entry(key: node, hasColon: true, value: value))
      } else if isMapping {
        entries.append(LooseNode.Entry(key: node, hasColon: false, value: LooseNode(.missing, behind..<behind)))
      } else {
        nodes.append(node)
      }
      if at == head { at += 1 }
    }
    return isMapping ? LooseNode(.mapping(entries), start..<at) : LooseNode(.sequence(nodes), start..<at)
  }

  private mutating func flowValue(_ depth: Int, _ base: Int) -> LooseNode {
    let anchor = properties()
    let isFlow = byte(at) == UInt8(ascii: "{") || byte(at) == UInt8(ascii: "[")
    var node = isFlow ? flow(depth + 1, base: base) : scalar(inFlow: true)
    node.anchor = anchor
    return node
  }

  /// Goes to the next word inside of brackets; false where the collection ends without its bracket.
  private mutating func skipInFlow(_ base: Int) -> Bool {
    while at < bytes.count {
      skipBlanks()
      guard isAtLineEnd else { return true }
      let end = lineEnd
      var probe = self
      probe.at = end
      probe.skipToContent()
      let closes = probe.byte(probe.at).map { "]}".utf8.contains($0) } ?? false
      guard probe.at < bytes.count, closes || probe.column > base && !probe.isDash else {
        at = end
        return false
      }
      at = probe.at
    }
    return false
  }

  // MARK: Scalars

  /// A scalar of one line; empty where none begins.
  mutating func scalar(inFlow: Bool) -> LooseNode {
    let start = at
    let end = lineEnd
    switch byte(at) {
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return quoted(end)
    case UInt8(ascii: "*"):
      at += 1
      while at < end, let next = byte(at), !isBlank(next), !",]}".utf8.contains(next) { at += 1 }
      return LooseNode(.alias(document.text(start + 1..<at)), start..<at)
    default: break
    }
    while at < end, let next = byte(at) {
      if next == UInt8(ascii: ":") {
        let follower = byte(at + 1)
        if isBlank(follower) || inFlow && ",[]{}".utf8.contains(follower ?? 0) { break }
      }
      if next == UInt8(ascii: "#"), at > start, isBlank(byte(at - 1)) { break }
      // `${…}` without quotes is no YAML, and what people type.
      if inFlow, next == UInt8(ascii: "{"), at > start, byte(at - 1) == UInt8(ascii: "$") {
        while at < end, byte(at) != UInt8(ascii: "}") { at += 1 }
      } else if inFlow, ",[]{}".utf8.contains(next) {
        break
      }
      at += 1
    }
    at = min(at, end)
    var last = at
    while last > start, isBlank(byte(last - 1)) { last -= 1 }
    at = last
    return LooseNode(.scalar(document.text(start..<last)), start..<last)
  }

  private mutating func quoted(_ end: Int) -> LooseNode {
    let start = at
    let quote = byte(at)
    at += 1
    while at < end {
      if byte(at) == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        at = min(at + 2, end)
      } else if byte(at) == quote {
        at += 1
        return LooseNode(.scalar(document.text(start + 1..<at - 1)), start..<at)
      } else {
        at += 1
      }
    }
    return LooseNode(.scalar(document.text(start + 1..<at)), start..<at)
  }
}

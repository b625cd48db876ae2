import Diagnostics
import FileTestSupport
import Layers
import Testing
import YAMLSyntax

/// Writes a canonical spec in other spellings, by chance. It reads the node tree, not the text, and shares nothing
/// with the formatter.
struct Respeller {
  /// SplitMix64 (Steele, Lea & Flood 2014).
  struct Chance: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  private var chance: Chance
  private var lines: [String] = []
  private var flat: [String] = []
  private let root: Node
  private let source: [String]

  /// - Parameter text: a spec without comments.
  init?(_ text: String, seed: UInt64) {
    chance = Chance(state: seed)
    source = text.split(separator: "\n").map(String.init)
    var map = SourceMap()
    var bag = DiagnosticBag()
    let id = map.add(SourceFile(path: "net.yaml", bytes: Array(text.utf8)))
    guard let root = parseYAML(id, in: map, bag: &bag), !bag.hasErrors else { return nil }
    self.root = root
  }

  private mutating func coin(_ odds: Int = 2) -> Bool { Int.random(in: 0..<odds, using: &chance) == 0 }

  mutating func spec() -> String {
    let entries = root.entries ?? []
    for (index, entry) in entries.enumerated() {
      switch entry.key.scalarText {
      case "layers":
        lines.append("layers:")
        layers(entry.value.elements ?? [], indent: [0, 2, 5].randomElement(using: &chance) ?? 0, mayBeFlat: true)
      case "blocks":
        lines.append("blocks:")
        for block in entry.value.entries ?? [] { self.block(block) }
      default:
        // Other sections keep their style, so they stay as they are.
        let end = index + 1 < entries.count ? entries[index + 1].key.span.start.line : source.count + 1
        lines += source[entry.key.span.start.line - 1..<end - 1]
      }
    }
    flat.shuffle(using: &chance)
    return (lines + flat).joined(separator: "\n") + "\n"
  }

  private mutating func block(_ block: Node.Entry) {
    lines.append("    \(text(block.key)):")
    for part in block.value.entries ?? [] {
      if part.key.scalarText == "layers" {
        lines.append("      layers:")
        layers(part.value.elements ?? [], indent: 8, mayBeFlat: false)
      } else if coin() {
        lines.append("      \(text(part.key)): \(text(part.value))")
      } else {
        lines.append("      \(text(part.key)):")
        for entry in part.value.entries ?? [] { lines.append("       \(text(entry.key)):   \(text(entry.value))") }
      }
    }
  }

  private mutating func layers(_ layers: [Node], indent: Int, mayBeFlat: Bool) {
    for layer in layers {
      guard let entry = layer.entries?.first, let type = entry.key.scalarText else { continue }
      let dash = String(repeating: " ", count: indent) + "-" + String(repeating: " ", count: coin() ? 1 : 3)
      let isKind = LayerRegistry.kind(named: type) != nil
      let aliases = LayerRegistry.kind(named: type)?.aliases.filter { !$0.hasSuffix("Layer") } ?? []
      var word = isKind ? ([type] + aliases).randomElement(using: &chance) ?? type : type
      if isKind, coin() { word += "Layer" }
      if coin(4) { word = "\"\(word)\"" }
      var parameters = (entry.value.entries ?? []).shuffled(using: &chance)
      let name = entry.value["name"]
      if parameters.isEmpty {
        lines.append(dash + ([word, word + ":", word + ": {}", "[\(word)]"].randomElement(using: &chance) ?? word))
        continue
      }
      if let name, coin() {
        parameters.removeAll { $0.key.scalarText == "name" }
        if mayBeFlat, let plain = name.scalarText, !plain.contains("$"), coin() {
          let moved = parameters.filter { _ in coin() }
          parameters.removeAll { entry in moved.contains { $0.key.scalarText == entry.key.scalarText } }
          for entry in moved { flat.append("\(plain)_\(entry.key.scalarText ?? ""): \(text(entry.value))") }
        }
        let rest = parameters.isEmpty ? "" : ", " + mapping(parameters)
        lines.append(dash + "[\(text(name)),\(word)\(rest)]")
      } else if coin(3) {
        lines.append(dash + "[ \(word) , \(mapping(parameters)) ]")
      } else if coin() {
        lines.append(dash + "\(word):  \(mapping(parameters))")
      } else {
        lines.append(dash + "\(word):")
        let inner = String(repeating: " ", count: dash.count + 3)
        for entry in parameters { block(entry, inner) }
      }
    }
  }

  /// A parameter on lines of its own.
  private mutating func block(_ entry: Node.Entry, _ indent: String) {
    if let elements = entry.value.elements, !elements.isEmpty, coin() {
      lines.append("\(indent)\(text(entry.key)):")
      for element in elements { lines.append("\(indent)- \(text(element))") }
    } else if let entries = entry.value.entries, !entries.isEmpty, coin() {
      lines.append("\(indent)\(text(entry.key)):")
      for entry in entries { block(entry, indent + " ") }
    } else {
      lines.append("\(indent)\(text(entry.key)): \(text(entry.value))")
    }
  }

  private mutating func mapping(_ entries: [Node.Entry]) -> String {
    let texts = entries.map { "\(text($0.key)): \(text($0.value))" }
    let gap = coin() ? ", " : " ,   "
    return "{" + texts.joined(separator: gap) + (coin(4) ? ", }" : "}")
  }

  private mutating func text(_ node: Node) -> String {
    if let elements = node.elements { return "[" + elements.map { text($0) }.joined(separator: ",") + "]" }
    if let entries = node.entries { return mapping(entries) }
    let word = node.scalarText ?? ""
    switch node.resolved {
    case .null: return ["null", "~", "Null"].randomElement(using: &chance) ?? "null"
    case .string:
      let isSafe = node.scalar?.style == .plain
      let style = Int.random(in: isSafe ? 0..<4 : 2..<3, using: &chance)
      return style == 3 ? "'\(word)'" : style == 2 ? "\"\(word)\"" : word
    default: return word
    }
  }

  // MARK: Comments

  /// Puts comments and empty lines between the lines and at their ends.
  static func decorated(_ text: String, seed: UInt64) -> String {
    var chance = Chance(state: seed)
    var result = ""
    let end = seed % 3 == 0 ? "\r\n" : "\n"
    for (index, line) in text.split(separator: "\n").enumerated() {
      let blanks = Int.random(in: 0..<12, using: &chance)
      if blanks < 3 { result += String(repeating: end, count: blanks) }
      if Int.random(in: 0..<5, using: &chance) == 0 {
        result += String(repeating: " ", count: Int.random(in: 0..<9, using: &chance)) + "# above \(index)" + end
      }
      result += line
      if Int.random(in: 0..<5, using: &chance) == 0 { result += " # behind \(index)" }
      result += end
    }
    return (seed % 5 == 0 ? "\u{FEFF}" : "") + result
  }
}

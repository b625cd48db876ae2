import Diagnostics
import Layers
import YAMLSyntax

/// What a spec says, its spelling left out: the same before and after formatting.
package struct SpecMeaning: Equatable {
  /// Layers, parameters, names and order as the reader understood them.
  private let spec: String
  /// Names, types, inputs, shapes and parameters of the elaborated network; nil if it has errors.
  private let network: String?
  /// Codes and words of all diagnostics.
  private let problems: [String]
  /// What no network has: sections that are used later, blocks that nobody uses.
  private let sections: [String: String]

  package init(root: Node, spec: Spec, network: Network?, bag: DiagnosticBag) {
    var layers = spec
    // They are nodes, with the style in which they are written; `sections` has what they mean.
    (layers.constants, layers.blocks) = ([:], [:])
    self.spec = StructureText.of(layers)
    self.network = network.map(Self.text)
    problems = bag.sorted.map { "\($0.code.rawValue) \($0.message)" }.sorted()
    sections = Self.sections(root)
  }

  /// What differs between two meanings, in words; nil if they are equal.
  package func difference(from other: SpecMeaning) -> String? {
    if spec != other.spec { return "the layers differ" }
    if network != other.network { return "the networks differ" }
    if problems != other.problems { return "the diagnostics differ" }
    let keys = Set(sections.keys).union(other.sections.keys).sorted()
    return keys.first { sections[$0] != other.sections[$0] }.map { "`\($0)` differs" }
  }

  private static func text(_ network: Network) -> String {
    let layers = network.layers.map { layer in
      let weights = layer.weights.map { "\($0.name) \($0.shape) \($0.isTied)" }
      return "\(layer.name) \(layer.typeName) \(layer.inputs) \(layer.shape) \(weights)"
    }
    return "\(network.name) \(network.outputs)\n" + layers.joined(separator: "\n")
  }

  // MARK: Sections

  private static func sections(_ root: Node) -> [String: String] {
    var result: [String: String] = [:]
    var update: (rule: String, arguments: [String])?
    for entry in root.entries ?? [] {
      let key = entry.key.scalarText ?? ""
      switch key {
      case "layers": break
      case "blocks":
        for block in entry.value.entries ?? [] { addBlock(block, to: &result) }
      case "defaults":
        for type in entry.value.entries ?? [] {
          result["defaults.\(typeName(type.key.scalarText ?? ""))", default: ""] += text(type.value)
        }
      case "train":
        for part in entry.value.entries ?? [] { result["train.\(part.key.scalarText ?? "")"] = text(part.value) }
      case "update" where entry.value.entries == nil:
        update = (text(entry.value), update?.arguments ?? [])
      case _ where key.hasPrefix("update_"):
        update = (update?.rule ?? "", (update?.arguments ?? []) + ["\"\(key.dropFirst(7))\":\(text(entry.value))"])
      case "regression", "objective", "objective_loss_function", "max_epochs", "update":
        addTraining(key, entry.value, to: &result)
      case "verbose", "eval_size": result[key] = text(entry.value)
      case _ where key.hasPrefix("objective_"): result[key] = text(entry.value)
      case _ where SpecReader.keys.contains { $0.key == key }: result[key] = text(entry.value)
      default: break
      }
    }
    if let update {
      let arguments = update.arguments.sorted().joined(separator: ",")
      result["train.update"] = update.arguments.isEmpty ? update.rule : "{\(update.rule):{\(arguments)}}"
    }
    return result
  }

  private static func addTraining(_ key: String, _ value: Node, to result: inout [String: String]) {
    switch (key, value.resolved) {
    case ("regression", .bool(let flag)):
      let objective = flag ? "squared_error" : "categorical_crossentropy"
      if result["train.objective"] == nil { result["train.objective"] = "\"\(objective)\"" }
    case ("objective", _), ("objective_loss_function", _): result["train.objective"] = text(value)
    case ("max_epochs", _): result["train.max_epochs"] = text(value)
    default: result["train.\(key)"] = text(value)
    }
  }

  private static func addBlock(_ block: Node.Entry, to result: inout [String: String]) {
    let name = "blocks.\(block.key.scalarText ?? "")"
    for part in block.value.entries ?? [] {
      let key = "\(name).\(part.key.scalarText ?? "")"
      guard part.key.scalarText == "layers", let layers = part.value.elements else {
        result[key] = text(part.value)
        continue
      }
      result[key] = layers.map(layer).joined(separator: "\n")
    }
  }

  /// A layer in any spelling.
  private static func layer(_ node: Node) -> String {
    var words: [Node] = []
    var parameters: [Node.Entry] = []
    if let entry = node.entries?.first, node.entries?.count == 1 {
      words = [entry.key]
      parameters = entry.value.entries ?? []
    } else if let elements = node.elements {
      words = elements.filter { $0.entries == nil }
      parameters = elements.first { $0.entries != nil }?.entries ?? []
    } else {
      words = [node]
    }
    guard let word = words.popLast(), let type = word.scalarText, case .string = word.resolved else {
      return text(node)
    }
    var texts = parameters.map { "\($0.key.scalarText ?? ""):\(text($0.value))" }
    if let name = words.first { texts.append("name:\(text(name))") }
    return typeName(type) + " " + texts.sorted().joined(separator: " ")
  }

  private static func typeName(_ word: String) -> String { LayerRegistry.kind(named: word)?.typeName ?? word }

  /// A value without its spelling.
  private static func text(_ node: Node) -> String {
    switch node.value {
    case .sequence(let elements): return "[" + elements.map(text).joined(separator: ",") + "]"
    case .mapping(let entries):
      return "{" + entries.map { "\(text($0.key)):\(text($0.value))" }.sorted().joined(separator: ",") + "}"
    case .scalar(let scalar):
      switch node.resolved {
      case .null: return "null"
      case .string(let text): return StructureText.of(text.debugDescription)
      // The digits as written: they are kept.
      default: return scalar.text
      }
    }
  }
}

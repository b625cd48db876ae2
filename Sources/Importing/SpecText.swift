// How an imported network stands in a file.

extension ImportedNetwork {
  /// From this many layers on, a spec says once what all layers of a type have.
  static let long = 25

  /// The network as a spec.
  ///
  /// - Parameter comment: what the first line says, without its mark.
  package func spec(comment: String) -> String {
    var text = ([comment] + remarks).map { "# \($0)\n" }.joined() + "name: \(name)\n"
    if outputs != [layers.last?.name] { text += "outputs: [\(outputs.joined(separator: ", "))]\n" }
    let common = commonOptions
    if !common.isEmpty {
      text += "defaults:\n"
      for (type, options) in common {
        text += "  \(type): {\(options.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}\n"
      }
    }
    let known = Dictionary(uniqueKeysWithValues: common)
    if !blocks.isEmpty { text += "blocks:\n" }
    for block in blocks {
      text += "  \(block.name):\n"
      let parameters = block.parameters.map { "\($0.name): \($0.fallback ?? "required")" }
      if !parameters.isEmpty { text += Self.folded("    parameters: {", parameters) }
      text += "    layers:\n" + Self.lines(block.layers, indent: 6, after: "input", known)
    }
    return text + "layers:\n" + Self.lines(layers, indent: 2, after: nil, known) + sections.map { $0 + "\n" }.joined()
  }

  private static func lines(
    _ layers: [Layer], indent: Int, after previous: String?, _ known: [String: [(key: String, value: String)]]
  ) -> String {
    let width = layers.reduce(0) { max($0, $1.type.count) }
    let margin = String(repeating: " ", count: indent)
    var (text, above) = ("", previous)
    for layer in layers {
      let gap = String(repeating: " ", count: width - layer.type.count)
      text += folded(
        "\(margin)- \(layer.type): \(gap){", layer.keys(after: above, without: known[layer.type] ?? []))
      above = layer.name
    }
    return text
  }

  /// A mapping on as many lines as it takes.
  private static func folded(_ start: String, _ keys: [String]) -> String {
    var (text, column) = (start, start.count)
    for (index, key) in keys.enumerated() {
      if index > 0, column + 2 + key.count > widest {
        text += ",\n" + String(repeating: " ", count: start.count)
        column = start.count
      } else if index > 0 {
        text += ", "
        column += 2
      }
      text += key
      column += key.count
    }
    return text + "}\n"
  }

  private static let widest = 110

  /// Options that may be said once for all layers of a type: none of those that tell one layer from another.
  private static let shared: Set<String> = [
    "W", "b", "nonlinearity", "epsilon", "alpha", "beta", "k", "n", "alpha_over_n", "round",
  ]

  /// What all layers of a type have alike, where a network is long; types in their order.
  private var commonOptions: [(String, [(key: String, value: String)])] {
    let all = layers + blocks.flatMap(\.layers)
    guard layers.count + blocks.reduce(0, { $0 + $1.layers.count }) >= Self.long || !blocks.isEmpty else { return [] }
    var types: [String] = []
    for layer in all where !types.contains(layer.type) { types.append(layer.type) }
    return types.compactMap { type in
      let each = all.filter { $0.type == type }
      guard each.count > 2, let first = each.first else { return nil }
      let options = first.said.filter { option in
        Self.shared.contains(option.key) && !option.value.hasPrefix("$")
          && each.allSatisfy { $0.said.contains { $0 == option } }
      }
      return options.isEmpty ? nil : (type, options)
    }
  }
}

extension ImportedNetwork.Layer {
  /// The layer's keys with their values.
  ///
  /// - Parameters:
  ///   - previous: the layer above, which need not be named.
  ///   - common: what the spec says for all layers of the type.
  func keys(after previous: String?, without common: [(key: String, value: String)] = []) -> [String] {
    var keys = [("name", name)]
    if incomings.count > 1 {
      keys.append(("incomings", "[\(incomings.joined(separator: ", "))]"))
    } else if let incoming = incomings.first, incoming != previous {
      keys.append(("incoming", incoming))
    }
    let rest = said.filter { option in !common.contains { $0 == option } }
    return (keys + rest.map { ($0.key, $0.value) }).map { "\($0.0): \($0.1)" }
  }

  /// Options without those that need not be said.
  var said: [(key: String, value: String)] {
    options.filter { $0.key != "nonlinearity" || $0.value != Self.defaults[type] }
  }

  /// Nonlinearities that need not be said.
  private static let defaults = ["Conv2D": "rectify", "TransposedConv2D": "rectify", "Dense": "rectify"]
}

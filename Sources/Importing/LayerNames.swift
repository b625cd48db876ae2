/// Names of layers as a spec can have them, each given once.
package struct LayerNames: Sendable {
  private var taken: Set<String> = []

  package init() {}

  /// A free name for a layer that was called so.
  package mutating func free(_ wanted: String) -> String {
    let clean = Self.cleaned(wanted)
    var (name, number) = (clean, 1)
    while !taken.insert(name).inserted {
      number += 1
      name = "\(clean)_\(number)"
    }
    return name
  }

  /// Letters, digits and what else the name of a layer may have.
  package static func cleaned(_ name: String) -> String {
    let parts = name.split { !($0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0))) }
    let clean = parts.joined(separator: "_")
    let words: Set<String> = ["", "null", "true", "false", "yes", "no", "on", "off", "y", "n"]
    return clean.first?.isLetter == true && !words.contains(clean.lowercased()) ? clean : "layer_\(clean)"
  }
}

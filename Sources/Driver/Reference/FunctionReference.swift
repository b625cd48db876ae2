import Layers

/// A nonlinearity or an initialiser: a formula with a few numbers in it.
struct FunctionReference {
  let name: String
  let what: String
  let aliases: [String]
  let formula: String
  let parameters: [(name: String, fallback: Float)]

  init(_ info: NonlinearityInfo) {
    (name, what, aliases) = (info.name, "nonlinearity", info.aliases)
    (formula, parameters) = (info.formula, info.parameters)
  }

  init(_ info: InitialiserInfo) {
    (name, what, aliases) = (info.name, "initialiser", [])
    (formula, parameters) = (info.formula, info.parameters)
  }

  func text(_ style: Style, width: Int) -> String {
    let also = aliases.isEmpty ? "" : ", also \(aliases.joined(separator: ", "))"
    let list = parameters.map { (term: $0.name, text: Self.fallback($0.fallback)) }
    return "\(style.bold(name))   \(what)\(also)\n\n" + Prose.wrapped(formula, width: width) + "\n"
      + (list.isEmpty ? "" : "\n" + Prose.definitions(list, style, width: width))
  }

  var row: [String] {
    let words = parameters.map { "`\($0.name)` (\(Self.fallback($0.fallback)))" }
    return ["`\(name)`", aliases.map { "`\($0)`" }.joined(separator: ", "), formula, words.joined(separator: ", ")]
  }

  private static func fallback(_ value: Float) -> String {
    if value == -Float.greatestFiniteMagnitude { return "not set" }
    if value == Float(2).squareRoot() { return "default √2" }
    return "default \(value == value.rounded() ? "\(Int(value))" : "\(value)")"
  }
}

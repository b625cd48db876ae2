import Diagnostics

/// Writes a value with everything in it as text, places in files left out. Two values with the same text are equal
/// but for where they were written.
enum StructureText {
  /// Properties that depend on how a file is spelled, not on what it means.
  private static let skipped: Set<String> = ["places"]

  static func of(_ value: Any) -> String {
    var text = ""
    write(value, to: &text)
    return text
  }

  private static func write(_ value: Any, to text: inout String) {
    if value is SourceSpan { return }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional:
      guard let child = mirror.children.first else { return text += "nil" }
      write(child.value, to: &text)
    case .dictionary, .set:
      // Their order is another in every run.
      text += "{" + mirror.children.map { of($0.value) }.sorted().joined(separator: ",") + "}"
    case .collection:
      text += "["
      for child in mirror.children {
        write(child.value, to: &text)
        text += ","
      }
      text += "]"
    case .struct, .class, .enum, .tuple:
      guard !mirror.children.isEmpty else { return text += "\(value)" }
      text += "\(mirror.subjectType)("
      for child in mirror.children where !skipped.contains(child.label ?? "") {
        text += (child.label ?? "") + ":"
        write(child.value, to: &text)
        text += ","
      }
      text += ")"
    default: text += mirror.children.isEmpty ? "\(value)" : mirror.children.map { of($0.value) }.joined(separator: ",")
    }
  }
}

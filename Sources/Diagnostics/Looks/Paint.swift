/// The colours of a terminal. They only group: nothing is told by colour alone.
struct Paint: Sendable {
  enum Role: Sendable { case error, warning, gutter, help, bold }

  let isOn: Bool

  func callAsFunction(_ role: Role, _ text: String) -> String {
    guard isOn, !text.isEmpty else { return text }
    let code: String
    switch role {
    case .error: code = "1;31"
    case .warning: code = "1;33"
    case .gutter: code = "34"
    case .help: code = "32"
    case .bold: code = "1"
    }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}

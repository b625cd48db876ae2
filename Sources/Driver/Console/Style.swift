/// Colour only to group: dim rules, bold totals, one accent. Without colour every call returns the text.
package struct Style: Sendable {
  package var color: Bool

  package init(color: Bool) { self.color = color }

  package func dim(_ text: String) -> String { wrap(text, "2") }
  package func bold(_ text: String) -> String { wrap(text, "1") }
  package func accent(_ text: String) -> String { wrap(text, "36") }

  private func wrap(_ text: String, _ code: String) -> String {
    color ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}

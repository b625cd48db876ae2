import Diagnostics
import YAMLSyntax

/// Writes a spec in the one spelling that netc has for it: layers as `Type: {key: value}`, parameters in the order of
/// the reference, columns, quotes only where they are needed. Comments stay with their lines.
///
/// Reads text and places only, so a caller has to see that the result means the same (`SpecMeaning`).
package struct SpecFormatter {
  private let text: SourceText
  private let root: WrittenNode

  /// - Parameter source: a file that `parseYAML` has read without an error; nil if its document is no mapping.
  package init?(_ source: SourceFile) {
    guard let root = parseWritten(source), root.entries != nil else { return nil }
    self.root = root
    text = SourceText(source)
  }

  /// The canonical text: UTF-8, lines that end with LF.
  package func formatted(_ rewriting: Rewriting = .everything) -> String {
    var reader = RootReader(text, root, rewriting)
    return PagePrinter.text(reader.page())
  }

  /// The comments in any order, and how many anchors, aliases and tags there are: a formatted file has the same.
  package var keepsakes: [String] {
    var words = Comments(text, root).texts
    Self.collect(root, &words)
    return words.sorted()
  }

  private static func collect(_ node: WrittenNode, _ words: inout [String]) {
    words += node.properties.split(separator: " ").map(String.init)
    switch node.value {
    case .alias(let name): words.append("*" + name)
    case .scalar: break
    case .sequence(let elements): for element in elements { collect(element, &words) }
    case .mapping(let entries):
      for entry in entries {
        collect(entry.key, &words)
        collect(entry.value, &words)
      }
    }
  }
}

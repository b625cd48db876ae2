/// Writes a diagram in Graphviz's language: `dot -Tpdf X.dot` lays it out.
package struct DOTWriter: Sendable {
  package var diagram: Diagram

  package init(_ diagram: Diagram) { self.diagram = diagram }

  package func written() -> String {
    var text = "digraph \(quoted(diagram.title)) {\n"
    text += "  rankdir=TB; labelloc=t; fontname=\"Helvetica\"; label=\(quoted(heading)); fontsize=16;\n"
    text += "  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=11];\n"
    text += "  edge [fontname=\"Helvetica\", fontsize=9, color=\"#76818f\", fontcolor=\"#55606e\", arrowsize=0.7];\n"
    var clusters = 0
    text += group(Array(diagram.nodes.indices), depth: 0, &clusters)
    for edge in diagram.edges {
      text += "  n\(edge.from) -> n\(edge.to)\(attributes(diagram.nodes[edge.from].label));\n"
    }
    for (index, node) in diagram.nodes.enumerated() where node.isOutput {
      text += "  out\(index) [shape=point, width=0.02, label=\"\"];\n"
      text += "  n\(index) -> out\(index)\(attributes(node.label));\n"
    }
    return text + "}\n"
  }

  private var heading: String { diagram.title + (diagram.subtitle.isEmpty ? "" : "\n\(diagram.subtitle)") }

  private func attributes(_ label: String) -> String { label.isEmpty ? "" : " [label=\(quoted(" " + label))]" }

  private func group(_ nodes: [Int], depth: Int, _ clusters: inout Int) -> String {
    let indent = String(repeating: "  ", count: depth + 1)
    var text = ""
    var seen: Set<String> = []
    for node in nodes {
      guard diagram.nodes[node].groups.count > depth else {
        text += indent + statement(node)
        continue
      }
      let name = diagram.nodes[node].groups[depth]
      guard seen.insert(name).inserted else { continue }
      text += "\(indent)subgraph cluster_\(clusters) {\n"
      text += "\(indent)  label=\(quoted(name)); style=rounded; color=\"#b7c1cd\"; fontsize=11; labeljust=l;\n"
      clusters += 1
      let inner = nodes.filter { diagram.nodes[$0].groups.count > depth && diagram.nodes[$0].groups[depth] == name }
      text += group(inner, depth: depth + 1, &clusters) + "\(indent)}\n"
    }
    return text
  }

  private func statement(_ index: Int) -> String {
    let node = diagram.nodes[index]
    let strips = node.strips.map { $0.note.isEmpty ? $0.title : "\($0.title)  \($0.note)" }
    let label = ([node.title] + node.lines + strips).joined(separator: "\n")
    let colors = node.tint.light
    return "n\(index) [label=\(quoted(label)), fillcolor=\"\(colors.fill)\", color=\"\(colors.line)\", "
      + "fontcolor=\"\(colors.text)\"];\n"
  }

  /// A string in quotes; a line break becomes Graphviz's `\n`.
  private func quoted(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      case "\u{0}"..<"\u{20}", "\u{7F}": result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return "\"\(result)\""
  }
}

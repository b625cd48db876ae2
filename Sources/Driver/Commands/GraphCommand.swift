import CPUBackend
import Compiler
import Diagnostics
import Drawing
import Exchange
import Layers
import NetIR

/// `netc graph`: the network, or its plan, as a drawing.
package struct GraphCommand: Sendable {
  package enum Format: String, CaseIterable, Sendable { case svg, png, dot }

  package var spec: String
  /// A file's name; its ending decides the format. `-` is SVG on standard output.
  package var output: String
  package var drawsPlan = false
  package var batch: Int?
  package var target: String?

  package init(spec: String, output: String) { (self.spec, self.output) = (spec, output) }

  package func run(_ console: Console) throws -> ExitCode {
    let format = try Self.format(of: output)
    let loaded = SpecLoader.load(spec)
    DiagnosticPrinter(console).printErrors(of: loaded)
    guard let network = loaded.network else { return .wrongInput }
    let options = CompileOptions(
      batch: try CompilerFront.batch(batch, for: network), target: try CompilerFront.target(target),
      catalogue: KernelTable.catalogue)
    let diagram = try Self.diagram(of: network, options, plan: drawsPlan)
    switch format {
    case .svg: try write(SVGWriter(diagram).written(), console)
    case .dot: try write(DOTWriter(diagram).written(), console)
    case .png:
      let writer = SVGWriter(diagram)
      try PNGConverter.write(writer.written(), width: writer.size.width, height: writer.size.height, to: output)
    }
    if output != "-" {
      console.note("\(output): \(diagram.nodes.count) boxes, \(diagram.edges.count) edges\n")
    }
    return .good
  }

  /// The drawing as SVG; the same text for the same network and target.
  package static func svg(of network: Network, _ options: CompileOptions, plan: Bool = false) throws -> String {
    SVGWriter(try diagram(of: network, options, plan: plan)).written()
  }

  /// The drawing for Graphviz; the same text for the same network and target.
  package static func dot(of network: Network, _ options: CompileOptions, plan: Bool = false) throws -> String {
    DOTWriter(try diagram(of: network, options, plan: plan)).written()
  }

  package static func diagram(of network: Network, _ options: CompileOptions, plan: Bool) throws -> Diagram {
    if plan { return PlanDiagram.make(try CompilerFront.compile(network, options).plan) }
    return NetworkDiagram(try NetworkReport(network, options, countsTraining: false)).diagram
  }

  /// Throws N0514 for an ending that is none of the formats.
  private static func format(of path: String) throws(DiagnosticError) -> Format {
    if path == "-" { return .svg }
    let file = path.split(separator: "/").last ?? ""
    if let dot = file.lastIndex(of: "."), let format = Format(rawValue: file[file.index(after: dot)...].lowercased()) {
      return format
    }
    throw FileFault.make(
      .unknownFormat, in: path, "`\(path)` does not say how to draw",
      help: ["end the name in .svg, .png or .dot, or write `-o -` for SVG on standard output"])
  }

  private func write(_ text: String, _ console: Console) throws(DiagnosticError) {
    try AtomicFile.write(path: output) { writer throws(DiagnosticError) in try writer.write(text) }
  }
}

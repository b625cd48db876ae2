import Compiler
import Drawing
import Layers
import NetIR

/// The report as one page that needs nothing else: works offline, on paper, in the dark, and without scripts.
struct HTMLReport {
  let report: NetworkReport
  let drawing: NetworkDiagram

  /// - Parameter report: its rows may be in any order.
  init(_ report: NetworkReport) {
    self.report = report
    drawing = NetworkDiagram(report)
  }

  func rendered() -> String {
    let title = Markup.escaped(report.name)
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <meta name="generator" content="netc \(Markup.escaped(Version.number))"/>
      <title>\(title): parameters, work and memory</title>
      <style>
      \(HTMLReportStyle.sheet)
      </style>
      </head>
      <body>
      <header>
      <h1>\(title)</h1>
      <p>\(subtitle)</p>
      </header>
      <main>
      \(totals())
      \(HTMLReportTable(report: report, box: drawing.box).rendered())
      <div class="pair">
      \(HTMLReportFields(report: report).rendered())
      \(HTMLReportMemory(report: report).rendered())
      </div>
      <section class="network" aria-labelledby="network"><h2 id="network">Network</h2>
      <div class="scroll drawing" tabindex="0" role="region" aria-label="Drawing of the network">
      \(SVGWriter(drawing.diagram, isInline: true).written())</div></section>
      </main>
      <script>
      \(HTMLReportScript.text)
      </script>
      </body>
      </html>

      """
  }

  private var subtitle: String {
    let inputs = report.inputShapes.map(\.crossed).joined(separator: ", ")
    let outputs = report.outputUnits.map { ", \($0) outputs" } ?? ""
    return "\(Format.count(report.rows.count, "layer")), input \(Markup.escaped(inputs))\(outputs), "
      + "memory for a batch of \(Format.grouped(report.batch))"
  }

  private func totals() -> String {
    let cards = [
      ("parameters", Format.grouped(report.parameters), parameterWords),
      (
        "work per example", "\(Format.short(report.work.macs)) MACs",
        "\(Format.grouped(report.work.macs)) MACs, \(Format.short(report.work.flops)) FLOP"
      ),
      ("weights in fp32", Format.binary(report.weightBytes), "\(Format.grouped(report.weightBytes)) bytes"),
      (
        "memory for inference", Format.binary(report.weightBytes + report.inferenceArenaBytes),
        "weights and \(Format.binary(report.inferenceArenaBytes)) of arena"
      ),
      (
        "memory for training", report.training.map { Format.binary($0.total) } ?? "–",
        report.training == nil ? "a layer has no gradient" : "with \(report.optimizer.rawValue)"
      ),
    ]
    let items = cards.map { name, value, note in
      "<div class=\"card\"><dt>\(Markup.escaped(name))</dt><dd>\(Markup.escaped(value))"
        + "<small>\(Markup.escaped(note))</small></dd></div>"
    }
    return "<dl class=\"cards\">\(items.joined(separator: "\n"))</dl>"
  }

  private var parameterWords: String {
    "\(Format.grouped(report.trainable)) trainable, \(Format.grouped(report.frozen)) frozen, "
      + "\(Format.grouped(report.state)) state"
  }
}

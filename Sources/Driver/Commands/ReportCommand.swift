import CPUBackend
import Compiler
import Diagnostics
import Layers
import NetIR

package enum ReportFormat: String, CaseIterable, Sendable {
  case text, markdown, json, csv
}

package enum ReportOrder: String, CaseIterable, Sendable {
  case index, name, parameters, macs, activations
}

/// `netc report`: parameters, work and memory of a network, layer by layer.
package struct ReportCommand: Sendable {
  package var specs: [String]
  package var format: ReportFormat
  package var batch: Int?
  package var order: ReportOrder
  package var target: String?

  package init(
    specs: [String], format: ReportFormat = .text, batch: Int? = nil, order: ReportOrder = .index,
    target: String? = nil
  ) {
    (self.specs, self.format, self.batch, self.order, self.target) = (specs, format, batch, order, target)
  }

  package func run(_ console: Console) throws -> ExitCode {
    let target = try CompilerFront.target(target)
    var reports: [(path: String, report: NetworkReport)] = []
    var failed = false
    for path in specs {
      let loaded = SpecLoader.load(path)
      DiagnosticPrinter(console).printErrors(of: loaded)
      guard let network = loaded.network else {
        failed = true
        continue
      }
      let options = CompileOptions(
        batch: try CompilerFront.batch(batch, for: network), target: target, catalogue: KernelTable.catalogue)
      reports.append((path, try NetworkReport(network, options)))
    }
    let style = Style(color: console.color)
    if specs.count > 1, format == .text {
      console.out(ZooTable(reports: reports.map(\.report), width: console.width, style: style).rendered())
    } else {
      for (path, report) in reports { console.out(render(sorted(report), path, console, style)) }
    }
    return failed ? .wrongInput : .good
  }

  private func render(_ report: NetworkReport, _ path: String, _ console: Console, _ style: Style) -> String {
    switch format {
    case .text:
      TextReport(report: report, path: path, width: max(80, console.width), style: style).rendered()
    case .markdown: MarkdownReport(report: report).rendered()
    case .json: JSONReport(report: report).rendered()
    case .csv: CSVReport(report: report).rendered()
    }
  }

  private func sorted(_ report: NetworkReport) -> NetworkReport {
    var report = report
    // Largest first; equal ones stay in execution order.
    func descending(_ key: (NetworkReport.Row) -> Int) {
      report.rows.sort { (-key($0), $0.index) < (-key($1), $1.index) }
    }
    switch order {
    case .index: break
    case .name: report.rows.sort { ($0.name, $0.index) < ($1.name, $1.index) }
    case .parameters: descending(\.parameters)
    case .macs: descending(\.work.macs)
    case .activations: descending(\.activationBytes)
    }
    return report
  }
}

import CPUBackend
import Compiler
import Diagnostics
import Layers
import NetIR

package enum ReportFormat: String, CaseIterable, Sendable {
  case text, markdown, json, csv, html
}

extension ReportFormat {
  /// The report of one network.
  ///
  /// - Parameters:
  ///   - path: where its spec is.
  ///   - width: columns for the text look.
  package func rendered(_ report: NetworkReport, path: String, width: Int, style: Style) -> String {
    switch self {
    case .text: TextReport(report: report, path: path, width: width, style: style).rendered()
    case .markdown: MarkdownReport(report: report).rendered()
    case .json: JSONReport(report: report).rendered()
    case .csv: CSVReport(reports: [report]).rendered()
    case .html: HTMLReport(report).rendered()
    }
  }
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
  /// Of the plans whose memory is told.
  package var precision: Precision
  /// What training may take, at the price of time; nil for as much as is quickest.
  package var memory: ByteSize?

  package init(
    specs: [String], format: ReportFormat = .text, batch: Int? = nil, order: ReportOrder = .index,
    target: String? = nil, precision: Precision = .fp32
  ) {
    (self.specs, self.format, self.batch, self.order) = (specs, format, batch, order)
    (self.target, self.precision) = (target, precision)
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
        batch: try CompilerFront.batch(batch, for: network), precision: precision, target: target,
        catalogue: KernelTable.catalogue)
      let report = try NetworkReport(network, options, trainingLimit: memory?.bytes)
      if let limit = memory.flatMap({ MemoryLimit($0) }), let training = report.training {
        _ = try limit.checked(
          total: training.total, computedAgain: training.computedAgain, network, options)
      }
      reports.append((loaded.path, report))
    }
    console.out(rendered(reports, console))
    return failed ? .wrongInput : .good
  }

  private func rendered(_ reports: [(path: String, report: NetworkReport)], _ console: Console) -> String {
    guard !reports.isEmpty else { return "" }
    let style = Style(color: console.color)
    switch format {
    case .text where specs.count > 1:
      return ZooTable(reports: ordered(reports.map(\.report)), width: console.width, style: style).rendered()
    case .csv:
      return CSVReport(reports: reports.map { sorted($0.report) }).rendered()
    default:
      return reports.map { path, report in
        format.rendered(sorted(report), path: path, width: max(80, console.width), style: style)
      }.joined(separator: format == .markdown ? "\n" : "")
    }
  }

  /// The networks in the order that their layers would have.
  private func ordered(_ reports: [NetworkReport]) -> [NetworkReport] {
    func descending(_ key: (NetworkReport) -> Int) -> [NetworkReport] {
      reports.enumerated().sorted { (-key($0.element), $0.offset) < (-key($1.element), $1.offset) }.map(\.element)
    }
    switch order {
    case .index: return reports
    case .name: return reports.sorted { $0.name < $1.name }
    case .parameters: return descending(\.parameters)
    case .macs: return descending(\.work.macs)
    case .activations: return descending { $0.rows.reduce(0) { $0 + $1.activationBytes } }
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

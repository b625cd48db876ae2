import Diagnostics
import Drawing
import Exchange
import Glibc
import Layers
import TrainingLoop

/// Where `netc train` writes.
package struct TrainingFolder: Sendable {
  package let path: String

  package init(_ path: String) { self.path = path }

  package var best: String { path + "/best.safetensors" }
  package var last: String { path + "/last.safetensors" }
  package var history: String { path + "/history.jsonl" }
  package var chart: String { path + "/history.svg" }
  package var spec: String { path + "/spec.yaml" }

  package var hasCheckpoint: Bool { access(last, F_OK) == 0 }

  /// Makes the folder, and those above it; N0513.
  package func create() throws(DiagnosticError) { try OutputFolder.create(path) }

  /// Writes the record of all epochs, as lines and as curves.
  package func write(_ history: [EpochRecord], of network: Network) throws(DiagnosticError) {
    let lines = history.map { $0.json.serialised() + "\n" }.joined()
    try AtomicFile.write(path: self.history) { (writer) throws(DiagnosticError) in try writer.write(lines) }
    let chart = HistoryChart.chart(history, of: network.name).svg()
    try AtomicFile.write(path: self.chart) { (writer) throws(DiagnosticError) in try writer.write(chart) }
  }
}

/// The curves of a training.
package enum HistoryChart {
  package static func chart(_ history: [EpochRecord], of name: String) -> LineChart {
    let best = history.min { $0.judged < $1.judged }
    var panels = [
      LineChart.Panel(
        "loss", lines([("training", history.map { $0.trainLoss }), ("validation", history.map(\.validLoss))]))
    ]
    let accuracy = lines([
      ("training", history.map(\.trainAccuracy)), ("validation", history.map(\.validAccuracy)),
    ])
    if !accuracy.isEmpty { panels.append(LineChart.Panel("accuracy", accuracy, format: LineChart.percent)) }
    let gap = history.map { record in record.validLoss.map { $0 - record.trainLoss } }
    panels += [
      LineChart.Panel("gap: validation − training loss", lines([("gap", gap)])),
      LineChart.Panel("learning rate", lines([("learning rate", history.map { $0.learningRate })])),
    ]
    var words = "\(Format.count(history.count, "epoch"))"
    if let best { words += ", best \(best.epoch): loss \(LineChart.plain(best.judged))" }
    if let accuracy = best?.validAccuracy { words += ", \(LineChart.percent(accuracy))" }
    var chart = LineChart(
      title: name, subtitle: words, axis: "epoch", panels: panels.filter { !$0.lines.isEmpty })
    chart.mark = best.map { ($0.epoch, "best") }
    return chart
  }

  /// The lines that have any values.
  private static func lines(_ all: [(String, [Double?])]) -> [LineChart.Line] {
    all.filter { $0.1.contains { $0 != nil } }.map { LineChart.Line($0.0, $0.1) }
  }
}

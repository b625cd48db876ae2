import NetIR
import TrainingLoop

/// The table of epochs, line by line as they end, like nolearn's PrintLog. The best values so far have a star, and
/// colour where it is welcome.
package struct TrainingTable: Sendable {
  private let style: Style
  private let columns: [Column]
  private var best: (train: Double, valid: Double) = (.infinity, .infinity)

  private enum Column: CaseIterable {
    case epoch, train, valid, ratio, trainAccuracy, accuracy, change, speed, time

    var title: String {
      switch self {
      case .epoch: "epoch"
      case .train: "train loss"
      case .valid: "valid loss"
      case .ratio: "trn/val"
      case .trainAccuracy: "train acc"
      case .accuracy: "valid acc"
      case .change: "‖Δw‖/‖w‖"
      case .speed: "ex/s"
      case .time: "time"
      }
    }

    var width: Int { self == .speed || self == .time ? 7 : max(title.count, 6) }

    /// What goes first where there is little room.
    static let expendable: [Column] = [.change, .trainAccuracy, .ratio]
  }

  /// - Parameter width: columns of the terminal.
  package init(width: Int, style: Style, validates: Bool, hasClasses: Bool) {
    self.style = style
    var columns = Column.allCases
    if !validates { columns.removeAll { [.valid, .ratio, .accuracy].contains($0) } }
    if !hasClasses { columns.removeAll { [.trainAccuracy, .accuracy].contains($0) } }
    for victim in Column.expendable where columns.reduce(0, { $0 + $1.width + 2 }) > width {
      columns.removeAll { $0 == victim }
    }
    self.columns = columns
  }

  package var header: String {
    line { column in column.title }
  }

  /// The line of an epoch; to be asked once for each, in order.
  package mutating func row(_ record: EpochRecord) -> String {
    let isBest = (
      train: record.trainLoss < best.train, valid: (record.validLoss ?? .infinity) < best.valid
    )
    best = (min(best.train, record.trainLoss), min(best.valid, record.validLoss ?? .infinity))
    let text = line { column in
      switch column {
      case .epoch: "\(record.epoch)"
      case .train: Self.loss(record.trainLoss)
      case .valid: record.validLoss.map { (isBest.valid ? "*" : "") + Self.loss($0) } ?? ""
      case .ratio: record.validLoss.map { $0 > 0 ? fixed(record.trainLoss / $0, digits: 3) : "" } ?? ""
      case .trainAccuracy: record.trainAccuracy.map(Self.percent) ?? ""
      case .accuracy: record.validAccuracy.map(Self.percent) ?? ""
      case .change: record.updateRatio.map(Self.power) ?? ""
      case .speed: Format.short(Int(record.examplesPerSecond))
      case .time: Self.time(record.seconds)
      }
    }
    guard style.color else { return text }
    var painted = text
    if isBest.train {
      painted = painted.replacing(
        Self.loss(record.trainLoss), with: style.accent(Self.loss(record.trainLoss)), maxReplacements: 1)
    }
    if isBest.valid, let valid = record.validLoss {
      painted = painted.replacing("*" + Self.loss(valid), with: style.bold("*" + Self.loss(valid)), maxReplacements: 1)
    }
    return painted
  }

  private func line(_ cell: (Column) -> String) -> String {
    columns.map { Format.pad(cell($0), $0.width, right: true) }.joined(separator: "  ").trimmingEnd() + "\n"
  }

  static func loss(_ value: Double) -> String {
    value.isFinite && abs(value) < 1e5 && (abs(value) >= 1e-3 || value == 0) ? fixed(value, digits: 4) : power(value)
  }

  static func percent(_ share: Double) -> String { fixed(100 * share, digits: 1) + " %" }

  /// `2.1e-3`
  static func power(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return "\(value)" }
    var (mantissa, exponent) = (abs(value), 0)
    while mantissa >= 9.95 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa < 0.995 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    return (value < 0 ? "-" : "") + fixed(mantissa, digits: 1) + "e\(exponent)"
  }

  /// `0.02 s`, `12 s`, `3 min`
  static func time(_ seconds: Double) -> String {
    if seconds < 9.995 { return fixed(seconds, digits: 2) + " s" }
    if seconds < 99.95 { return fixed(seconds, digits: 1) + " s" }
    return seconds < 5999 ? "\(Int((seconds / 60).rounded())) min" : fixed(seconds / 3600, digits: 1) + " h"
  }
}

/// One line on a terminal that tells how far an epoch is; nothing elsewhere.
package struct EpochBar: Sendable {
  private let console: Console
  private let epochs: Int
  private let start = ContinuousClock.now
  private var shown = ContinuousClock.now
  private var isShown = false
  /// Batches that were done before this run.
  private var before: Double?

  private static let cells = 32

  package init(_ console: Console, epochs: Int) { (self.console, self.epochs) = (console, epochs) }

  package mutating func update(_ progress: Trainer.Progress) {
    let batches = Double((progress.epoch - 1) * progress.batches + progress.batch)
    let before = before ?? batches - 1
    self.before = before
    guard console.errorsAreTerminal, !console.quiet, ContinuousClock.now - shown > .milliseconds(100) else { return }
    (shown, isShown) = (ContinuousClock.now, true)
    let share = Double(progress.batch) / Double(max(1, progress.batches))
    let done = Int(share * Double(Self.cells))
    let bar = String(repeating: "▇", count: done) + String(repeating: "▁", count: Self.cells - done)
    let elapsed = (ContinuousClock.now - start).seconds
    let left = elapsed / max(1, batches - before) * (Double(epochs * progress.batches) - batches)
    let text =
      " \(bar) epoch \(progress.epoch) of \(epochs)  \(Int(100 * share)) %  loss \(TrainingTable.loss(progress.loss))"
      + "  \(TrainingTable.time(left)) left"
    console.err("\r\u{1B}[K" + text.prefix(max(20, console.width - 1)))
  }

  package mutating func clear() {
    if isShown { console.err("\r\u{1B}[K") }
    isShown = false
  }
}

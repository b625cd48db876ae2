import Diagnostics
import Exchange
import Layers
import TrainingLoop

/// `netc train --sanity`: checks before a training, which write nothing.
struct SanitySession {
  let network: Network
  let data: TrainingData
  let weights: [[Float]]
  /// Whether no weights are those of a base.
  let isFresh: Bool
  let backend: any TrainingBackend
  let console: Console
  let json: Bool

  func run() throws(DiagnosticError) -> ExitCode {
    let preprocessing = try FittedPreprocessing(
      network.preprocessing, data.train.inputs[0], examples: data.split.train)
    let work = Trainer.Work(
      network: network, task: data.task, data: data.train, split: data.split, validation: data.validation,
      preprocessing: preprocessing.steps)
    let check = SanityCheck(work, weights, isFresh: isFresh, backend: backend)
    let isShown = console.errorsAreTerminal && !console.quiet
    let report = try TrainingProblem.located {
      try check.run { if isShown { console.err("\r\u{1B}[K \($0) …") } }
    }
    if isShown { console.err("\r\u{1B}[K") }
    console.out(json ? report.json.serialised() + "\n" : Self.text(report, console))
    return report.hasPassed ? .good : .wrongInput
  }

  /// A line or two for each check, and for what failed where to look.
  static func text(_ report: SanityReport, _ console: Console) -> String {
    let style = Style(color: console.color)
    let width = (report.checks.map(\.name.count).max() ?? 0) + 2
    let indent = 2 + width + 8
    var text = "\(style.bold(report.network))   before training\n\n"
    for check in report.checks {
      let status = Format.pad(check.status.rawValue, 8)
      let painted = check.status == .failed ? style.bold(status) : style.dim(status)
      let words = Prose.wrapped(check.finding, width: console.width, indent: indent)
      text += "  " + Format.pad(check.name, width) + painted + words.dropFirst(indent) + "\n"
      if let remedy = check.remedy { text += Prose.wrapped(remedy, width: console.width, indent: indent) + "\n" }
    }
    let failed = report.checks.count { $0.status == .failed }
    return text + "\n"
      + (failed == 0 ? "nothing speaks against training\n" : "\(Format.count(failed, "check")) failed\n")
  }
}

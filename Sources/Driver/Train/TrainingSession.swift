import Compiler
import Diagnostics
import Exchange
import Layers
import NetIR
import Runtime
import TrainingLoop

/// One run of `netc train`: epochs, what they print, what they write.
struct TrainingSession {
  private let network: Network
  private let data: TrainingData
  private let folder: TrainingFolder
  private let console: Console
  private let identity: String
  private let preprocessing: FittedPreprocessing
  private let trainer: Trainer
  private let resumed: Bool

  /// - Throws: N0602 where the network cannot be trained, N0604 where a checkpoint is of another training.
  init(
    network: Network, data: TrainingData, folder: TrainingFolder, resumes: Bool, weights: [[Float]],
    backend: any TrainingBackend, console: Console
  ) throws(DiagnosticError) {
    (self.network, self.data, self.folder, self.console, resumed) = (network, data, folder, console, resumes)
    identity = Checkpoint.identity(network, examples: data.split.train.count)
    let state: TrainingState
    if resumes {
      (state, preprocessing) = try Checkpoint.read(folder.last, of: network, identity: identity)
    } else {
      preprocessing = try FittedPreprocessing(
        network.preprocessing, data.train.inputs[0], examples: data.split.train)
      state = TrainingState(network, parameters: weights)
    }
    let work = Trainer.Work(
      network: network, task: data.task, data: data.train, split: data.split, validation: data.validation,
      preprocessing: preprocessing.steps)
    trainer = try TrainingProblem.located { try Trainer(work, backend: backend, state: state) }
  }

  /// Trains to the end, or until somebody wants it to stop.
  ///
  /// - Parameter machine: what trains, in words.
  func run(on machine: String) throws(DiagnosticError) -> ExitCode {
    let settings = network.training
    Interrupt.listen()
    say(heading(machine))
    var table = TrainingTable(
      width: console.width, style: Style(color: console.color), validates: data.validation != nil,
      hasClasses: data.task.classes != nil)
    say(table.header)
    for record in trainer.state.history { say(table.row(record)) }
    var warned: Set<String> = []
    while trainer.state.epoch < settings.epochs, !trainer.state.isExhausted(settings.patience) {
      guard let record = try epoch() else {
        try save()
        let state = trainer.state
        console.note(
          "interrupted in epoch \(state.epoch + 1), after step \(state.batch); `--resume` goes on from "
            + "\(folder.last)\n")
        return .interrupted
      }
      say(table.row(record))
      warn(record, &warned)
      if trainer.state.best?.epoch == record.epoch {
        try Checkpoint.writeWeights(trainer.state, of: network, preprocessing, to: folder.best)
      }
      try save()
      try folder.write(trainer.state.history, of: network)
      if Interrupt.isWanted {
        console.note("interrupted after epoch \(record.epoch); `--resume` goes on from \(folder.last)\n")
        return .interrupted
      }
    }
    say(conclusion)
    return .good
  }

  /// Says which layers have died, each once.
  private func warn(_ record: EpochRecord, _ warned: inout Set<String>) {
    var fresh = record
    fresh.deadUnits.removeAll { warned.contains($0.name) }
    guard let words = CurveReading.deadLayers(fresh) else { return }
    warned.formUnion(record.deadUnits.filter { CurveReading.isDead($0) }.map(\.name))
    console.note(Prose.wrapped("note: \(words)", width: console.width, indent: 0) + "\n")
  }

  private func epoch() throws(DiagnosticError) -> EpochRecord? {
    var bar = EpochBar(console, epochs: network.training.epochs)
    defer { bar.clear() }
    return try TrainingProblem.located {
      do {
        switch try trainer.epoch(shouldStop: { Interrupt.isWanted }, progress: { bar.update($0) }) {
        case .done(let record): return record
        case .stopped: return nil
        }
      } catch let divergence as Divergence {
        bar.clear()
        let isKept = folder.hasCheckpoint && trainer.state.epoch > 0
        throw DiagnosticError(
          divergence.diagnostic(checkpoint: isKept ? "`\(folder.last)`, of epoch \(trainer.state.epoch)" : nil))
      }
    }
  }

  private func save() throws(DiagnosticError) {
    try Checkpoint.write(trainer.state, of: network, preprocessing, identity: identity, to: folder.last)
  }

  // MARK: Words

  private func say(_ text: String) { if !console.quiet { console.out(text) } }

  private func heading(_ machine: String) -> String {
    let parameters = network.trained.reduce(0) { $0 + $1.shape.reduce(1, *) }
    var parts = [
      network.name, "\(Format.grouped(parameters)) parameters", "\(Format.grouped(data.split.train.count)) train",
    ]
    if let validation = data.validation { parts.append("\(Format.grouped(validation.examples.count)) valid") }
    parts += ["batch \(network.fixedBatch ?? network.training.batchSize)", machine]
    if let bytes = trainer.deviceBytes { parts.append("\(Format.binary(bytes)) of its memory") }
    if resumed { parts.append("resumed after epoch \(trainer.state.epoch)") }
    return parts.joined(separator: "   ") + "\n\n"
  }

  private var conclusion: String {
    guard let best = trainer.state.best else { return "" }
    var text = "\nbest epoch \(best.epoch): "
    text += (best.validLoss == nil ? "training loss " : "valid loss ") + TrainingTable.loss(best.judged)
    if let accuracy = best.validAccuracy { text += ", " + TrainingTable.percent(accuracy) }
    text += "   →  \(folder.best)\n"
    let stopped = trainer.state.history.count < network.training.epochs
    if stopped, let patience = network.training.patience {
      text += "stopped early: no better epoch for \(Format.count(patience, "epoch"))\n"
    }
    let reading = CurveReading.sentences(
      trainer.state.history, firstLoss: trainer.state.firstLoss,
      expected: CurveReading.expectedFirstLoss(data.task), rate: network.training.learningRate)
    for sentence in reading { text += Prose.wrapped("reading: \(sentence)", width: console.width, indent: 0) + "\n" }
    return text
  }
}

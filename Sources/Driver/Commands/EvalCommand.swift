import CPUBackend
import Compiler
import DataPipeline
import Diagnostics
import Drawing
import GPUBackend
import Layers
import NetIR
import TrainingLoop

/// `netc eval`: how good a network is, by examples whose targets are known.
package struct EvalCommand: Sendable {
  /// Which of a spec's examples.
  package enum Part: String, CaseIterable, Sendable { case train, valid, test }

  /// A spec, or an artefact if `spec` says what it is judged by.
  package var model: String
  package var spec: String?
  package var weights: String?
  package var map: String?
  package var part = Part.test
  package var overrides: [String] = []
  package var mistakes = 5
  /// Where to draw the worst mistakes; nil for nowhere.
  package var sheet: String?
  package var json = false
  package var numerics = Numerics.fast
  package var precision: Precision?
  package var device = DeviceOption.cpu
  package var threads: Int

  package init(model: String, threads: Int) { (self.model, self.threads) = (model, threads) }

  package func run(_ console: Console) throws -> ExitCode {
    if let sheet { try SheetFile.check(sheet) }
    let changes = try overrides.map { text throws(DiagnosticError) in try SpecOverride(text) }
    let loaded = SpecLoader.load(spec ?? model, overrides: changes)
    DiagnosticPrinter(console).printErrors(of: loaded)
    guard let network = loaded.network else { return .wrongInput }
    let (task, data, examples) = try loaded.located { () throws(DiagnosticError) in
      try Self.examples(part, loaded, network)
    }
    let (predictor, steps) = try predictor(loaded, network, console)
    let report = try EvaluationReport(Evaluator(network, task, steps), task, data, examples, predictor)
    let names = network.classes.isEmpty ? data.classes : network.classes
    if let sheet { try draw(report, data, names, network.name, to: sheet) }
    if json {
      console.out(report.json(names: names, mistakes: mistakes).serialised() + "\n")
      return .good
    }
    let style = Style(color: console.color)
    console.note("\(network.name)   \(Format.count(examples.count, "example")) of `data.\(part.rawValue)`\n\n")
    console.out(
      EvaluationText(
        report: report, names: names, mistakes: mistakes, width: console.width, style: style
      ).rendered())
    return .good
  }

  /// A part of a spec's examples: what they are to teach, all that were read, and which of these belong to the part.
  static func examples(
    _ part: Part, _ loaded: LoadedSpec, _ network: Network
  ) throws(DiagnosticError) -> (TrainingTask, DataSet, [Int]) {
    let source: DataSource? =
      switch part {
      case .train: network.data.train
      case .valid: network.data.valid
      case .test: network.data.test
      }
    // What training keeps back is the validation set of a spec that names none.
    if part != .test, network.data.train != nil, network.data.valid == nil {
      let data = try TrainingData(loaded, network)
      return (data.task, data.train, part == .train ? data.split.train : data.split.valid)
    }
    guard let source else {
      throw DiagnosticError(
        Diagnostic(
          .noTrainingData, "`\(loaded.path)` has no `data.\(part.rawValue)` to judge by", at: .none,
          help: ["name it in the spec, or with `--set`", "`--data train` and `--data valid` take the others"]))
    }
    let (task, data) = try TrainingData.read(source, loaded, network, nil)
    return (task, data, Array(0..<data.count))
  }

  /// Mistakes beside each other in a sheet.
  private static let sheetColumns = 6

  private func draw(
    _ report: EvaluationReport, _ data: DataSet, _ names: [String], _ title: String, to path: String
  ) throws(DiagnosticError) {
    let (shape, images) = (try SheetFile.imageShape(data, path), data.inputs[0])
    func name(_ index: Int) -> String { names.indices.contains(index) ? names[index] : "\(index)" }
    let worst = report.mistakes.prefix(max(mistakes, Self.sheetColumns))
    let range = SheetFile.range(of: images, worst.map(\.example))
    var cells: [PictureSheet.Cell] = []
    for mistake in worst {
      let file =
        data.files.isEmpty ? "" : data.files[mistake.example].split(separator: "/").last.map { " · \($0)" } ?? ""
      cells.append(
        PictureSheet.Cell(
          image: try SheetFile.image(images.floats(of: mistake.example), shape, range),
          caption: [
            "said \(name(mistake.said))", "is \(name(mistake.truth))",
            "score \(fixed(Double(mistake.score), digits: 2)), no. \(mistake.example)\(file)",
          ]))
    }
    let rows = stride(from: 0, to: cells.count, by: Self.sheetColumns).map {
      Array(cells[$0..<min(cells.count, $0 + Self.sheetColumns)])
    }
    let sheet = PictureSheet(
      title: "\(title): the worst mistakes",
      subtitle: "\(cells.count) of \(Format.grouped(report.mistakes.count)), the largest loss first; "
        + Format.count(report.examples, "example"),
      rows: rows, pixels: (shape[1], shape[2]))
    try SheetFile.write(sheet, to: path)
  }

  private func predictor(
    _ loaded: LoadedSpec, _ network: Network, _ console: Console
  ) throws -> (any Predictor, [PreprocessingStep]) {
    let machine = device == .gpu ? try GPUMachine() : nil
    if spec != nil {
      let opened = try opened(on: machine, console)
      let wanted = network.outputs.map { network.layers[$0].shape.dropFirst().map { $0 ?? 0 } }
      if let precision, precision.rawValue != opened.plan.precision {
        throw DiagnosticError(
          Diagnostic(
            .badOption, "`--precision \(precision)`, but `\(model)` was compiled for \(opened.plan.precision)",
            at: .none, help: ["leave `--precision` out, or compile the spec again"]))
      }
      guard opened.plan.outputs.map({ Array($0.shape.dropFirst()) }) == wanted else {
        throw DiagnosticError(
          Diagnostic(.badOption, "`\(model)` has other outputs than `\(loaded.path)`", at: .none))
      }
      return (opened.predictor, opened.plan.preprocessing)
    }
    guard let parameters = try Weights.load(weights, map: map, for: loaded, network) else {
      throw DiagnosticError(
        Diagnostic(
          .badOption, "`--weights` has to say where the parameters of `\(model)` are", at: .none,
          help: ["give the `best.safetensors` that `netc train` wrote"]))
    }
    let prepared = try parameters.prepared(network)
    if let machine {
      _ = try machine.compiler.get()
      let options = CompileOptions(
        batch: network.fixedBatch ?? CPUTraining.predictionBatch, precision: precision ?? .fp32, numerics: numerics,
        target: machine.device.target, catalogue: machine.catalogue)
      let ready = try GPUModel.compile(prepared, parameters, options, on: machine, takesBytes: true)
      return (DevicePredictor(executable: ready.executable), prepared.preprocessing)
    }
    let values = try Dictionary(
      uniqueKeysWithValues: network.weights.map { ($0.name, try parameters.values($0.name, $0.shape)) })
    let backend = CPUTraining(
      threads: threads, numerics: numerics, judgingPrecision: precision ?? .fp32, note: console.note)
    return (try backend.predictor(prepared) { values[$0] ?? [] }, prepared.preprocessing)
  }

  /// An artefact, which says itself how it computes.
  private func opened(on machine: GPUMachine?, _ console: Console) throws -> (plan: Plan, predictor: any Predictor) {
    guard let machine else {
      let opened = try Model.open(model, threads: threads)
      return (opened.plan, PlannedPredictor(executable: opened.executable))
    }
    let opened = try GPUModel.open(model, on: machine, takesBytes: true)
    if let remark = opened.remark { console.note("note: \(remark)\n") }
    return (opened.plan, DevicePredictor(executable: opened.executable))
  }
}

/// A network on a GPU.
struct DevicePredictor: Predictor {
  let executable: GPUExecutable

  var takesBytes: Bool { executable.takesBytes }

  func predict(examples: Int, inputs: [[Float]]) throws -> [[Float]] {
    try executable.run(examples: examples, inputs: inputs)
  }

  func predict(examples: Int, bytes: [UInt8]) throws -> [[Float]] {
    try executable.run(examples: examples, bytes: bytes)
  }
}

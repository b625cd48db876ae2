import Compiler
import DataPipeline
import Diagnostics
import Exchange
import Images
import NetIR
import Runtime

/// `netc run`: inference on a file of examples.
package struct RunCommand: Sendable {
  package var model: ModelLoader
  package var input: String
  package var device = DeviceOption.cpu
  package var output: String?
  package var top = 3
  /// An IDX or npy file with the right class of each example.
  package var labels: String?
  /// How many images to draw in the terminal.
  package var draw = 0

  package init(model: ModelLoader, input: String) { (self.model, self.input) = (model, input) }

  package func run(_ console: Console) throws -> ExitCode {
    try checkOutput()
    let given = try Input(input)
    // Small batches keep the latency of a few examples low, larger ones serve many examples better.
    let examples = given.count
    guard let ready = try ready(console, batch: min(32, max(1, examples))) else { return .wrongInput }
    let plan = ready.plan
    let runner = InputRunner(plan: plan, path: input, threads: model.threads)
    let result = try runner.run(given, console, ready.bytes, ready.run)
    var predictions = Predictions(
      values: result.values, shape: [result.count] + plan.outputs[0].shape.dropFirst(), classes: plan.classes)
    predictions.files = result.files
    let truth = try labels.map { try LabelFile.read($0, examples: predictions.shape[0]) }
    if draw > 0 { console.out(try drawing(predictions, result.first, plan, truth, console)) }
    if let output {
      try predictions.write(to: output)
    } else if draw == 0, truth == nil {
      console.out(predictions.table(top: top, width: console.width, style: Style(color: console.color)))
    }
    if let truth { console.report(Accuracy(predictions: predictions, truth: truth).line, asData: output != "-") }
    return .good
  }

  /// A model, wherever it runs.
  private struct Ready {
    let plan: Plan
    /// Bytes as they are in a file, for a device that prepares them itself.
    var bytes: InputRunner.BytesRun?
    let run: InputRunner.Run
  }

  /// - Parameter batch: for a spec with a free batch when none is asked for.
  private func ready(_ console: Console, batch: Int) throws -> Ready? {
    switch device {
    case .cpu:
      guard let model = try model.load(console, defaultBatch: batch) else { return nil }
      return Ready(plan: model.plan) { model.executable.run(examples: $0, inputs: $1, progress: $2) }
    case .gpu:
      var loader = model
      loader.takesBytes = true
      guard let model = try loader.loadOnGPU(console, defaultBatch: batch) else { return nil }
      var ready = Ready(plan: model.plan) { try model.executable.run(examples: $0, inputs: $1, progress: $2) }
      if model.executable.takesBytes {
        ready.bytes = { try model.executable.run(examples: $0, bytes: $1, progress: $2) }
      }
      return ready
    }
  }

  private func drawing(
    _ predictions: Predictions, _ data: TensorData, _ plan: Plan, _ truth: [Int]?, _ console: Console
  ) throws(DiagnosticError) -> String {
    let shape = plan.inputs[0].shape
    guard shape.count == 4, shape[1] == 1 else {
      throw DiagnosticError(
        Diagnostic(
          .badOption,
          "`--draw` draws images of one channel, and the network takes \(shape.dropFirst().map { $0 }.crossed)",
          at: .none))
    }
    let best = predictions.best
    let captions = best.enumerated().map { example, unit in
      let isWrong = truth.map { $0[example] != unit } ?? false
      return predictions.name(unit) + (isWrong ? ", not \(predictions.name(truth?[example] ?? 0))" : "")
    }
    let gallery = Gallery(height: shape[2], width: shape[3], pixels: data.elements, captions: captions)
    return gallery.rendered(count: draw, columns: console.width)
  }

  private func checkOutput() throws(DiagnosticError) {
    guard let output, output != "-" else { return }
    guard Predictions.formats.contains(where: { output.hasSuffix($0) }) else {
      throw DiagnosticError(
        Diagnostic(
          .unknownFormat, "`--output \(output)` has none of the endings that netc writes", at: .none,
          help: ["use \(Predictions.formats.joined(separator: ", ")), or `-` for npy on standard output"]))
    }
  }
}

/// Brings a file's array into the shape and the numbers that a plan takes.
struct ExampleReader {
  let plan: Plan
  let path: String

  /// How pictures become examples; N0507 where the network takes none.
  func fitting() throws(DiagnosticError) -> PictureFitting {
    let shapes = plan.inputs.map { Array($0.shape.dropFirst()) }
    if shapes.count == 1, let fitting = PictureFitting(shapes[0], plan.preprocessing) { return fitting }
    throw FileFault.make(
      .inputShapeDiffers, in: path,
      "the network takes \(shapes.map(\.crossed).joined(separator: ", ")), which is no picture",
      help: ["pictures have 1 or 3 channels, a height and a width; give other data as npy"])
  }

  /// The examples one after the other, and how many.
  func examples(of data: TensorData) throws(DiagnosticError) -> (values: [Float], count: Int) {
    let (count, example) = try raw(data)
    var values = data.elements
    // Bytes are raw data; floats were prepared by whoever made them.
    if data.isUInt8 {
      for step in plan.preprocessing { step.apply(to: &values, shape: example) }
    }
    return (values, count)
  }

  /// How many examples there are, and the shape of one; checks that preprocessing fits.
  func raw(_ data: TensorData) throws(DiagnosticError) -> (count: Int, shape: [Int]) {
    guard plan.inputs.count == 1, let input = plan.inputs.first else {
      throw DiagnosticError(
        Diagnostic(
          .badOption, "the network has \(plan.inputs.count) inputs, and one file was given", at: .file(path)))
    }
    let example = Array(input.shape.dropFirst())
    let count = try self.count(data.shape, example)
    if data.isUInt8 {
      for step in plan.preprocessing where !step.fits(example) {
        throw FileFault.make(
          .inputShapeDiffers, in: path,
          "a preprocessing step has other numbers than the \(example.crossed) of the input can take",
          help: ["give one number, one for each of the \(example.first ?? 0) channels, or one for each element"])
      }
    }
    return (count, example)
  }

  /// Accepts N×C×H×W, one example without N, and images of one channel without the channel.
  private func count(_ shape: [Int], _ example: [Int]) throws(DiagnosticError) -> Int {
    let squeezed = example.first == 1 ? Array(example.dropFirst()) : example
    if shape == example || shape == squeezed { return 1 }
    if let first = shape.first, Array(shape.dropFirst()) == example || Array(shape.dropFirst()) == squeezed {
      return first
    }
    // Flat rows, as data tables have them.
    if shape.count == 2, shape[1] == example.elements { return shape[0] }
    var notes = ["the network takes \(example.crossed), with or without a count in front"]
    if shape.count == example.count + 1, let last = shape.last,
      shape.dropFirst().sorted() == example.sorted(),
      last == example.first
    {
      notes.append(
        "the file's last axis looks like the channels: netc wants them in front of height and width")
    }
    throw FileFault.make(
      .inputShapeDiffers, in: path, "the file has \(shape.crossed), which is no batch of \(example.crossed)",
      notes: notes, help: ["reshape the array, or change the shape of the spec's Input"])
  }
}

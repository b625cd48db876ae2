import CPUBackend
import Compiler
import DataPipeline
import Diagnostics
import Exchange
import Layers
import NetIR
import TrainingLoop

/// `netc features`: what a layer says of examples, for a classifier of another kind.
package struct FeaturesCommand: Sendable {
  package var spec: String
  package var layer: String
  package var output: String
  package var weights: String?
  /// Examples in files; those of the spec without it.
  package var input: String?
  package var part = EvalCommand.Part.train
  package var overrides: [String] = []
  package var numerics = Numerics.fast
  package var threads: Int

  package init(spec: String, layer: String, output: String, threads: Int) {
    (self.spec, self.layer, self.output, self.threads) = (spec, layer, output, threads)
  }

  /// The endings that `--output` knows.
  package static let formats = [".npy", ".csv"]

  package func run(_ console: Console) throws -> ExitCode {
    guard Self.formats.contains(where: output.hasSuffix) else {
      throw FileFault.make(
        .unknownFormat, in: output, "`\(output)` has none of the endings that netc writes features with",
        help: ["use \(Self.formats.joined(separator: " or "))"])
    }
    let changes = try overrides.map { text throws(DiagnosticError) in try SpecOverride(text) }
    let loaded = SpecLoader.load(spec, overrides: changes)
    DiagnosticPrinter(console).printErrors(of: loaded)
    guard let whole = loaded.network else { return .wrongInput }
    let cut = SpecLoader.load(
      spec, overrides: changes + [try SpecOverride("outputs=[\(JSONValue.string(layer).serialised())]")])
    guard let network = cut.network else { throw unknownLayer(whole) }
    guard let parameters = try Weights.load(weights, for: cut, network) else {
      throw DiagnosticError(
        Diagnostic(
          .badOption, "`--weights` has to say where the parameters of `\(spec)` are", at: .none,
          help: ["give `--weights FILE.safetensors`, or a `base` with weights"]))
    }
    let prepared = try parameters.prepared(network)
    let options = CompileOptions(
      batch: try CompilerFront.batch(network.fixedBatch == nil ? 32 : nil, for: network), numerics: numerics,
      target: HostCPU.current.target, catalogue: KernelTable.catalogue)
    let model = try Model.compile(prepared, parameters, options, threads: threads)
    let features = try input.map { try of(input: $0, model, console) } ?? of(data: loaded, whole, prepared, model)
    try write(features)
    console.note("\(output): \(Format.count(features.count, "example")), \(features.shape.crossed) of `\(layer)`\n")
    if let labels = labelFile, features.labels != nil { console.note("\(labels): the class of each\n") }
    return .good
  }

  /// Numbers of a layer, example by example.
  private struct Features {
    var values: [Float]
    var count: Int
    /// Of one example.
    var shape: [Int]
    var labels: [Int]?
  }

  private func unknownLayer(_ network: Network) -> DiagnosticError {
    let hint = Suggestion.unknown(word: layer, among: network.layers.map(\.name))
    return DiagnosticError(
      Diagnostic(
        .badOption, "`\(spec)` has no layer `\(layer)`", at: .none, help: hint.label.isEmpty ? hint.help : [hint.label])
    )
  }

  private func of(input: String, _ model: Model, _ console: Console) throws -> Features {
    let runner = InputRunner(plan: model.plan, path: input, threads: threads)
    let result = try runner.run(try Input(input), console) {
      model.executable.run(examples: $0, inputs: $1, progress: $2)
    }
    return Features(
      values: result.values, count: result.count, shape: Array(model.plan.outputs[0].shape.dropFirst()), labels: nil)
  }

  private func of(data loaded: LoadedSpec, _ whole: Network, _ prepared: Network, _ model: Model) throws -> Features {
    let (task, data, examples) = try loaded.located { () throws(DiagnosticError) in
      try EvalCommand.examples(part, loaded, whole)
    }
    let maker = BatchMaker(data, prepared.preprocessing, classes: nil, classWeights: nil, size: 1)
    var values: [Float] = []
    for start in stride(from: 0, to: examples.count, by: 256) {
      let some = Array(examples[start..<min(examples.count, start + 256)])
      values += model.executable.run(examples: some.count, inputs: data.inputs.map { maker.inputs(some, $0) })[0]
    }
    let classes = task.classNumbers(of: data)
    return Features(
      values: values, count: examples.count, shape: Array(model.plan.outputs[0].shape.dropFirst()),
      labels: classes.map { classes in examples.map { classes[$0] } })
  }

  /// Where the classes go that belong to a npy file.
  private var labelFile: String? { output.hasSuffix(".npy") ? output.dropLast(4) + ".labels.npy" : nil }

  private func write(_ features: Features) throws(DiagnosticError) {
    if let labelFile {
      try Npy.write(features.values, shape: [features.count] + features.shape, to: output)
      guard let labels = features.labels else { return }
      return try Npy.write(labels.map(Float.init), shape: [labels.count], to: labelFile)
    }
    let size = features.shape.reduce(1, *)
    try AtomicFile.write(path: output) { (writer) throws(DiagnosticError) in
      var names = (0..<size).map { "f\($0)" }
      if features.labels != nil { names.append("class") }
      try writer.write(names.joined(separator: ",") + "\n")
      for example in 0..<features.count {
        var cells = features.values[example * size..<(example + 1) * size].map { "\($0)" }
        if let labels = features.labels { cells.append("\(labels[example])") }
        try writer.write(cells.joined(separator: ",") + "\n")
      }
    }
  }
}

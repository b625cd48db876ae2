import DataPipeline
import Diagnostics
import Images
import Layers
import TrainingLoop

/// The examples of a spec, read and held against its network.
package struct TrainingData: Sendable {
  package let task: TrainingTask
  package let train: DataSet
  package let split: Split
  /// What to stop by, and which examples of it.
  package let validation: (data: DataSet, examples: [Int])?

  /// - Throws: what is wrong with the files, N0601 without examples to learn from.
  package init(_ loaded: LoadedSpec, _ network: Network) throws(DiagnosticError) {
    guard let source = network.data.train else {
      throw DiagnosticError(
        Diagnostic(
          .noTrainingData, "`\(loaded.path)` names no examples to learn from", at: .none,
          help: ["write `data: {train: {idx: {images: images.gz, labels: labels.gz}}}`"]))
    }
    let (task, data) = try Self.read(source, loaded, network, nil)
    (self.task, train) = (task, data)
    let classes = task.classNumbers(of: data)
    let settings = network.training
    if let valid = network.data.valid {
      let other = try Self.read(valid, loaded, network, task).1
      split = Split(count: data.count, classes: classes, .none, seed: settings.seed)
      validation = (other, Array(0..<other.count))
    } else {
      split = Split(count: data.count, classes: classes, settings.validation, seed: settings.seed)
      validation = split.valid.isEmpty ? nil : (data, split.valid)
    }
    guard !split.train.isEmpty else {
      throw DiagnosticError(
        Diagnostic(
          .noTrainingData, "nothing is left to learn from: all \(Format.count(data.count, "example")) are kept back",
          at: .none, help: ["lower `split` of `validation`"]))
    }
    if case .given(let weights) = settings.classWeights, weights.count != task.classes {
      throw DiagnosticError(
        Diagnostic(
          .badTargets, "`class_weights` has \(weights.count) numbers for \(task.classes ?? 0) classes", at: .none))
    }
  }

  /// The examples of a source in the network's shapes.
  ///
  /// - Parameter task: nil to make one of these examples.
  package static func read(
    _ source: DataSource, _ loaded: LoadedSpec, _ network: Network, _ task: TrainingTask?
  ) throws(DiagnosticError) -> (TrainingTask, DataSet) {
    // Values of `--set` count from the spec's folder, too.
    func path(_ path: String) -> String { loaded.map.path(path, namedAt: loaded.root?.span ?? source.span) }
    var classes: [String]? = network.classes.isEmpty ? nil : network.classes
    if classes == nil, case .folder(let folder) = network.data.train?.format {
      classes = try ClassFolders.names(path(folder))
    }
    let shapes = network.inputs.map { network.layers[$0].shape.dropFirst().map { $0 ?? 0 } }
    let fitting = shapes.count == 1 ? PictureFitting(shapes[0], network.preprocessing) : nil
    let raw = try DataSetReader.read(
      source, DataSetReader.Pictures(fitting: fitting, classes: classes), path: path)
    let task = if let task { task } else { try TrainingTask(network, raw) }
    return (task, try task.fitted(raw, path: loaded.path))
  }
}

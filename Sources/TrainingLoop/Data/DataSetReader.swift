import DataPipeline
import Diagnostics
import Exchange
import Layers

/// Reads the examples that a spec names.
package enum DataSetReader {
  /// - Parameter path: the path of a file that the spec names, which counts from the spec's folder.
  /// - Throws: N0501 to N0517 for what is wrong with the files, N0518 where their counts differ.
  package static func read(_ source: DataSource, path: (String) -> String) throws(DiagnosticError) -> DataSet {
    switch source.format {
    case .idx(let images, let labels):
      return try joined([path(images)], [path(labels)]) { (path) throws(DiagnosticError) in
        let array = try IDX.read(path: path)
        return TensorData(shape: array.shape, elements: array.elements, kind: .idx, type: array.type)
      }
    case .cifar10(let files, let height, let width):
      return try CIFAR.read(paths: files.map(path), height: height, width: width)
    case .npz(let file, let inputs, let targets):
      let archive = try Npz(path: path(file))
      return try joined(inputs, targets) { (name) throws(DiagnosticError) in
        tensor(try archive.array(name))
      }
    case .npy(let inputs, let targets):
      return try joined(inputs.map(path), targets.map(path)) { (path) throws(DiagnosticError) in
        try InputFile.load(path)
      }
    case .csv(let file, let targets, let separator):
      return try CSVTable.read(path: path(file), targets: targets, separator: separator)
    }
  }

  private static func tensor(_ array: NpyArray) -> TensorData {
    TensorData(shape: array.shape, elements: array.elements, kind: .npy, type: array.type)
  }

  private static func joined(
    _ inputs: [String], _ targets: [String], _ load: (String) throws(DiagnosticError) -> TensorData
  ) throws(DiagnosticError) -> DataSet {
    var counts: [(name: String, count: Int)] = []
    func read(_ names: [String]) throws(DiagnosticError) -> [Examples] {
      var all: [Examples] = []
      for name in names {
        let examples = Examples(try load(name))
        counts.append((name, examples.count))
        all.append(examples)
      }
      return all
    }
    let data = DataSet(inputs: try read(inputs), targets: try read(targets))
    guard let first = counts.first, let other = counts.first(where: { $0.count != first.count }) else { return data }
    throw FileFault.make(
      .badTargets, in: other.name,
      "`\(other.name)` has \(other.count.grouped) of them, `\(first.name)` \(first.count.counted("example"))",
      help: ["examples and targets have to belong together"])
  }
}

import DataPipeline
import Diagnostics
import Exchange
import Images
import Layers
import Runtime

/// Reads the examples that a spec names.
package enum DataSetReader {
  /// What folders of pictures need beside their path.
  package struct Pictures {
    /// nil where the network takes no pictures.
    package var fitting: PictureFitting?
    /// In their order; nil for the folders as they are called.
    package var classes: [String]?
    /// Is told how many are decoded, and of how many.
    package var progress: @Sendable (Int, Int) -> Void

    package init(
      fitting: PictureFitting?, classes: [String]?, progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) {
      (self.fitting, self.classes, self.progress) = (fitting, classes, progress)
    }
  }

  /// - Parameters:
  ///   - pictures: for a folder of them.
  ///   - path: the path of a file that the spec names, which counts from the spec's folder.
  /// - Throws: N0501 to N0517 for what is wrong with the files, N0518 where their counts differ.
  package static func read(
    _ source: DataSource, _ pictures: Pictures, path: (String) -> String
  ) throws(DiagnosticError) -> DataSet {
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
    case .folder(let folder): return try read(folder: path(folder), pictures)
    case .csv(let file, let targets, let separator):
      return try CSVTable.read(path: path(file), targets: targets, separator: separator)
    }
  }

  private static func read(folder: String, _ pictures: Pictures) throws(DiagnosticError) -> DataSet {
    guard let fitting = pictures.fitting else {
      throw FileFault.make(
        .inputShapeDiffers, in: folder, "the network takes no pictures",
        help: ["pictures have 1 or 3 channels, a height and a width: `shape: [null, 3, 128, 128]`"])
    }
    let folders = try ClassFolders(folder, classes: pictures.classes)
    let (count, progress) = (folders.files.count, pictures.progress)
    let images = try folders.files.decoded(0..<count, fitting, ThreadPool.shared(threads: UsableCores.count)) {
      progress($0, count)
    }
    var data = DataSet(
      inputs: [images], targets: [Examples(shape: [], count: count, .floats(folders.labels.map(Float.init)))])
    (data.classes, data.files) = (folders.classes, folders.files.paths)
    return data
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

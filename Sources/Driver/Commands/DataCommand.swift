import DataPipeline
import Diagnostics
import Drawing
import Layers
import TrainingLoop

/// `netc data`: a sheet of a spec's training examples, beside what augmentation makes of them.
package struct DataCommand: Sendable {
  package var spec: String
  package var output: String
  /// How many examples.
  package var count = 6
  /// How many changed copies of each.
  package var copies = 5
  package var overrides: [String] = []

  package init(spec: String, output: String) { (self.spec, self.output) = (spec, output) }

  package func run(_ console: Console) throws -> ExitCode {
    try SheetFile.check(output)
    let loaded = SpecLoader.load(
      spec, overrides: try overrides.map { text throws(DiagnosticError) in try SpecOverride(text) })
    DiagnosticPrinter(console).printErrors(of: loaded)
    guard let network = loaded.network else { return .wrongInput }
    let sheet = try loaded.located { () throws(DiagnosticError) in
      try self.sheet(of: TrainingData(loaded, network), network)
    }
    try SheetFile.write(sheet, to: output)
    console.note("\(output): \(Format.count(sheet.rows.count, "example")) of \(network.name)\n")
    return .good
  }

  private func sheet(of data: TrainingData, _ network: Network) throws(DiagnosticError) -> PictureSheet {
    let (set, seed) = (data.train, network.training.seed)
    let shape = try SheetFile.imageShape(set, spec)
    let classes = data.task.classNumbers(of: set)
    let names = network.classes.isEmpty ? set.classes : network.classes
    // Those of the first batch: what training begins with.
    let order = EpochOrder.of(data.split.train, classes: classes, balance: network.data.balance, epoch: 0, seed: seed)
    let images = set.inputs[0]
    let augmenter = Augmenter(network.data.augmentation, images, examples: data.split.train, seed: seed)
    let range = SheetFile.range(of: images, order.prefix(count))
    var rows: [[PictureSheet.Cell]] = []
    for example in order.prefix(count) {
      let original = images.floats(of: example)
      let name = classes.map { names.indices.contains($0[example]) ? names[$0[example]] : "\($0[example])" }
      var row = [
        PictureSheet.Cell(
          image: try SheetFile.image(original, shape, range),
          caption: [name ?? "example \(example)", set.files.isEmpty ? "no. \(example)" : Self.file(set.files[example])])
      ]
      if let augmenter {
        for epoch in 0..<copies {
          var (image, targets) = (original, set.targets[0].floats(of: example))
          augmenter.apply(to: &image, targets: &targets, example: example, epoch: epoch)
          row.append(PictureSheet.Cell(image: try SheetFile.image(image, shape, range)))
        }
      }
      rows.append(row)
    }
    var sheet = PictureSheet(
      title: network.name,
      subtitle: "\(Format.count(data.split.train.count, "training example")), \(shape.crossed)"
        + (augmenter == nil ? ", not augmented" : "; as they are, and as the first epochs see them"),
      rows: augmenter == nil ? Self.folded(rows) : rows, pixels: (shape[1], shape[2]))
    if augmenter != nil {
      sheet.columnTitles = ["as it is"] + (1...max(1, copies)).map { "epoch \($0)" }.prefix(copies)
    }
    return sheet
  }

  private static func file(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  /// Rows of one picture each, six beside each other.
  private static func folded(_ rows: [[PictureSheet.Cell]]) -> [[PictureSheet.Cell]] {
    let cells = rows.flatMap { $0 }
    return stride(from: 0, to: cells.count, by: 6).map { Array(cells[$0..<min(cells.count, $0 + 6)]) }
  }
}

import Diagnostics

/// Where a spec's examples come from, and what happens to them beside `preprocess`.
package struct DataSettings: Sendable, Equatable {
  package enum Balance: String, Sendable, CaseIterable {
    /// Examples of rare classes are repeated until every class has as many as the most frequent one.
    case up
    /// Of every class as many are drawn, anew in each epoch, as the rarest one has.
    case down
  }

  package var train: DataSource?
  package var valid: DataSource?
  package var test: DataSource?
  package var augmentation: [AugmentationStep] = []
  package var augmentationSpan: SourceSpan?
  package var balance: Balance?

  package init() {}
}

/// Examples with their targets in files. Paths count from the folder of the spec in which `span` is.
package struct DataSource: Sendable, Equatable {
  package enum Format: Sendable, Equatable {
    case idx(images: String, labels: String)
    /// Records of a label byte and the planes of an RGB image of that many rows and columns, after one another.
    case cifar10(files: [String], height: Int, width: Int)
    /// Arrays of one file, by their names.
    case npz(file: String, inputs: [String], targets: [String])
    case npy(inputs: [String], targets: [String])
    /// A row an example.
    /// - Parameters:
    ///   - targets: names, or numbers from 0, of the columns with the targets; the last column where there are none.
    ///   - separator: the letter between two columns.
    case csv(file: String, targets: [String], separator: String)
    /// A sub-folder of pictures for each class.
    case folder(path: String)
  }

  package var format: Format
  package var span: SourceSpan

  package init(_ format: Format, span: SourceSpan) { (self.format, self.span) = (format, span) }
}

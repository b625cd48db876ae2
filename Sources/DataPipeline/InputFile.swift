import Diagnostics
import Exchange
import Images

/// An array from an input file of any format that netc recognises.
package struct TensorData: Sendable, Equatable {
  package enum Kind: String, Sendable {
    case npy, idx, picture
  }

  /// Outermost dimension first.
  package var shape: [Int]
  /// In C order.
  package var elements: [Float]
  /// The format of the file, after decompression.
  package var kind: Kind
  /// The type in the file.
  package var type: ElementType

  package init(shape: [Int], elements: [Float], kind: Kind, type: ElementType) {
    self.shape = shape
    self.elements = elements
    self.kind = kind
    self.type = type
  }

  /// Whether the file has bytes, as pixels are stored.
  package var isUInt8: Bool { type == .u8 }
}

/// What `netc run` can be given.
package enum Input: Sendable {
  case array(TensorData)
  /// To be brought to the size that the network takes.
  case pictures(PictureFiles)

  /// Opens a file of any format that netc recognises, or a folder of pictures; `-` is an array on standard input.
  ///
  /// Throws what `InputFile.load` and `PictureFiles` throw.
  package init(_ path: String) throws(DiagnosticError) {
    if FolderListing.isFolder(path) {
      self = .pictures(try PictureFiles(folder: path))
      return
    }
    let file = try MappedFile(path: path)
    self = try file.withBytes { (bytes) throws(DiagnosticError) in
      if path != "-", PictureFile.isPicture(bytes) { return .pictures(PictureFiles(paths: [path])) }
      return .array(try InputFile.load(bytes, name: path))
    }
  }
}

/// Loads arrays.
package enum InputFile {
  /// Reads the file at `path`, or standard input for `-`: NumPy or IDX, each plain or gzip. The content decides,
  /// not the name.
  ///
  /// Throws N0501 if the file cannot be read, N0508, N0509 or N0510 if it is damaged, N0506 for its element
  /// type, N0514 for another format, N0515 without content or elements.
  package static func load(_ path: String) throws(DiagnosticError) -> TensorData {
    let file = try MappedFile(path: path)
    return try file.withBytes { (bytes) throws(DiagnosticError) in try load(bytes, name: path) }
  }

  package static func load(_ bytes: [UInt8], name: String) throws(DiagnosticError) -> TensorData {
    try bytes.withUnsafeBufferPointer { (part) throws(DiagnosticError) in
      try load(UnsafeRawBufferPointer(part), name: name)
    }
  }

  /// Reads the array that fills `bytes`; `name` stands for the path in diagnostics.
  package static func load(
    _ bytes: UnsafeRawBufferPointer, name: String
  ) throws(DiagnosticError) -> TensorData {
    guard Gzip.isGzip(bytes) else { return try loadPlain(bytes, name: name, isCompressed: false) }
    let content = try Gzip.inflate(bytes, name: name)
    return try content.withUnsafeBufferPointer { (part) throws(DiagnosticError) in
      try loadPlain(UnsafeRawBufferPointer(part), name: name, isCompressed: true)
    }
  }

  private static func loadPlain(
    _ bytes: UnsafeRawBufferPointer, name: String, isCompressed: Bool
  ) throws(DiagnosticError) -> TensorData {
    guard !bytes.isEmpty else {
      throw FileFault.make(
        .emptyInput, in: name, isCompressed ? "the compressed file has no content" : "the file is empty",
        help: ["if a download or another program wrote it, that was cut short"])
    }
    let data: TensorData
    if Npy.isNpy(bytes) {
      let array = try Npy.read(bytes, name: name)
      data = TensorData(shape: array.shape, elements: array.elements, kind: .npy, type: array.type)
    } else if IDX.isIDX(bytes) {
      let array = try IDX.read(bytes, name: name)
      data = TensorData(shape: array.shape, elements: array.elements, kind: .idx, type: array.type)
    } else {
      let content = isCompressed ? "the content of the gzip file" : "the file"
      let look = FileSignature.describe(bytes).map { ["\(content) looks like \($0)"] } ?? []
      throw FileFault.make(
        .unknownFormat, in: name, "\(content) is in a format that netc does not read as a tensor",
        notes: look,
        help: ["give a NumPy array (.npy) or an IDX file, plain or as .gz, a PNG, JPEG or BMP, or a folder of these"])
    }
    guard !data.elements.isEmpty else {
      throw FileFault.make(
        .emptyInput, in: name, "the array of shape \(ShapeSize.text(data.shape)) has no elements",
        help: ["give at least one example"])
    }
    return data
  }
}

import DataPipeline
import Diagnostics
import Drawing
import Exchange
import Images

/// Writes sheets of pictures: SVG, or PNG by the converters that there are.
enum SheetFile {
  /// What is black and what is white in examples' own numbers: 0 and 255 for bytes, or the largest one where no byte of
  /// those that are drawn comes half as far; 0 and 1 for floats, or the least and the largest where they lie elsewhere.
  static func range(of images: Examples, _ examples: some Sequence<Int>) -> ClosedRange<Float> {
    var (least, most): (Float, Float) = (.infinity, -.infinity)
    for example in examples {
      for value in images.floats(of: example) { (least, most) = (min(least, value), max(most, value)) }
    }
    guard least <= most else { return 0...1 }
    if images.isBytes { return 0...(most < 128 ? max(most, 1) : 255) }
    return least < 0 || most > 1 ? least...max(most, least.nextUp) : 0...1
  }

  /// Pixels of small pictures are drawn as squares: viewers would blur them.
  private static let sharpUpTo = 128

  /// An example as the address of a PNG. Of other than 1 or 3 channels the first is drawn.
  ///
  /// - Parameter values: channels × height × width.
  static func image(
    _ values: [Float], _ shape: [Int], _ range: ClosedRange<Float>
  ) throws(DiagnosticError) -> String {
    let (channels, height, width) = (shape[0] == 3 ? 3 : 1, shape[1], shape[2])
    let scale = 255 / max(range.upperBound - range.lowerBound, .leastNormalMagnitude)
    let times = max(1, sharpUpTo / max(height, width))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(channels * height * width * times * times)
    for row in 0..<channels * height {
      let pixels = values[row * width..<(row + 1) * width]
      let line = pixels.flatMap { value in
        [UInt8](repeating: UInt8(min(max(((value - range.lowerBound) * scale).rounded(), 0), 255)), count: times)
      }
      for _ in 0..<times { bytes += line }
    }
    let picture = Picture(channels: channels, height: height * times, width: width * times, bytes: bytes)
    return "data:image/png;base64," + Base64Text.encoded(try picture.png(name: "picture"))
  }

  /// - Throws: N0514 for another ending than .svg or .png, N0513.
  static func write(_ sheet: PictureSheet, to path: String) throws(DiagnosticError) {
    try check(path)
    if path.lowercased().hasSuffix(".png") {
      let size = sheet.size
      return try PNGConverter.write(sheet.svg(), width: size.width, height: size.height, to: path)
    }
    try AtomicFile.write(path: path) { (writer) throws(DiagnosticError) in try writer.write(sheet.svg()) }
  }

  /// To be asked before work is done for a file that cannot be written; N0514.
  static func check(_ path: String) throws(DiagnosticError) {
    guard [".svg", ".png"].contains(where: path.lowercased().hasSuffix) else {
      throw FileFault.make(
        .unknownFormat, in: path, "`\(path)` does not say how to draw", help: ["end the name in .svg or .png"])
    }
  }

  /// - Returns: the examples' shape; N0507 where they are no images.
  static func imageShape(_ data: DataSet, _ path: String) throws(DiagnosticError) -> [Int] {
    if data.inputs.count == 1, data.inputs[0].shape.count == 3 { return data.inputs[0].shape }
    throw FileFault.make(
      .inputShapeDiffers, in: path, "the examples are no images: there is nothing to draw",
      help: ["an image is channels × height × width"])
  }
}

extension Examples {
  var isBytes: Bool { if case .bytes = values { true } else { false } }
}

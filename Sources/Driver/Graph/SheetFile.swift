import DataPipeline
import Diagnostics
import Drawing
import Exchange
import Images

/// Writes sheets of pictures: SVG, or PNG by the converters that there are.
enum SheetFile {
  /// The examples' own numbers as the address of a PNG: bytes as they are, floats from 0 to 1, or stretched where they
  /// lie elsewhere. Of other than 1 or 3 channels the first is drawn.
  ///
  /// - Parameters:
  ///   - values: channels × height × width.
  ///   - isBytes: whether they count to 255.
  static func image(_ values: [Float], _ shape: [Int], isBytes: Bool) throws(DiagnosticError) -> String {
    let channels = shape[0] == 3 ? 3 : 1
    let pixels = values.prefix(channels * shape[1] * shape[2])
    var (low, high): (Float, Float) = (0, isBytes ? 255 : 1)
    if !isBytes, let least = pixels.min(), let most = pixels.max(), least < 0 || most > 1 {
      (low, high) = (least, most)
    }
    let scale = 255 / max(high - low, .leastNormalMagnitude)
    let bytes = pixels.map { UInt8(min(max((($0 - low) * scale).rounded(), 0), 255)) }
    let picture = Picture(channels: channels, height: shape[1], width: shape[2], bytes: bytes)
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

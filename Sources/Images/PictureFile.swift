import CImages
import Diagnostics
import Exchange
import Glibc

/// Decodes PNG, JPEG and BMP. The content decides, not the name.
package enum PictureFile {
  /// The most pixels that are decoded: 134 million, 400 MB as bytes.
  package static let defaultLimit = 1 << 27
  /// Endings of files that are taken for pictures when a folder is searched.
  package static let endings = [".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp"]

  /// What can be wrong with a picture, in words that follow "the file".
  enum Problem: Error {
    case damaged(String)
    case tooLarge(width: Int, height: Int)
    case unknown
  }

  private enum Format { case png, jpeg, bmp }

  /// Whether `bytes` begin like a picture that netc reads.
  package static func isPicture(_ bytes: UnsafeRawBufferPointer) -> Bool { format(bytes) != nil }

  private static func format(_ bytes: UnsafeRawBufferPointer) -> Format? {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
    return bytes.starts(with: Array("BM".utf8)) ? .bmp : nil
  }

  /// Reads the picture at `path`, upright as its camera says.
  ///
  /// - Parameter limit: pixels beyond which nothing is decoded.
  /// - Throws: N0501, or N0519 where the file is damaged, too large or of another format.
  package static func read(_ path: String, limit: Int = defaultLimit) throws(DiagnosticError) -> Picture {
    let file = try MappedFile(path: path)
    return try file.withBytes { (bytes) throws(DiagnosticError) in try decode(bytes, name: path, limit: limit) }
  }

  /// The picture that fills `bytes`; `name` stands for the path in diagnostics.
  package static func decode(
    _ bytes: UnsafeRawBufferPointer, name: String, limit: Int = defaultLimit
  ) throws(DiagnosticError) -> Picture {
    do throws(Problem) {
      switch format(bytes) {
      case .png: return try decoded(bytes, limit, cimages_png_info, cimages_png_read)
      case .jpeg:
        return try decoded(bytes, limit, cimages_jpeg_info, cimages_jpeg_read)
          .oriented(ExifOrientation.find(in: bytes))
      case .bmp: return try BMP.decode(bytes, limit)
      case nil: throw .unknown
      }
    } catch {
      throw fault(error, bytes, name, limit)
    }
  }

  private typealias Message = UnsafeMutablePointer<CChar>
  private typealias Info = (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<cimages_info>?, Message?) -> Bool
  private typealias Read = (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>?, Message?) -> Bool

  private static func decoded(
    _ bytes: UnsafeRawBufferPointer, _ limit: Int, _ info: Info, _ read: Read
  ) throws(Problem) -> Picture {
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    var size = cimages_info()
    try withMessage { info(start, bytes.count, &size, $0) }
    let (width, height, samples) = (Int(size.width), Int(size.height), Int(size.channels))
    try checkSize(width: width, height: height, limit)
    guard isPlausible(pixels: width * height, bytes: bytes.count) else {
      throw .damaged("has \(bytes.count.counted("byte")), too few for the \(width)×\(height) pixels that it names")
    }
    var pixels = [UInt8](repeating: 0, count: width * height * samples)
    let failure = pixels.withUnsafeMutableBufferPointer { buffer -> Problem? in
      do throws(Problem) {
        try withMessage { read(start, bytes.count, buffer.baseAddress, $0) }
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
    return Picture(pixels: pixels, samples: samples, height: height, width: width)
  }

  static func checkSize(width: Int, height: Int, _ limit: Int) throws(Problem) {
    guard width > 0, height > 0 else { throw .damaged("has no pixels") }
    guard width <= limit / height else { throw .tooLarge(width: width, height: height) }
  }

  /// No format says more than some thousand pixels with a byte: a large image in a tiny file is a damaged header, and
  /// memory for it would be spent in vain.
  private static func isPlausible(pixels: Int, bytes: Int) -> Bool {
    pixels <= 1 << 24 || pixels / 8192 <= bytes
  }

  private static func withMessage(_ body: (Message?) -> Bool) throws(Problem) {
    var message = [CChar](repeating: 0, count: Int(CIMAGES_MESSAGE))
    let isGood = message.withUnsafeMutableBufferPointer { body($0.baseAddress) }
    guard !isGood else { return }
    let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    throw .damaged("cannot be decoded: \(String(decoding: text, as: UTF8.self))")
  }

  private static func fault(
    _ problem: Problem, _ bytes: UnsafeRawBufferPointer, _ name: String, _ limit: Int
  ) -> DiagnosticError {
    let kind = FileSignature.describe(bytes)
    switch problem {
    case .damaged(let text):
      return FileFault.make(
        .damagedPicture, in: name, "`\(name)` \(text)", notes: kind.map { ["it looks like \($0)"] } ?? [],
        help: ["open it in an image viewer and save it again, or fetch it anew"])
    case .tooLarge(let width, let height):
      return FileFault.make(
        .damagedPicture, in: name,
        "`\(name)` has \(width.grouped)×\(height.grouped) pixels, more than \(limit.grouped)",
        help: ["make it smaller with an image editor: networks see a few hundred pixels of each side"])
    case .unknown:
      return FileFault.make(
        .unknownFormat, in: name, "`\(name)` is no picture that netc reads",
        notes: bytes.isEmpty ? ["it is empty"] : kind.map { ["it looks like \($0)"] } ?? [],
        help: ["give a PNG, JPEG or BMP file"])
    }
  }
}

extension Picture {
  /// The picture as a PNG file.
  ///
  /// - Throws: N0513 where it cannot be encoded; `name` stands for the file.
  package func png(name: String) throws(DiagnosticError) -> [UInt8] {
    var (result, count): (UnsafeMutablePointer<UInt8>?, Int) = (nil, 0)
    var size = cimages_info(width: UInt32(width), height: UInt32(height), channels: UInt32(channels))
    var message = [CChar](repeating: 0, count: Int(CIMAGES_MESSAGE))
    guard cimages_png_write(interleaved, &size, &result, &count, &message), let result else {
      let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw FileFault.make(
        .cannotWrite, in: name, "cannot write `\(name)` as PNG: \(String(decoding: text, as: UTF8.self))")
    }
    defer { free(result) }
    return Array(UnsafeBufferPointer(start: result, count: count))
  }

  /// Writes the picture as a PNG file, whole or not at all; N0513.
  package func write(to path: String) throws(DiagnosticError) {
    let bytes = try png(name: path)
    try AtomicFile.write(path: path) { (writer) throws(DiagnosticError) in try writer.write(bytes) }
  }
}

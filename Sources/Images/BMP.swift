/// Decodes BMP files: 1, 4, 8, 16, 24 and 32 bits a pixel, with palettes and masks, not compressed.
///
/// Source: Microsoft, "Bitmap Storage": BITMAPFILEHEADER, BITMAPCOREHEADER, BITMAPINFOHEADER to BITMAPV5HEADER.
enum BMP {
  private enum Compression {
    static let none = 0
    static let bitFields = 3
    static let alphaBitFields = 6
  }

  private typealias Color = (red: UInt8, green: UInt8, blue: UInt8)

  /// What the headers say.
  private struct Header {
    var width = 0
    var height = 0
    var isTopDown = false
    var bits = 0
    /// Where the pixels begin.
    var offset = 0
    /// Red, green and blue of each entry.
    var palette: [Color] = []
    /// Of red, green and blue in a pixel.
    var masks: [UInt32] = []
  }

  static func decode(_ bytes: UnsafeRawBufferPointer, _ limit: Int) throws(PictureFile.Problem) -> Picture {
    let header = try header(bytes, limit)
    // Rows are filled up to four bytes.
    let stride = (header.width * header.bits + 31) / 32 * 4
    guard header.offset <= bytes.count, stride * header.height <= bytes.count - header.offset else {
      throw .damaged("ends before its pixels do")
    }
    var picture = Picture(channels: 3, height: header.height, width: header.width)
    let channels = header.masks.map(Channel.init)
    for row in 0..<header.height {
      let line = header.offset + (header.isTopDown ? row : header.height - 1 - row) * stride
      for column in 0..<header.width {
        let color: Color
        switch header.bits {
        case 24:
          let place = line + 3 * column
          color = (bytes[place + 2], bytes[place + 1], bytes[place])
        case 16, 32:
          let size = header.bits / 8
          let place = line + size * column
          let pixel = (0..<size).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
          color = (channels[0].value(pixel), channels[1].value(pixel), channels[2].value(pixel))
        default:
          let perByte = 8 / header.bits
          let shift = (perByte - 1 - column % perByte) * header.bits
          let index = Int(bytes[line + column / perByte]) >> shift & ((1 << header.bits) - 1)
          guard index < header.palette.count else { throw .damaged("has a pixel beyond its palette") }
          color = header.palette[index]
        }
        picture[0, row, column] = color.red
        picture[1, row, column] = color.green
        picture[2, row, column] = color.blue
      }
    }
    return picture
  }

  private static func header(_ bytes: UnsafeRawBufferPointer, _ limit: Int) throws(PictureFile.Problem) -> Header {
    func number(_ place: Int, _ size: Int) throws(PictureFile.Problem) -> Int {
      guard place >= 0, place + size <= bytes.count else { throw .damaged("ends within its header") }
      return (0..<size).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }
    var header = Header()
    header.offset = try number(10, 4)
    let size = try number(14, 4)
    let isCore = size == 12
    guard isCore || size >= 40 && size <= 1 << 16 else { throw .damaged("has a header that netc does not know") }
    header.width = try number(18, isCore ? 2 : 4)
    let height = isCore ? try number(20, 2) : Int(Int32(truncatingIfNeeded: try number(22, 4)))
    (header.height, header.isTopDown) = (abs(height), height < 0)
    header.bits = try number(isCore ? 24 : 28, 2)
    let compression = isCore ? Compression.none : try number(30, 4)
    try PictureFile.checkSize(width: header.width, height: header.height, limit)
    guard [1, 4, 8, 16, 24, 32].contains(header.bits) else {
      throw .damaged("has \(header.bits) bits a pixel, which no BMP file has")
    }
    let hasMasks = compression == Compression.bitFields || compression == Compression.alphaBitFields
    guard compression == Compression.none || hasMasks && header.bits.isMultiple(of: 16) else {
      throw .damaged("is compressed (method \(compression)), which netc does not read in BMP files")
    }
    if header.bits == 16 || header.bits == 32 {
      header.masks = header.bits == 16 ? [0x7C00, 0x03E0, 0x001F] : [0xFF0000, 0xFF00, 0xFF]
      if hasMasks {
        // They stand behind a header of 40 bytes, and at the same place in longer ones.
        header.masks = []
        for index in 0..<3 { header.masks.append(UInt32(try number(54 + 4 * index, 4))) }
      }
    }
    guard header.bits <= 8 else { return header }
    let named = isCore ? 0 : try number(46, 4)
    let colors = named == 0 ? 1 << header.bits : min(named, 1 << header.bits)
    let entry = isCore ? 3 : 4
    for index in 0..<colors {
      let place = 14 + size + entry * index
      // A short palette is no fault as long as no pixel wants more of it.
      guard place + 3 <= min(header.offset, bytes.count) else { break }
      header.palette.append((bytes[place + 2], bytes[place + 1], bytes[place]))
    }
    return header
  }

  /// Some bits of a pixel as a byte.
  private struct Channel {
    let mask: UInt32

    init(_ mask: UInt32) { self.mask = mask }

    func value(_ pixel: UInt32) -> UInt8 {
      guard mask != 0 else { return 0 }
      let shift = UInt32(mask.trailingZeroBitCount)
      let (most, value) = (UInt64(mask >> shift), UInt64((pixel & mask) >> shift))
      return UInt8((value * 255 + most / 2) / most)
    }
  }
}

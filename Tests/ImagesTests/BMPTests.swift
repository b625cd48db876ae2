import Diagnostics
import FileTestSupport
import Images
import Testing

struct BMPTests {
  /// A file of 3×2 pixels.
  struct File: Sendable {
    var bits = 24
    var headerSize = 40
    var isTopDown = false
    var compression = 0
    var masks: [Int] = []
    var palette: [UInt8] = []
    /// The pixels of a row, packed and filled up; the upper row first.
    var rows: [[UInt8]]

    var bytes: [UInt8] {
      let height = isTopDown ? -rows.count : rows.count
      var header = number(headerSize, 4)
      if headerSize == 12 {
        header += number(3, 2) + number(height, 2) + number(1, 2) + number(bits, 2)
      } else {
        header += number(3, 4) + number(height, 4) + number(1, 2) + number(bits, 2) + number(compression, 4)
        header += [UInt8](repeating: 0, count: 20)
        header += masks.flatMap { number($0, 4) }
        header += [UInt8](repeating: 0, count: max(0, headerSize - header.count))
      }
      header += palette
      let pixels = (isTopDown ? rows : rows.reversed()).flatMap { $0 }
      let offset = 14 + header.count
      let start = Array("BM".utf8) + number(offset + pixels.count, 4) + number(0, 4) + number(offset, 4)
      return start + header + pixels
    }

    private func number(_ value: Int, _ size: Int) -> [UInt8] {
      (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
  }

  /// Red, green, blue / white, black, (24, 48, 96): the planes of it.
  private static let planes: [UInt8] = [255, 0, 0, 255, 0, 24, 0, 255, 0, 255, 0, 48, 0, 0, 255, 255, 0, 96]
  private static let rows24: [[UInt8]] = [
    [0, 0, 255, 0, 255, 0, 255, 0, 0, 9, 9, 9], [255, 255, 255, 0, 0, 0, 96, 48, 24, 9, 9, 9],
  ]
  private static let colors: [[UInt8]] = [
    [0, 0, 255], [0, 255, 0], [255, 0, 0], [255, 255, 255], [0, 0, 0], [96, 48, 24],
  ]

  /// The bytes of each pixel of a row of 24 bits.
  private static func pixels(_ row: [UInt8]) -> [[UInt8]] { [0, 3, 6].map { Array(row[$0..<$0 + 3]) } }

  static let files: [File] = [
    File(rows: rows24), File(isTopDown: true, rows: rows24), File(headerSize: 12, rows: rows24),
    File(headerSize: 124, rows: rows24),
    File(bits: 32, rows: rows24.map { pixels($0).flatMap { $0 + [77] } }),
    // Red lowest.
    File(
      bits: 32, compression: 3, masks: [0xFF, 0xFF00, 0xFF0000],
      rows: rows24.map { pixels($0).flatMap { $0.reversed() + [0] } }),
    File(bits: 8, palette: colors.flatMap { $0 + [0] }, rows: [[0, 1, 2, 0], [3, 4, 5, 0]]),
    File(bits: 8, headerSize: 12, palette: colors.flatMap { $0 }, rows: [[0, 1, 2, 0], [3, 4, 5, 0]]),
    File(bits: 4, palette: colors.flatMap { $0 + [0] }, rows: [[0x01, 0x20, 0, 0], [0x34, 0x50, 0, 0]]),
  ]

  @Test(arguments: files) func kinds(file: File) throws {
    let picture = try decoded(file.bytes)
    #expect((picture.height, picture.width) == (2, 3))
    #expect(picture.bytes == Self.planes)
  }

  @Test func oneBitAPixel() throws {
    let file = File(bits: 1, palette: [9, 8, 7, 0, 1, 2, 3, 0], rows: [[0b0100_0000, 0, 0, 0]])
    #expect(try decoded(file.bytes).bytes == [7, 3, 7, 8, 2, 8, 9, 1, 9])
  }

  @Test func fiveBitsASample() throws {
    let pixels: [Int] = [0x7C00, 0x03E0, 0x4210]
    let row = pixels.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] } + ([0, 0] as [UInt8])
    // 16 of 31 is 131.6 of 255.
    #expect(try decoded(File(bits: 16, rows: [row]).bytes).bytes == [255, 0, 132, 0, 255, 132, 0, 0, 132])
  }

  @Test func everyTruncationIsFound() {
    for part in Mutations.truncations(File(rows: Self.rows24).bytes) {
      #expect(diagnostic { try decoded(part) }?.code == (part.count < 2 ? .unknownFormat : .damagedPicture))
    }
  }

  @Test func compressedOnesAndOddOnesAreRefused() throws {
    let compressed = try #require(diagnostic { try decoded(File(bits: 8, compression: 1, rows: Self.rows24).bytes) })
    #expect(compressed.message.contains("is compressed (method 1)"))
    #expect(diagnostic { try decoded(File(bits: 5, rows: Self.rows24).bytes) }?.code == .damagedPicture)
    let beyond = File(bits: 8, palette: [1, 2, 3, 0], rows: [[0, 1, 0, 0]])
    #expect(diagnostic { try decoded(beyond.bytes) }?.message.contains("beyond its palette") == true)
  }
}

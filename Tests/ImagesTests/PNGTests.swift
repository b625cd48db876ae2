import Diagnostics
import FileTestSupport
import Images
import Testing

func decoded(_ bytes: [UInt8], limit: Int = PictureFile.defaultLimit) throws -> Picture {
  try bytes.withUnsafeBytes { try PictureFile.decode($0, name: "picture", limit: limit) }
}

struct PNGTests {
  private static let (height, width) = (9, 13)

  /// What a sample of some bits means as a byte, rounded.
  private static func byte(_ value: Int, _ depth: Int) -> UInt8 {
    let most = (1 << depth) - 1
    return UInt8((value * 255 * 2 + most) / (2 * most))
  }

  private static func sample(_ row: Int, _ column: Int, _ channel: Int, _ depth: Int) -> Int {
    (row * 4001 + column * 1009 + channel * 20_011 + 3) % (1 << depth)
  }

  private static func expected(_ channels: Int, _ value: (Int, Int, Int) -> UInt8) -> Picture {
    var picture = Picture(channels: channels, height: height, width: width)
    for channel in 0..<channels {
      for row in 0..<height {
        for column in 0..<width { picture[channel, row, column] = value(row, column, channel) }
      }
    }
    return picture
  }

  @Test(arguments: [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16)], [false, true])
  func greysAndColours(kind: (Int, Int), isInterlaced: Bool) throws {
    let (type, depth) = kind
    let file = PNGFile(
      width: Self.width, height: Self.height, depth: depth, type: type, isInterlaced: isInterlaced
    ) { Self.sample($0, $1, $2, depth) }
    let picture = Self.expected(type == 0 ? 1 : 3) { Self.byte(Self.sample($0, $1, $2, depth), depth) }
    #expect(try decoded(file.bytes) == picture)
  }

  @Test(arguments: [1, 2, 4, 8], [false, true]) func palettes(depth: Int, isInterlaced: Bool) throws {
    let count = min(1 << depth, 50)
    let palette = (0..<3 * count).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }
    func index(_ row: Int, _ column: Int) -> Int { (row * 5 + column) % count }
    let file = PNGFile(
      width: Self.width, height: Self.height, depth: depth, type: 3, isInterlaced: isInterlaced, palette: palette
    ) { row, column, _ in index(row, column) }
    #expect(try decoded(file.bytes) == Self.expected(3) { palette[3 * index($0, $1) + $2] })
  }

  @Test(arguments: [4, 6], [8, 16]) func whatIsNotOpaqueLiesOnWhite(type: Int, depth: Int) throws {
    let colors = type == 4 ? 1 : 3
    let file = PNGFile(width: Self.width, height: Self.height, depth: depth, type: type) {
      Self.sample($0, $1, $2, depth)
    }
    let picture = Self.expected(colors) { row, column, channel in
      let value = Double(Self.byte(Self.sample(row, column, channel, depth), depth))
      let opacity = Double(Self.byte(Self.sample(row, column, colors, depth), depth)) / 255
      return UInt8((value * opacity + 255 * (1 - opacity)).rounded())
    }
    #expect(try decoded(file.bytes) == picture)
  }

  @Test func aPaletteMayBeTransparent() throws {
    let file = PNGFile(
      width: 3, height: 1, depth: 8, type: 3, palette: [10, 20, 30, 40, 50, 60, 70, 80, 90], transparency: [0, 255]
    ) { _, column, _ in column }
    #expect(try decoded(file.bytes).bytes == [255, 40, 70, 255, 50, 80, 255, 60, 90])
  }

  @Test func oneGreyMayBeTransparent() throws {
    let file = PNGFile(width: 3, height: 1, depth: 8, type: 0, transparency: [0, 7]) { _, column, _ in 6 + column }
    #expect(try decoded(file.bytes).bytes == [6, 255, 8])
  }

  @Test(arguments: [1, 3]) func whatIsWrittenIsRead(channels: Int) throws {
    let picture = Self.expected(channels) { UInt8(truncatingIfNeeded: $0 * 41 + $1 * 7 + $2 * 99) }
    let folder = TemporaryFolder()
    let path = folder.path + "/a.png"
    try picture.write(to: path)
    #expect(try PictureFile.read(path) == picture)
    #expect(diagnostic { try picture.write(to: folder.path + "/none/a.png") }?.code == .cannotWrite)
  }

  @Test func everyTruncationIsFound() throws {
    let file = PNGFile(width: 6, height: 5, type: 2, isInterlaced: true) { Self.sample($0, $1, $2, 8) }
    for part in Mutations.truncations(file.bytes) {
      let problem = try #require(diagnostic { try decoded(part) }, "\(part.count) bytes are taken for all")
      #expect(problem.code == (part.count < 8 ? .unknownFormat : .damagedPicture))
    }
  }

  @Test func aHugeClaimIsRefusedBeforeMemoryIsTaken() throws {
    func header(_ width: [UInt8], _ height: [UInt8]) -> [UInt8] {
      [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        + PNGFile.chunk("IHDR", width + height + [8, 2, 0, 0, 0]) + PNGFile.chunk("IDAT", [0x78, 1])
    }
    let large = try #require(diagnostic { try decoded(header([0, 0, 0x80, 0], [0, 0, 0x80, 0])) })
    #expect(large.code == .damagedPicture && large.message.contains("32,768×32,768 pixels, more than 134,217,728"))
    let empty = try #require(diagnostic { try decoded(header([0, 0, 0x20, 0], [0, 0, 0x20, 0])) })
    #expect(empty.message.contains("too few for the 8192×8192 pixels"))
    let small = PNGFile(width: 6, height: 5, type: 0) { row, _, _ in row }
    #expect(diagnostic { try decoded(small.bytes, limit: 29) }?.code == .damagedPicture)
    #expect(try decoded(small.bytes, limit: 30).width == 6)
  }
}

import Diagnostics
import FileTestSupport
import Images
import Testing

struct JPEGTests {
  /// A picture of 20×12 pixels from a formula, in four ways of JPEG; quality 92.
  static let colors = """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQ
    CgwSExIQEw8QEBD/2wBDAQMDAwQDBAgEBAgQCwkLEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ
    EBAQEBD/wAARCAAMABQDASIAAhEBAxEB/8QAFwAAAwEAAAAAAAAAAAAAAAAAAAYHCP/EAB8QAAIABgMBAAAAAAAAAAAAAAAFAQQHISMk
    EzKhov/EABcBAAMBAAAAAAAAAAAAAAAAAAUGBwj/xAAdEQABAwUBAAAAAAAAAAAAAAAxAAQGAQMHEyIC/9oADAMBAAIRAxEAPwCFKaZ9
    dfwc1NM+uv4WNShWWwDopQLLYAtM8hO+ik7Hs5c8FRSWpnihr/IGlpZCs4oYAIFeyG72VJWoLE5c6vJC/9k=
    """
  static let progressive = """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQ
    CgwSExIQEw8QEBD/2wBDAQMDAwQDBAgEBAgQCwkLEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ
    EBAQEBD/wgARCAAMABQDAREAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAABQb/xAAWAQEBAQAAAAAAAAAAAAAAAAAGBQj/2gAMAwEA
    AhADEAAAAYR/DaJuljLBupmBok5WMsf/xAAZEAEAAwEBAAAAAAAAAAAAAAADAAIFESH/2gAIAQEAAQUCLMhZkrmeEBwgOVA+f//EABkR
    AAMBAQEAAAAAAAAAAAAAAAADBQISIv/aAAgBAwEBPwGfSJ9ITS8E9+ye/Yl++D//xAAbEQADAAIDAAAAAAAAAAAAAAAAAwQFYRIiMf/a
    AAgBAgEBPwGzK7LMrsble3pZQwsoYNoZyP/EABYQAQEBAAAAAAAAAAAAAAAAAAAxMv/aAAgBAQAGPwLLLKIj/8QAFxAAAwEAAAAAAAAA
    AAAAAAAAACAx8f/aAAgBAQABPyGQkMBP9v8A/9oADAMBAAIAAwAAABDgyj//xAAXEQEBAQEAAAAAAAAAAAAAAAAhADER/9oACAEDAQE/
    EMmyYjFY7c5v/8QAFxEBAQEBAAAAAAAAAAAAAAAAACExEf/aAAgBAgEBPxDY2LS6rq7tf//EABcQAQEBAQAAAAAAAAAAAAAAAAAh8RH/
    2gAIAQEAAT8QwGAlELG8t//Z
    """
  static let grey = """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQ
    CgwSExIQEw8QEBD/wAALCAAMABQBAREA/8QAFQABAQAAAAAAAAAAAAAAAAAABgf/xAAfEAABAgcBAQAAAAAAAAAAAAAFACMBBAchJDKh
    E6L/2gAIAQEAAD8AhQmmeuPxMxNM9cfiWS1M2oY/ym4kCMswmgkAMswlcsBGeUGF/9k=
    """
  static let inks = """
    /9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgICAgIDAgICAwMDAwQGBAQEBAQIBgYFBgkICgoJCAkJCgwPDAoLDgsJCQ0RDQ4PEBAREAoM
    EhMSEBMPEBAQ/8AAFAgADAAUBEMRAE0RAFkRAEsRAP/EABcAAQEBAQAAAAAAAAAAAAAAAAAHCAn/xAAqEAABAQINBQEAAAAAAAAAAAAA
    BgShAQIHFhgiI0NUZIGi0QMFFDI1JP/aAA4EQwBNAFkASwAAPwDHkklzoQajtkdpbFcpPe0edUza0klzoKO2R2kUVyk97R4NaJr5PSFH
    bI7SS9yUn649o8HHWSS50Oh0yE9g3wcF9Vze0164NrSSXOgmQnsG+Dgiiub2mvXBrRNfJ6QmQnsG+Dgkvcm9p8uPXB//2Q==
    """

  private static func formula(_ row: Int, _ column: Int) -> [Double] {
    [20 + 10 * Double(column), 30 + 15 * Double(row), 200 - 5 * Double(column) - 4 * Double(row)]
  }

  /// The largest difference between a picture and what a formula says.
  private static func difference(_ picture: Picture, _ wanted: (Int, Int) -> [Double]) -> Double {
    var most = 0.0
    for row in 0..<picture.height {
      for column in 0..<picture.width {
        for (channel, value) in wanted(row, column).enumerated() {
          most = max(most, abs(Double(picture[channel, row, column]) - value))
        }
      }
    }
    return most
  }

  /// Colours at half the resolution are off where they change quickly.
  @Test(arguments: [(colors, 12), (progressive, 3), (inks, 3)] as [(String, Double)]) func colours(
    file: (String, Double)
  ) throws {
    let picture = try decoded(Base64.decode(file.0))
    #expect((picture.channels, picture.height, picture.width) == (3, 12, 20))
    #expect(Self.difference(picture, Self.formula) <= file.1)
  }

  @Test func greys() throws {
    let picture = try decoded(Base64.decode(Self.grey))
    #expect((picture.channels, picture.height, picture.width) == (1, 12, 20))
    let difference = Self.difference(picture) { row, column in
      let color = Self.formula(row, column)
      return [0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2]]
    }
    #expect(difference <= 3)
  }

  /// A segment APP1 with a directory of one other entry and the orientation, behind the file's first two bytes.
  private static func exif(_ orientation: Int, isLittle: Bool, type: Int = 3) -> [UInt8] {
    func number(_ value: Int, _ size: Int) -> [UInt8] {
      let bytes = (0..<size).map { UInt8(value >> (8 * $0) & 0xFF) }
      return isLittle ? bytes : bytes.reversed()
    }
    var tiff: [UInt8] = isLittle ? [0x49, 0x49] : [0x4D, 0x4D]
    tiff += number(42, 2) + number(8, 4) + number(2, 2)
    tiff += number(0x010F, 2) + number(2, 2) + number(4, 4) + number(0, 4)
    tiff += number(0x0112, 2) + number(type, 2) + number(1, 4) + number(orientation, 2) + number(0, 2) + number(0, 4)
    let content = Array("Exif\0\0".utf8) + tiff
    let length = content.count + 2
    return [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 0xFF)] + content
  }

  private static func turned(_ orientation: Int, isLittle: Bool, type: Int = 3) throws -> Picture {
    let file = Base64.decode(colors)
    return try decoded(Array(file[..<2]) + exif(orientation, isLittle: isLittle, type: type) + file[2...])
  }

  @Test(arguments: 1...8, [false, true]) func theCameraSaysHowItWasHeld(orientation: Int, isLittle: Bool) throws {
    let upright = try decoded(Base64.decode(Self.colors))
    #expect(try Self.turned(orientation, isLittle: isLittle) == upright.oriented(orientation))
  }

  @Test func nonsenseOfACameraIsIgnored() throws {
    let upright = try decoded(Base64.decode(Self.colors))
    for (orientation, type) in [(0, 3), (9, 3), (6, 4)] {
      #expect(try Self.turned(orientation, isLittle: true, type: type) == upright)
    }
  }

  /// Only the two bytes at the end may be missing: they say no more than that the image ends.
  @Test(arguments: [colors, progressive, grey, inks]) func everyTruncationIsFound(file: String) throws {
    for part in Mutations.truncations(Base64.decode(file)) {
      let problem = diagnostic { try decoded(part) }
      #expect(problem?.code == (part.count < 3 ? .unknownFormat : .damagedPicture), "\(part.count) bytes")
    }
  }

  @Test func whatGoesOnBehindTheEndIsNoFault() throws {
    let file = Base64.decode(Self.grey)
    #expect(try decoded(file + [1, 2, 3]) == decoded(file))
  }
}

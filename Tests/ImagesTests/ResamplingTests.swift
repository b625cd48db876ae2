import FileTestSupport
import Images
import Testing

struct ResamplingTests {
  private static let picture: Picture = {
    var picture = Picture(channels: 1, height: 7, width: 11)
    for row in 0..<7 {
      for column in 0..<11 { picture[0, row, column] = UInt8((37 * column + 91 * row + 13 * column * row) % 256) }
    }
    return picture
  }()

  /// Numbers that Pillow 13 gives for this picture with `Image.BILINEAR`.
  @Test func smallerInBothWays() {
    #expect(
      Self.picture.resized(height: 3, width: 5).bytes
        == [106, 137, 139, 126, 100, 122, 148, 138, 128, 131, 109, 140, 139, 142, 144])
  }

  @Test func smallerInOneWay() {
    #expect(
      Self.picture.resized(height: 7, width: 4).bytes == [
        42, 135, 120, 72, 148, 133, 148, 107, 169, 147, 130, 157, 104, 154, 128, 107, 125, 121, 131, 152, 131, 162, 134,
        163, 81, 142, 146, 113,
      ])
  }

  @Test func larger() {
    let result = Self.picture.resized(height: 9, width: 17)
    #expect(
      Array(result.bytes[..<34]) == [
        0, 17, 41, 65, 89, 113, 137, 161, 185, 209, 158, 16, 25, 49, 73, 97, 114, 61, 82, 112, 141, 171, 190, 110, 89,
        118, 148, 153, 127, 151, 141, 60, 69, 91,
      ])
    #expect(
      Array(result.bytes[136...]) == [
        34, 88, 132, 41, 55, 130, 204, 188, 97, 171, 171, 79, 139, 153, 62, 106, 160,
      ])
  }

  /// Against a definition in double precision: each new pixel is the mean of the picture under a triangle.
  @Test(arguments: [(31, 17, 10, 5), (40, 3, 9, 8), (5, 64, 5, 63), (2, 2, 1, 1)])
  func everyChannelFollowsTheDefinition(sizes: (Int, Int, Int, Int)) {
    let (height, width, newHeight, newWidth) = sizes
    let bytes = (0..<3 * height * width).map { UInt8(truncatingIfNeeded: $0 * $0 * 31 + $0 / 7) }
    let picture = Picture(channels: 3, height: height, width: width, bytes: bytes)
    let result = picture.resized(height: newHeight, width: newWidth)
    func shares(_ index: Int, _ size: Int, _ count: Int) -> [Double] {
      let factor = Double(size) / Double(count)
      let centre = (Double(index) + 0.5) * factor
      let all = (0..<size).map { max(0, 1 - abs(Double($0) + 0.5 - centre) / max(1, factor)) }
      return all.map { $0 / all.reduce(0, +) }
    }
    for channel in 0..<3 {
      for row in 0..<newHeight {
        for column in 0..<newWidth {
          let (down, across) = (shares(row, height, newHeight), shares(column, width, newWidth))
          var value = 0.0
          for (y, a) in down.enumerated() where a > 0 {
            for (x, b) in across.enumerated() where b > 0 { value += a * b * Double(picture[channel, y, x]) }
          }
          // Half a level for each rounding.
          #expect(abs(Double(result[channel, row, column]) - value) <= 1)
        }
      }
    }
  }
}

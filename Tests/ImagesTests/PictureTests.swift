import Images
import NetIR
import Testing

struct PictureTests {
  /// Rows 1 2 3 / 4 5 6.
  private static let picture = Picture(channels: 1, height: 2, width: 3, bytes: [1, 2, 3, 4, 5, 6])

  @Test(
    arguments: [
      (1, 2, [1, 2, 3, 4, 5, 6]), (2, 2, [3, 2, 1, 6, 5, 4]), (3, 2, [6, 5, 4, 3, 2, 1]), (4, 2, [4, 5, 6, 1, 2, 3]),
      (5, 3, [1, 4, 2, 5, 3, 6]), (6, 3, [4, 1, 5, 2, 6, 3]), (7, 3, [6, 3, 5, 2, 4, 1]), (8, 3, [3, 6, 2, 5, 1, 4]),
    ] as [(Int, Int, [UInt8])]) func orientations(number: Int, height: Int, bytes: [UInt8])
  {
    let turned = Self.picture.oriented(number)
    #expect((turned.height, turned.bytes) == (height, bytes))
  }

  @Test func parts() {
    #expect(Self.picture.cropped(top: 0, left: 1, height: 2, width: 2).bytes == [2, 3, 5, 6])
    var ground = Picture(channels: 1, height: 3, width: 4, filledWith: 0)
    ground.paste(Self.picture, top: 1, left: 1)
    #expect(ground.bytes == [0, 0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6])
  }

  @Test func channels() {
    #expect(Self.picture.withChannels(3).bytes == [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6])
    let colors = Picture(channels: 3, height: 1, width: 4, bytes: [255, 0, 0, 200, 0, 255, 0, 100, 0, 0, 255, 50])
    // 0.299, 0.587 and 0.114 of 255, and the sum for the last.
    #expect(colors.withChannels(1).bytes == [76, 150, 29, 124])
  }

  private static func fitting(_ shape: [Int], _ steps: [PreprocessingStep]) throws -> PictureFitting {
    try #require(PictureFitting(shape, steps))
  }

  @Test func aPictureCoversTheImageWithoutAnyStep() throws {
    // 6×20 becomes 4×13, of which the middle 4 columns stay.
    var picture = Picture(channels: 1, height: 6, width: 20, filledWith: 0)
    for row in 0..<6 { for column in 7..<13 { picture[0, row, column] = 240 } }
    let fitted = try Self.fitting([3, 4, 4], []).fitted(picture)
    #expect((fitted.channels, fitted.height, fitted.width) == (3, 4, 4))
    #expect(
      fitted == picture.resized(height: 4, width: 13).cropped(top: 0, left: 4, height: 4, width: 4).withChannels(3))
  }

  @Test func stepsAreDoneInTheirOrder() throws {
    let bytes = (0..<3 * 30 * 50).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let picture = Picture(channels: 3, height: 30, width: 50, bytes: bytes)
    let first = try Self.fitting([3, 8, 8], [.resize(.shortSide(12)), .centerCrop(Size2D(10)), .reverseChannels])
    let resized = picture.resized(height: 12, width: 20)
    #expect(try first.fitted(picture) == resized.cropped(top: 2, left: 6, height: 8, width: 8))
    let second = try Self.fitting([3, 8, 8], [.centerCrop(Size2D(20, 30)), .resize(.exact(Size2D(8)))])
    let part = picture.cropped(top: 5, left: 10, height: 20, width: 30)
    #expect(try second.fitted(picture) == part.resized(height: 8, width: 8))
  }

  @Test func whatIsTooSmallIsSaid() throws {
    let picture = Picture(channels: 1, height: 30, width: 50)
    let small = try Self.fitting([1, 32, 32], [.resize(.shortSide(20))])
    let misfit = try #require(throws: PictureFitting.Misfit.self) { try small.fitted(picture) }
    #expect(misfit.message == "has 20×33 pixels when the network takes 32×32")
    #expect(misfit.help.contains("`resize: 32`"))
    #expect(throws: PictureFitting.Misfit.self) {
      try Self.fitting([1, 8, 8], [.centerCrop(Size2D(31))]).fitted(picture)
    }
  }

  @Test func onlyImagesAreFitted() {
    #expect(PictureFitting([784], []) == nil)
    #expect(PictureFitting([2, 8, 8], []) == nil)
  }
}

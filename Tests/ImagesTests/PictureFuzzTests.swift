import Diagnostics
import FileTestSupport
import Images
import Testing

struct PictureFuzzTests {
  /// Numbers that look random and are the same everywhere (Marsaglia's xorshift).
  private struct Numbers {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    mutating func next(below count: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(count))
    }
  }

  private static let files: [[UInt8]] = [
    Base64.decode(JPEGTests.colors), Base64.decode(JPEGTests.progressive), Base64.decode(JPEGTests.grey),
    Base64.decode(JPEGTests.inks), BMPTests.files[0].bytes, BMPTests.files[6].bytes,
    PNGFile(width: 7, height: 5, type: 6, isInterlaced: true) { $0 * 50 + $1 * 9 + $2 }.bytes,
    PNGFile(width: 9, height: 3, depth: 4, type: 3, palette: [1, 2, 3, 4, 5, 6]) { row, column, _ in (row + column) % 2
    }
    .bytes,
  ]

  /// Either a picture or one of the three codes; a crash or a hang ends the tests.
  private func check(_ bytes: [UInt8]) {
    guard let problem = diagnostic(of: { try decoded(bytes, limit: 1 << 22) }) else { return }
    #expect([.damagedPicture, .unknownFormat].contains(problem.code))
    #expect(!problem.message.isEmpty && !problem.help.isEmpty)
  }

  @Test(arguments: files.indices) func mutations(file: Int) {
    var numbers = Numbers()
    let original = Self.files[file]
    for _ in 0..<1500 {
      var bytes = original
      for _ in 0...numbers.next(below: 4) {
        let place = numbers.next(below: bytes.count)
        switch numbers.next(below: 5) {
        case 0: bytes[place] ^= 1 << UInt8(numbers.next(below: 8))
        case 1: bytes[place] = UInt8(numbers.next(below: 256))
        case 2: bytes[place] = [0, 0x7F, 0x80, 0xFF][numbers.next(below: 4)]
        case 3: bytes.removeSubrange(place..<min(bytes.count, place + 1 + numbers.next(below: 8)))
        default: bytes.insert(contentsOf: bytes[place...].prefix(1 + numbers.next(below: 16)), at: place)
        }
        if bytes.isEmpty { break }
      }
      check(bytes)
    }
  }

  @Test(arguments: files.indices) func everyByteAtItsLimits(file: Int) {
    for bytes in Mutations.corruptions(Array(Self.files[file].prefix(160))) {
      check(bytes + Self.files[file].dropFirst(160))
    }
  }
}

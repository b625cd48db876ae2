import Exchange
import Testing

@Suite struct DigestTests {
  @Test func hasTheCheckValueOfTheStandard() {
    #expect(Digest(of: Array("123456789".utf8)).value == 0xCBF4_3926)
    #expect(Digest(of: []).hexadecimal == "00000000")
    #expect(Digest(of: Array("123456789".utf8)).hexadecimal == "cbf43926")
  }

  @Test func partsAddUp() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
    var digest = Digest()
    bytes.withUnsafeBytes { whole in
      for start in stride(from: 0, to: 1000, by: 37) {
        digest.update(UnsafeRawBufferPointer(rebasing: whole[start..<min(start + 37, 1000)]))
      }
    }
    #expect(digest == Digest(of: bytes))
  }

  @Test func noticesEveryFlippedBit() {
    let bytes = Array("weights".utf8)
    for bit in 0..<(8 * bytes.count) {
      var copy = bytes
      copy[bit / 8] ^= 1 << (bit % 8)
      #expect(Digest(of: copy) != Digest(of: bytes))
    }
  }
}

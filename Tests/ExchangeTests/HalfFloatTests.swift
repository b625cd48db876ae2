import Exchange
import Testing

@Suite struct HalfFloatTests {
  @Test func everyHalfIsExact() {
    #if arch(x86_64) || arch(arm64)
      for bits in UInt16.min ... .max {
        let expected = Float(Float16(bitPattern: bits))
        let actual = Float(halfBits: bits)
        #expect(
          expected.isNaN
            ? actual.isNaN && actual.sign == expected.sign : actual.bitPattern == expected.bitPattern)
      }
    #endif
  }

  @Test(
    arguments: [
      (0x0000, 0), (0x0001, 0x1p-24), (0x03FF, 0x1.ff8p-15), (0x0400, 0x1p-14), (0x3C00, 1), (0x7BFF, 65504),
      (0x7C00, Float.infinity), (0xFC00, -Float.infinity), (0x8001, -0x1p-24), (0xC100, -2.5),
    ] as [(UInt16, Float)])
  func landmarks(bits: UInt16, value: Float) {
    #expect(Float(halfBits: bits) == value)
  }

  @Test func bfloat16IsTheUpperHalf() {
    #expect(Float(bfloat16Bits: 0x3F80) == 1)
    #expect(Float(bfloat16Bits: 0xC020) == -2.5)
    #expect(Float(bfloat16Bits: 0x0001) == 0x1p-133)
    #expect(Float(bfloat16Bits: 0x7F80) == .infinity)
    #expect(Float(bfloat16Bits: 0x7FC1).isNaN)
  }
}

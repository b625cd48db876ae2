import Exchange
import Testing

@Suite struct SafetensorsTypeTests {
  @Test func sizes() {
    #expect(SafetensorsType.f32.byteCount([2, 3]) == 24)
    #expect(SafetensorsType.c64.byteCount([2]) == 16)
    #expect(SafetensorsType.bool.byteCount([]) == 1)
    #expect(SafetensorsType.f4.byteCount([4]) == 2)
    #expect(SafetensorsType.f4.byteCount([3]) == nil)
    #expect(SafetensorsType.f6e2m3.byteCount([4]) == 3)
    #expect(SafetensorsType.u8.byteCount([-1]) == nil)
  }

  @Test(arguments: SafetensorsType.allCases)
  func everyTypeHasBits(type: SafetensorsType) {
    #expect(type.bits > 0)
    #expect(type.element.map { $0.byteCount * 8 == type.bits } ?? true)
  }
}

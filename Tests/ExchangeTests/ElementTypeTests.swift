import Exchange
import Testing

@Suite struct ElementTypeTests {
  @Test(
    arguments: [
      (.f64, [0, 0, 0, 0, 0, 0, 4, 0xC0], -2.5), (.f32, [0, 0, 0x20, 0xC0], -2.5), (.f16, [0, 0xC1], -2.5),
      (.bf16, [0x20, 0xC0], -2.5), (.i64, [0xFE, 255, 255, 255, 255, 255, 255, 255], -2),
      (.i32, [0xFE, 255, 255, 255], -2), (.i16, [0xFE, 255], -2), (.i8, [0xFE], -2),
      (.u64, [0, 0, 0, 0, 0, 0, 0, 0x80], 0x1p63), (.u32, [0, 0, 0, 0x80], 0x1p31), (.u16, [0, 0x80], 32768),
      (.u8, [0x80], 128), (.bool, [2], 1),
    ] as [(ElementType, [UInt8], Float)])
  func readsBothByteOrders(type: ElementType, bytes: [UInt8], value: Float) {
    #expect(type.byteCount == bytes.count)
    // One byte in front: the elements may lie at any alignment.
    let little = [7] + bytes + bytes
    let big = [7] + bytes.reversed() + bytes.reversed()
    little.withUnsafeBytes {
      #expect(type.floats(UnsafeRawBufferPointer(rebasing: $0.dropFirst())) == [value, value])
    }
    big.withUnsafeBytes {
      #expect(
        type.floats(UnsafeRawBufferPointer(rebasing: $0.dropFirst()), bigEndian: true) == [value, value])
    }
  }

  @Test(arguments: ElementType.allCases)
  func noBytesAreNoElements(type: ElementType) {
    #expect(type.floats(UnsafeRawBufferPointer(start: nil, count: 0)).isEmpty)
  }

  @Test func shapesAreCountedWithoutOverflow() {
    #expect(ShapeSize.elementCount([]) == 1)
    #expect(ShapeSize.elementCount([2, 3]) == 6)
    #expect(ShapeSize.elementCount([2, 0, 3]) == 0)
    #expect(ShapeSize.elementCount([-1]) == nil)
    #expect(ShapeSize.elementCount([1 << 32, 1 << 31]) == nil)
    #expect(ShapeSize.elementCount([1 << 32, 1 << 31, 0]) == nil)
    #expect(ShapeSize.byteCount([1 << 61], elementSize: 4) == nil)
    #expect(ShapeSize.byteCount([1 << 60], elementSize: 4) == 1 << 62)
    #expect(ShapeSize.text([20, 1, 5, 5]) == "20×1×5×5")
    #expect(ShapeSize.text([]) == "scalar")
  }
}

import NetIR
import Testing

struct TensorLayoutTests {
  private static let halo = Padding2D(top: 1, bottom: 2, left: 3, right: 4)

  @Test(
    arguments: [
      (TensorLayout.plain, [2, 3, 5, 7], 210, 840), (.plain, [2, 3], 6, 24), (.plain, [9], 9, 36),
      // ⌈3/16⌉·16 lanes
      (TensorLayout(block: 16), [2, 3, 5, 7], 1_120, 4_480), (TensorLayout(block: 8), [2, 17, 5, 7], 1_680, 6_720),
      (TensorLayout(block: 8), [2, 16, 5, 7], 1_120, 4_480),
      // 8 rows of 14 pixels
      (TensorLayout(halo: halo), [2, 3, 5, 7], 672, 2_688),
      (TensorLayout(block: 16, halo: halo), [2, 3, 5, 7], 3_584, 14_336),
      (TensorLayout(storage: .bfloat16), [2, 3, 5, 7], 210, 420),
      (TensorLayout(block: 4), [1, 3, 1, 1], 4, 16),
    ])
  func sizes(_ layout: TensorLayout, _ shape: [Int], _ elements: Int, _ bytes: Int) {
    #expect(layout.elements(of: shape) == elements)
    #expect(layout.bytes(of: shape) == bytes)
  }

  @Test(arguments: [
    (TensorLayout.plain, "nchw"), (TensorLayout(block: 16), "c16"),
    (TensorLayout(block: 8, halo: halo), "c8 halo 1,2,3,4"), (TensorLayout(storage: .bfloat16), "nchw bfloat16"),
    (TensorLayout(storage: .bfloat16, block: 16, halo: halo), "c16 bfloat16 halo 1,2,3,4"),
  ])
  func words(_ layout: TensorLayout, _ words: String) {
    #expect(layout.description == words)
  }
}

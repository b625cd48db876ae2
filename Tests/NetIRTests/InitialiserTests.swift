import NetIR
import Testing

struct InitialiserTests {
  /// Glorot's n1 and n2, each times the receptive field (numerics: channels/groups·kh·kw go in).
  @Test(arguments: [
    ([30, 784], 784, 30), ([64, 3, 11, 7], 231, 4_928), ([256, 48, 5, 5], 1_200, 6_400), ([8], 1, 8),
  ])
  func fans(_ shape: [Int], _ fanIn: Int, _ fanOut: Int) {
    let fans = Fans(outputsFirst: shape)
    #expect(fans.fanIn == fanIn)
    #expect(fans.fanOut == fanOut)
  }
}

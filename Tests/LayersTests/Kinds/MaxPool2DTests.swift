import Layers
import NetIR
import Testing

struct MaxPool2DTests {
  @Test func lowersToTheMaximum() throws {
    let built = try Built("MaxPool2D: {pool_size: 3, stride: 2, pad: 1, round: ceil}", on: "[null, 2, 9, 9]")
    let attributes = PoolAttributes(
      window: Size2D(3), stride: Size2D(2), padding: Padding2D(top: 1, bottom: 1, left: 1, right: 1), ceil: true,
      mode: .max)
    #expect(built.ops == [.pool2D(attributes)])
  }

  @Test func hasNoMode() {
    #expect(Checked("MaxPool2D: {pool_size: 2, mode: max}", on: "[null, 2, 8, 8]").marks == ["N0103 mode"])
  }
}

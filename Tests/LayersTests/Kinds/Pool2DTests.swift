import Layers
import NetIR
import Testing

struct Pool2DTests {
  @Test(arguments: [
    ("max", PoolMode.max), ("average_exc_pad", .averageExcludingPad), ("average_inc_pad", .averageIncludingPad),
    ("l2", .l2),
  ])
  func modes(_ word: String, _ mode: PoolMode) throws {
    let built = try Built("Pool2D: {pool_size: 2, mode: \(word)}", on: "[null, 2, 8, 8]")
    let attributes = PoolAttributes(
      window: Size2D(2), stride: Size2D(2), padding: .none, ceil: false, mode: mode)
    #expect(built.ops == [.pool2D(attributes)])
    let kind: Window.Kind = mode == .max ? .maxPool : .otherPool
    #expect(built.layer.kind.window(over: built.shape)?.kind == kind)
  }

  @Test func isMaximumUnlessSaid() throws {
    guard case .pool2D(let attributes) = try Built("Pool2D: {pool_size: 2}", on: "[null, 2, 8, 8]").ops.first
    else { return }
    #expect(attributes.mode == .max)
  }

  @Test func anUnknownModeIsRefused() throws {
    let diagnostic = try Checked("Pool2D: {pool_size: 2, mode: average}", on: "[null, 2, 8, 8]").only()
    #expect(diagnostic.code == .outOfRange)
    #expect(diagnostic.message == "`mode` of Pool2D cannot be `average`")
  }
}

import NetIR
import Testing

@testable import Compiler

struct FusePoolingTests {
  private static let passes = [FuseActivation.pass, RemoveDead.pass, SelectKernels.pass, FusePooling.pass]

  private func fused(_ graph: Graph) throws -> Graph {
    try run(Self.passes, graph, target: "x86-64-avx512").graph
  }

  /// A convolution that Winograd's algorithm computes, 64 channels at 28 × 28.
  private func convolution(_ g: GraphBuilder, size: Int = 28) throws -> ValueID {
    try g.conv(try g.input([2, 64, size, size]), "conv", filters: 64)
  }

  private func pool(
    _ x: ValueID, _ g: GraphBuilder, window: Int = 2, stride: Int = 2, ceil: Bool = false, mode: PoolMode = .max,
    pad: Int = 0
  ) throws -> ValueID {
    let padding = Padding2D(top: pad, bottom: pad, left: pad, right: pad)
    let attributes = PoolAttributes(
      window: Size2D(window), stride: Size2D(stride), padding: padding, ceil: ceil, mode: mode)
    return try g.add(.pool2D(attributes), [x], "pool")
  }

  @Test(arguments: [28, 29], [false, true])
  func windowsSideBySide(size: Int, isRectified: Bool) throws {
    let g = GraphBuilder()
    var x = try convolution(g, size: size)
    if isRectified { x = try g.rectify(x) }
    let graph = try fused(g.finished(try pool(x, g)))
    #expect(graph.work == ["conv2d"])
    let node = try graph.first("conv2d")
    #expect(node.shape == [2, 64, 14, 14] && node.kernel?.contains("winograd") == true)
    #expect(node.op.described.hasSuffix(isRectified ? "rectify + max_pool 2×2" : "bias + max_pool 2×2"))
  }

  @Test(arguments: [
    "overlap", "gaps", "mean", "padding", "rounded up", "tanh", "shortcut", "read twice", "output", "direct",
  ])
  func whereItCannotBe(_ why: String) throws {
    let g = GraphBuilder()
    var x = try convolution(g, size: why == "rounded up" ? 27 : 28)
    if why == "direct" { x = try g.conv(x, "strided", filters: 64, stride: 2) }
    if why == "tanh" { x = try g.add(.activation(.tanh), [x]) }
    if why == "shortcut" { x = try g.sum(x, try g.input([2, 64, 28, 28])) }
    let pooled = try pool(
      x, g, window: why == "overlap" ? 3 : 2, stride: why == "gaps" ? 3 : 2, ceil: why == "rounded up",
      mode: why == "mean" ? .averageExcludingPad : .max, pad: why == "padding" ? 1 : 0)
    var outputs = [pooled]
    if why == "read twice" { outputs.append(try g.rectify(x)) }
    if why == "output" { outputs.append(x) }
    var graph = g.finished(pooled)
    graph.outputs = outputs
    let passes = why == "shortcut" ? [FuseResidual.pass] : []
    let found = try run(passes + Self.passes, graph, target: "x86-64-avx512").graph
    #expect(found.work.contains("pool2d"))
  }
}

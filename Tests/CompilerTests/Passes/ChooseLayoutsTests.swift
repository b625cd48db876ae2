import NetIR
import Testing

@testable import Compiler

@Suite struct ChooseLayoutsTests {
  private static let passes = [RemoveDead.pass, SelectKernels.pass, ChooseLayouts.pass]

  /// The graph with layouts; the plan made of it is sound, too.
  private func lay(_ graph: Graph, target: String = "x86-64-avx2") throws -> Graph {
    let result = try run(Self.passes + [PlanMemory.pass], graph, target: target)
    try #require(result.plan).verify(result.options.catalogue)
    return result.graph
  }

  private func halo(_ size: Int) -> Padding2D {
    Padding2D(top: size, bottom: size, left: size, right: size)
  }

  /// Name and layout of every value that is neither constant nor input.
  private func layouts(_ graph: Graph) -> [String: String] {
    let isConstant = graph.constants()
    let values = graph.ids.filter { !isConstant[$0.index] }.map {
      (graph[$0].name, graph[$0].layout.description)
    }
    return Dictionary(values, uniquingKeysWith: { first, _ in first })
  }

  @Test(arguments: [("generic", 4), ("x86-64-avx2", 8), ("x86-64-avx512", 16)])
  func convolutionsKeepTheirBlocks(target: String, block: Int) throws {
    let g = GraphBuilder()
    let x = try g.input([2, 3, 8, 8])
    let first = try g.conv(x, "first", filters: 32, pad: 0)
    let second = try g.conv(try g.pool(try g.rectify(first)), "second", filters: 32)
    let graph = try lay(g.finished(second), target: target)
    // Three channels are read as they are; one conversion, to the caller's order.
    #expect(graph.work == ["conv2d", "activation", "pool2d", "conv2d", "copy"])
    #expect(
      layouts(graph) == [
        "input0": "nchw", "first": "c\(block)", "rectify": "c\(block)", "pool": "c\(block) halo 1,1,1,1",
        "second": "c\(block)", "second as nchw": "nchw",
      ])
  }

  @Test func anImageThatIsPaddedAtOnceIsCopiedOnce() throws {
    let g = GraphBuilder()
    let x = try g.input([2, 3, 12, 12])
    let a = try g.conv(x, "a", filters: 16, size: 5, pad: 2)
    let b = try g.conv(x, "b", filters: 16, size: 3, pad: 1)
    let graph = try lay(g.finished(a, b))
    #expect(graph.nodes.filter { $0.name == "input0 padded" }.map(\.layout.halo) == [halo(2)])
    #expect(graph.work.filter { $0 == "copy" }.count == 3)
  }

  @Test func halosAreAsWideAsTheWidestReaderOnEachSide() throws {
    let g = GraphBuilder()
    let x = try g.conv(try g.input([2, 8, 9, 9]), "x", filters: 8, size: 1, pad: 0)
    func reader(_ padding: Padding2D, _ name: String, size: Size2D, dilation: Int = 1) throws -> ValueID {
      let w = try g.constant("\(name).W", [8, 8, size.height, size.width])
      let attributes = ConvolutionAttributes(
        kernel: size, dilation: Size2D(dilation), padding: padding)
      return try g.add(.conv2D(attributes, Epilogue(bias: false)), [x, w], name)
    }
    let tall = try reader(Padding2D(top: 3, bottom: 1), "tall", size: Size2D(5, 1))
    let wide = try reader(Padding2D(left: 0, right: 4), "wide", size: Size2D(1, 5))
    let dilated = try reader(halo(2), "dilated", size: Size2D(3), dilation: 2)
    let graph = try lay(g.finished(tall, wide, dilated))
    let node = try #require(graph.nodes.first { $0.name == "x" })
    #expect(node.layout == TensorLayout(block: 8, halo: Padding2D(top: 3, bottom: 2, left: 2, right: 4)))
  }

  @Test func rowsThatNoWindowSeesNeedNoHalo() throws {
    // 8 rows, padding 1 at each end, stride 2: windows begin at -1, 1, 3, 5 and end at row 7.
    let g = GraphBuilder()
    let x = try g.conv(try g.input([2, 8, 8, 8]), "x", filters: 8, size: 1, pad: 0)
    let graph = try lay(g.finished(try g.conv(x, "y", filters: 8, stride: 2)))
    let node = try #require(graph.nodes.first { $0.name == "x" })
    #expect(node.layout.halo == Padding2D(top: 1, bottom: 0, left: 1, right: 0))
  }

  @Test func plainReadersShareOneConversion() throws {
    let g = GraphBuilder()
    let x = try g.conv(try g.input([2, 8, 4, 4]), "x", filters: 8)
    let dense = try g.dense(try g.reshape(x, [2, 128]), "dense")
    let soft = try g.add(.softmax(axis: 1), [x], "soft")
    let padded = try g.add(
      .pad(PadAttributes(before: [0, 0, 1, 1], after: [0, 0, 1, 1], value: 1)), [x], "pad")
    let graph = try lay(g.finished(dense, soft, padded))
    #expect(graph.nodes.filter { $0.name == "x as nchw" }.count == 1)
    let readers = graph.nodes.filter { ["dense", "soft", "pad"].contains($0.name) }
    #expect(readers.map(\.layout) == [.plain, .plain, .plain])
  }

  @Test func globalPoolingReadsBlocks() throws {
    let g = GraphBuilder()
    let x = try g.conv(try g.input([2, 3, 4, 4]), "x", filters: 8, pad: 0)
    let graph = try lay(g.finished(try g.dense(try g.add(.globalPool(.mean), [x]), "dense")))
    #expect(graph.work == ["conv2d", "global_pool", "dense"])
  }

  @Test func residualsLieLikeTheResult() throws {
    let g = GraphBuilder()
    let x = try g.input([2, 8, 6, 6])
    let graph = try run(
      [FuseResidual.pass] + Self.passes, g.finished(try g.sum(try g.conv(x, "conv", filters: 8), x)),
      target: "x86-64-avx2"
    ).graph
    let conv = try graph.first("conv2d")
    let residual = try #require(conv.operands.last)
    #expect(graph[residual].layout.block == 8 && conv.layout.block == 8)
    // The same copy of the input serves both: image and residual.
    #expect(conv.operands[0] == residual)
    #expect(graph.work == ["copy", "conv2d", "copy"])
  }

  @Test func residualBlocksNeedNoConversion() throws {
    let g = GraphBuilder()
    var x = try g.conv(try g.input([2, 3, 8, 8]), "stem", filters: 8, pad: 0)
    for block in 0..<2 {
      let a = try g.rectify(try g.conv(x, "a\(block)", filters: 8))
      x = try g.rectify(try g.sum(try g.conv(a, "b\(block)", filters: 8), x))
    }
    let graph = try run(
      [FuseResidual.pass, FuseActivation.pass] + Self.passes,
      g.finished(try g.add(.globalPool(.mean), [x])), target: "x86-64-avx2"
    ).graph
    #expect(graph.work == [String](repeating: "conv2d", count: 5) + ["global_pool"])
  }

  @Test func depthwiseWantsBlocksHoweverFew() throws {
    let g = GraphBuilder()
    let graph = try lay(g.finished(try g.conv(try g.input([2, 3, 6, 6]), "dw", filters: 3, groups: 3)))
    #expect(graph.work == ["copy", "conv2d", "copy"])
    #expect(try graph.first("copy").layout == TensorLayout(block: 8, halo: halo(1)))
  }

  @Test func whatRowsMakeStaysPlain() throws {
    let g = GraphBuilder()
    let rows = try g.conv(try g.input([2, 1, 28, 28]), "rows", filters: 6, pad: 0)
    let graph = try lay(
      g.finished(try g.conv(try g.pool(rows), "conv", filters: 16, pad: 0)), target: "x86-64-avx512")
    #expect(graph.work == ["conv2d", "pool2d", "conv2d", "copy"])
    #expect(graph.nodes.filter { $0.kernel != nil }.map(\.layout.block) == [1, 1, 16, 1])
  }

  @Test func concatTakesWhatItGets() throws {
    let g = GraphBuilder()
    let x = try g.input([2, 3, 6, 6])
    let a = try g.conv(x, "a", filters: 5)
    let b = try g.conv(x, "b", filters: 6)
    let joined = try g.add(.concat(axis: 1), [a, x, b], "joined")
    let graph = try lay(g.finished(try g.conv(joined, "c", filters: 8)))
    #expect(try graph.first("concat").layout == TensorLayout(block: 8, halo: halo(1)))
    #expect(!graph.nodes.contains { $0.name.hasPrefix("joined ") })
  }

  @Test(arguments: [8, 2])
  func concatOfPlainImagesIsAsItsReadersWantIt(channels: Int) throws {
    let g = GraphBuilder()
    let inputs = try (0..<3).map { _ in try g.input([2, channels, 6, 6]) }
    let joined = try g.add(.concat(axis: 1), inputs, "joined")
    let graph = try lay(g.finished(try g.conv(joined, "a", filters: 8), try g.conv(joined, "b", filters: 8)))
    // Six channels fill no block: they are read plain.
    #expect(try graph.first("concat").layout == TensorLayout(block: channels == 8 ? 8 : 1, halo: halo(1)))
    #expect(graph.work == ["concat", "conv2d", "conv2d", "copy", "copy"])
  }

  @Test func elementwiseAgreesOnOneLayout() throws {
    let g = GraphBuilder()
    let x = try g.input([2, 8, 6, 6])
    let product = try g.add(
      .elementwise(ElementwiseAttributes(kind: .mul), .linear), [x, try g.conv(x, "a", filters: 8)])
    let graph = try lay(g.finished(product))
    let node = try graph.first("elementwise")
    #expect(node.layout.block == 8 && node.operands.allSatisfy { graph[$0].layout.block == 8 })
  }

  @Test func mapsOfBiasesStayPlain() throws {
    let g = GraphBuilder()
    let conv = try g.conv(try g.input([2, 8, 6, 6]), "conv", filters: 8, bias: false)
    let map = try g.reshape(try g.constant("b", [8, 6, 6]), [1, 8, 6, 6])
    let graph = try lay(g.finished(try g.sum(conv, map)))
    #expect(try graph.first("elementwise").layout == .plain)
  }
}

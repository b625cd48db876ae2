import NetIR
import NetworkTestSupport
import Testing

@testable import Compiler

/// Passes for steps of training alone.
@Suite struct TrainingFusionTests {
  /// A batch normalisation, a nonlinearity, and the gradients of a sum of all with regard to x, gamma and beta.
  private func normalization(_ shape: [Int], _ activation: Activation) throws -> Graph {
    let g = GraphBuilder()
    let (x, gamma, beta) = (try g.input(shape), try g.input([shape[1]]), try g.input([shape[1]]))
    let weights = try g.input(shape)
    let moments = try g.add(.training(.moments()), [x], "bn")
    let y = try g.add(.training(.normalize(epsilon: 0.01)), [x, gamma, beta, moments], "bn")
    let z = try g.add(.activation(activation), [y], "bend")
    let product = try g.add(.elementwise(ElementwiseAttributes(kind: .mul), .linear), [z, weights], "product")
    let flat = try g.reshape(product, [1, shape.elements])
    let ones = try g.add(.fill(value: 1, shape: [1, shape.elements]), [], "ones")
    let sum = try g.add(.dense(Epilogue(bias: false)), [flat, ones], "sum")
    var graph = g.graph
    let gradients = try Differentiation.gradients(of: sum, for: [x, gamma, beta], in: &graph)
    graph.outputs = [z] + gradients.compactMap { $0 }
    #expect(graph.outputs.count == 4)
    return graph
  }

  private static let passes = [FuseActivation.pass, RemoveDead.pass, FuseNormalization.pass, RemoveDead.pass]

  @Test(arguments: [[4, 3, 2, 5], [6, 4]])
  func aRectifierBehindANormalization(shape: [Int]) throws {
    let result = try run(Self.passes, try normalization(shape, .rectify)).graph
    #expect(try result.first("normalize").op == .training(.normalize(epsilon: 0.01, activation: .rectify)))
    #expect(result.nodes.count { $0.op.name == "normalize_sums" } == 1)
    #expect(
      try result.first("normalize_sums").op == .gradient(.normalizeSums(epsilon: 0.01, isRectified: true)))
    #expect(try result.first("normalize_gradient").op == .gradient(.normalizeData(epsilon: 0.01, isRectified: true)))
    #expect(!result.work.contains("activation_gradient"))
  }

  /// What is not known from a sign stays.
  @Test func otherNonlinearities() throws {
    let result = try run(Self.passes, try normalization([4, 3, 2, 5], .tanh)).graph
    #expect(result.work.contains("activation_gradient"))
    #expect(try result.first("normalize_sums").op == .gradient(.normalizeSums(epsilon: 0.01)))
  }

  /// The rectifier's gradient goes elsewhere, too: it is needed as it is.
  @Test func aGradientThatOthersRead() throws {
    var graph = try normalization([4, 3, 2, 5], .rectify)
    let gradient = try #require(graph.nodes.lastIndex { $0.op.name == "activation_gradient" }.map(ValueID.init))
    graph.outputs.append(gradient)
    let result = try run(Self.passes, graph).graph
    #expect(result.work.contains("activation_gradient"))
    #expect(try result.first("normalize_gradient").op == .gradient(.normalizeData(epsilon: 0.01)))
  }

  @Test func sumsOverLargeBatchesAreSliced() throws {
    // Two blocks of channels: eight slices; ten examples do not divide.
    let shape = [10, 20, 32, 24]
    let g = GraphBuilder()
    let x = try g.input(shape)
    let moments = try g.add(.training(.moments()), [x])
    let sums = try g.add(.gradient(.normalizeSums(epsilon: 0.01)), [x, x, moments])
    let channels = try g.add(.gradient(.channelSum()), [x])
    let result = try run([SliceSums.pass], g.finished(moments, sums, channels)).graph
    #expect(try result.first("moments").op == .training(.moments(slices: 8)))
    #expect(try result.first("join_moments").op == .training(.joinMoments(examples: 10)))
    #expect(try result.first("normalize_sums").op == .gradient(.normalizeSums(epsilon: 0.01, slices: 8)))
    #expect(try result.first("channel_sum").op == .gradient(.channelSum(slices: 8)))
    #expect(result.nodes.count { $0.op == .gradient(.batchSum) } == 2)
  }

  @Test(arguments: [[4, 20, 8, 8], [1, 3, 512, 512], [8, 256, 16, 16]])
  func smallSumsAndThoseOfManyChannelsStayWhole(shape: [Int]) throws {
    let g = GraphBuilder()
    let x = try g.input(shape)
    let result = try run([SliceSums.pass], g.finished(try g.add(.gradient(.channelSum()), [x]))).graph
    #expect(result.work == ["channel_sum"])
  }
}

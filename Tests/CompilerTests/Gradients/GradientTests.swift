import CPUBackend
import NetIR
import NetworkTestSupport
import Testing

@testable import Compiler

@Suite struct GradientTests {
  @Test(arguments: GradientCases.all)
  func agreesWithFiniteDifferences(_ test: GradientCases.Case) throws {
    var graph = Graph(name: "one op")
    let operands = try test.shapes.enumerated().map { place, shape in
      try graph.add(.input(index: place, shape: shape), name: "operand \(place)")
    }
    let value = try graph.add(test.op, operands, name: "y")
    let inputs = test.shapes.enumerated().map { place, shape in
      Noise.doubles(shape.elements, seed: UInt64(place) + 31).map {
        if test.positive.contains(place) { return 1.5 + $0 }
        if shape == [TrainingOp.keyWords], test.fixed.contains(place) { return (($0 + 1) * 30000).rounded() }
        // Wide enough for every branch of a nonlinearity.
        return test.shapes.count == 1 ? 4 * $0 : $0
      }
    }
    let variables = operands.indices.filter { !test.fixed.contains($0) }.map { operands[$0] }
    try FiniteDifferences.check(graph, of: value, for: variables, inputs)
  }

  @Test(arguments: [[4, 3, 2, 3], [6, 3], [5, 2, 3]])
  func batchNormalisationByTheBatch(shape: [Int]) throws {
    let g = GraphBuilder()
    let x = try g.input(shape)
    let (gamma, beta) = (try g.input([shape[1]]), try g.input([shape[1]]))
    let moments = try g.add(.training(.moments()), [x])
    let y = try g.add(.training(.normalize(epsilon: 0.01)), [x, gamma, beta, moments])
    let inputs = [shape, [shape[1]], [shape[1]]].enumerated().map {
      Noise.doubles($1.elements, seed: UInt64($0) + 5)
    }
    try FiniteDifferences.check(g.graph, of: y, for: [x, gamma, beta], inputs)
  }

  @Test func randomizedRectifier() throws {
    let g = GraphBuilder()
    let (x, key) = (try g.input([3, 7]), try g.input([4]))
    let y = try g.add(.training(.randomSlopes(lower: 3, upper: 8, stream: 2)), [x, x, key])
    try FiniteDifferences.check(g.graph, of: y, for: [x], [Noise.doubles(21, seed: 3), [9, 8, 7, 6]])
  }

  static let losses: [(Loss, [Int], [Int])] = [
    (.softmaxCrossEntropy(smoothing: 0), [3, 4], [3]), (.softmaxCrossEntropy(smoothing: 0.1), [3, 4], [3]),
    (.softmaxCrossEntropy(smoothing: 0.1), [3, 4], [3, 4]),
    (.softmaxCrossEntropy(smoothing: 0), [2, 3, 2, 2], [2, 2, 2]),
    (.crossEntropy(smoothing: 0), [3, 4], [3]), (.crossEntropy(smoothing: 0.2), [2, 3, 2], [2, 3, 2]),
    (.sigmoidCrossEntropy, [3, 4], [3, 4]), (.binaryCrossEntropy, [3, 4], [3, 4]), (.squaredError, [3, 4], [3, 4]),
    (.squaredError, [3], [3]), (.absoluteError, [3, 2, 2], [3, 2, 2]), (.huber(delta: 0.4), [3, 4], [3, 4]),
    (.binaryHinge(delta: 1), [3, 4], [3, 4]), (.multiclassHinge(delta: 0.5), [5, 4], [5]),
  ]

  @Test(arguments: losses)
  func lossesOfAllKinds(_ loss: Loss, _ prediction: [Int], _ target: [Int]) throws {
    let g = GraphBuilder()
    let (x, t) = (try g.input(prediction), try g.input(target))
    let y = try g.add(.training(.loss(loss)), [x, t])
    let isProbability =
      switch loss {
      case .crossEntropy, .binaryCrossEntropy: true
      default: false
      }
    let values = Noise.doubles(prediction.elements, seed: 9).map { isProbability ? 0.5 + 0.45 * $0 : 2 * $0 }
    let targets = Noise.doubles(target.elements, seed: 8).map { noise in
      if loss.isOverClasses, target != prediction { return Double(Int((noise + 1) / 2 * Double(prediction[1]))) }
      return loss == .binaryHinge(delta: 1) ? (noise > 0 ? 1 : 0) : (noise + 1) / 2
    }
    try FiniteDifferences.check(g.graph, of: y, for: [x], [values, targets])
  }

  /// A value that several nodes read, and one that reads another twice.
  @Test func gradientsOfAValueAddUp() throws {
    let g = GraphBuilder()
    let x = try g.input([2, 3])
    let a = try g.add(.activation(.tanh), [x])
    let product = try g.add(.elementwise(ElementwiseAttributes(kind: .mul), .linear), [a, a])
    let y = try g.add(.elementwise(ElementwiseAttributes(kind: .sum), .linear), [product, x, a])
    try FiniteDifferences.check(g.graph, of: y, for: [x], [Noise.doubles(6, seed: 4)])
  }

  /// What nothing trainable comes before is not differentiated.
  @Test func theFirstLayerHasNoDataGradient() throws {
    let g = GraphBuilder()
    let (x, w, v) = (try g.input([1, 3]), try g.input([4, 3]), try g.input([1, 4]))
    let hidden = try g.add(.dense(Epilogue(bias: false)), [x, w], "hidden")
    let out = try g.add(.dense(Epilogue(bias: false)), [hidden, v], "out")
    var (some, all) = (g.graph, g.graph)
    #expect(try Differentiation.gradients(of: out, for: [w, v], in: &some).allSatisfy { $0 != nil })
    #expect(try Differentiation.gradients(of: out, for: [x, w, v], in: &all).allSatisfy { $0 != nil })
    // Two forward; of the weights of both, and of what lies between them; of x.
    #expect(some.nodes.count { $0.op.name == "dense" } == 2 + 3)
    #expect(all.nodes.count { $0.op.name == "dense" } == 2 + 4)
  }

  @Test func aTieCountsForTheFirst() throws {
    let g = GraphBuilder()
    let x = try g.input([1, 1, 2, 2])
    let y = try g.reshape(g.pool(x), [1, 1])
    var graph = g.graph
    let gradient = try #require(try Differentiation.gradients(of: y, for: [x], in: &graph)[0])
    graph.outputs = [gradient]
    #expect(try ReferenceInterpreter(graph, parameter: parameter).run([[1, 3, 3, 3]]) == [[0, 1, 0, 0]])
  }

  @Test func whatTheScalarDoesNotDependOn() throws {
    let g = GraphBuilder()
    let (x, other) = (try g.input([1, 1]), try g.input([2, 2]))
    let y = try g.add(.activation(.tanh), [x])
    var graph = g.graph
    let found = try Differentiation.gradients(of: y, for: [other, x], in: &graph)
    #expect(found[0] == nil && found[1] != nil)
    #expect(throws: GraphProblem.self) { try Differentiation.gradients(of: other, for: [x], in: &graph) }
  }

  /// Ops that are for inference, or that hide a value: the message names the layer and the op.
  @Test(arguments: [
    (GraphOp.dropout(probability: 0.25), [[1, 1]], "dropout 0.25"), (.gaussianNoise(sigma: 1), [[1, 1]], "gaussian"),
    (.normScale(epsilon: 0.01), [[1], [1]], "norm_scale"), (.scaleBias, [[1], [1], [1]], "scale_bias"),
    (.dense(Epilogue(bias: false, activation: .tanh)), [[1, 1], [1, 1]], "dense + tanh"),
    (.gradient(.channelSum()), [[1, 1]], "channel sum"),
  ])
  func whatHasNoGradient(_ op: GraphOp, _ shapes: [[Int]], _ name: String) throws {
    let g = GraphBuilder()
    let operands = try shapes.map { try g.input($0) }
    let y = try g.add(op, operands, "conv7")
    var graph = g.graph
    let problem = #expect(throws: GradientProblem.self) {
      try Differentiation.gradients(of: y, for: operands, in: &graph)
    }
    #expect(problem?.message.hasPrefix(name) == true && problem?.message.contains("of `conv7`") == true)
    #expect(graph == g.graph)
  }
}

import NetIR
import Testing

@testable import Compiler

@Suite struct ConstantEvaluatorTests {
  private let numbers: [String: [Float]] = [
    "gamma": [2, -3], "var": [3.75, 8.75], "beta": [1, 0.5], "mean": [4, -2],
    "W": [1, 2, 3, 4, 5, 6], "b": [10, 20],
  ]

  private func evaluator(_ graph: Graph) -> ConstantEvaluator {
    ConstantEvaluator(graph) { name, shape in
      let values = try #require(numbers[name])
      #expect(values.count == shape.elements)
      return values
    }
  }

  /// s = γ/√(σ² + ¼) = 2/2, −3/3; t = β − μ·s = 1 − 4, 0.5 − 2.
  @Test func byHand() throws {
    let g = GraphBuilder()
    let vectors = try ["gamma", "var", "beta", "mean", "b"].map { try g.constant($0, [2]) }
    let scale = try g.add(.normScale(epsilon: 0.25), [vectors[0], vectors[1]])
    let shift = try g.add(.normShift, [vectors[2], vectors[3], scale])
    let weights = try g.constant("W", [2, 3, 1, 1])
    let rows = try g.add(.scaleRows, [weights, scale])
    let bias = try g.add(.scaleBias, [vectors[4], scale, shift])
    let flat = try g.reshape(rows, [6])
    let fill = try g.add(.fill(value: 0.5, shape: [3]), [])
    let evaluator = evaluator(g.graph)
    #expect(try evaluator.value(of: scale) == [1, -1])
    #expect(try evaluator.value(of: shift) == [-3, -1.5])
    #expect(try evaluator.value(of: rows) == [1, 2, 3, -4, -5, -6])
    #expect(try evaluator.value(of: bias) == [7, -21.5])
    #expect(try evaluator.value(of: flat) == [1, 2, 3, -4, -5, -6])
    #expect(try evaluator.value(of: fill) == [0.5, 0.5, 0.5])
    #expect(try evaluator.value(of: weights) == [1, 2, 3, 4, 5, 6])
  }

  @Test func roundsOnce() throws {
    // (b·s + t) in float would lose the ones behind 2²⁴; in double precision it does not.
    let g = GraphBuilder()
    let (b, s, t) = (try g.constant("b", [1]), try g.constant("s", [1]), try g.constant("t", [1]))
    let bias = try g.add(.scaleBias, [b, s, t])
    let table: [String: Float] = ["b": 4097, "s": 4097, "t": -16_785_408]
    let evaluator = ConstantEvaluator(g.graph) { name, _ in [try #require(table[name])] }
    #expect(try evaluator.value(of: bias) == [1])
  }

  @Test func parametersKeepTheirBits() throws {
    let g = GraphBuilder()
    let c = try g.constant("c", [2])
    let evaluator = ConstantEvaluator(g.graph) { _, _ in [Float(bitPattern: 0x7FC1_2345), -0.0] }
    #expect(try evaluator.value(of: c).map(\.bitPattern) == [0x7FC1_2345, 0x8000_0000])
  }

  @Test func refusesWhatIsNoConstant() throws {
    let g = GraphBuilder()
    let x = try g.rectify(try g.input())
    #expect(throws: CompileError.self) { try evaluator(g.graph).value(of: x) }
  }
}

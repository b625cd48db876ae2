import CPUBackend
import NetIR
import NetworkTestSupport
import Testing

@testable import Compiler

/// Gradients against central differences of what the interpreter computes, in double precision.
struct FiniteDifferences {
  /// Its first output is the scalar.
  let graph: Graph
  let inputs: [[Double]]

  /// Small, so that hardly any nonlinearity is carried over a kink; rounding adds about 1e-10.
  private static let step = 1e-6

  /// Holds the derivatives of Σ w·y, y the value and w noise, with regard to the inputs in `variables` against
  /// differences.
  static func check(_ graph: Graph, of value: ValueID, for variables: [ValueID], _ inputs: [[Double]]) throws {
    var graph = graph
    let count = graph[value].shape.elements
    let row = try graph.add(.reshape(shape: [1, count]), [value], name: "row")
    let weights = try graph.add(.input(index: inputs.count, shape: [1, count]), name: "weights")
    let scalar = try graph.add(.dense(Epilogue(bias: false)), [row, weights], name: "scalar")
    let gradients = try Differentiation.gradients(of: scalar, for: variables, in: &graph)
    let found = try gradients.map { try #require($0, "a derivative is missing") }
    graph.outputs = [scalar] + found
    try graph.verify()
    let checked = FiniteDifferences(graph: graph, inputs: inputs + [Noise.doubles(count, seed: 77)])
    let values = try checked.run(checked.inputs)
    for (place, variable) in variables.enumerated() {
      guard case .input(let index, _) = graph[variable].op else { throw GraphProblem("no input") }
      try checked.compare(values[place + 1], input: index, of: graph[variable].name)
    }
  }

  func run(_ inputs: [[Double]]) throws -> [[Double]] {
    try ReferenceInterpreter(graph, parameter: parameter).run(inputs)
  }

  /// Holds a gradient against differences of the first output, for up to `limit` elements of an input.
  func compare(_ gradient: [Double], input: Int, of name: String, limit: Int = .max) throws {
    #expect(gradient.count == inputs[input].count)
    var short = self.graph
    short.outputs = [graph.outputs[0]]
    let scalar = ReferenceInterpreter(RemoveDead.removed(from: short), parameter: parameter)
    let stride = gradient.count > limit ? (gradient.count + limit - 1) / limit : 1
    for element in Swift.stride(from: 0, to: gradient.count, by: stride) {
      var moved = inputs
      moved[input][element] += Self.step
      let up = try scalar.run(moved)[0][0]
      moved[input][element] = inputs[input][element] - Self.step
      let down = try scalar.run(moved)[0][0]
      let wanted = (up - down) / (2 * Self.step)
      let isClose = abs(gradient[element] - wanted) <= 2e-7 * (1 + abs(wanted))
      #expect(isClose, "\(name)[\(element)]: \(gradient[element]), differences say \(wanted)")
    }
  }
}

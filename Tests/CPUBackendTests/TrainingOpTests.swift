import CPUBackend
import Compiler
import NetIR
import NetworkTestSupport
import Testing

/// The kernels of training's ops in plans, against the interpreter: with operands as the caller has them, and in the
/// blocks that convolutions make.
@Suite struct TrainingOpTests {
  @Test(arguments: TrainingOpCases.all, Agreement.targets)
  func agreesWithItsDefinition(_ test: TrainingOpCases.Case, target: String) throws {
    let target = try #require(TargetDescription.named(target))
    for isBlocked in [false, true] {
      guard let graph = try test.graph(blocked: isBlocked) else { continue }
      try Agreement(graph, inputs: test.inputs).check(on: target, batch: TrainingOpCases.batch)
    }
  }

  /// A step may write over an operand that nobody needs any more, but never over its own vectors.
  @Test func vectorsAreNotOverwritten() throws {
    var graph = Graph(name: "vectors")
    let x = try graph.add(.input(index: 0, shape: [2, 9]), name: "x")
    let y = try graph.add(.activation(.tanh), [x], name: "y")
    let moments = try graph.add(.training(.moments()), [y], name: "moments")
    let one = try graph.add(.fill(value: 1, shape: [9]), name: "one")
    let zero = try graph.add(.fill(value: 0, shape: [9]), name: "zero")
    let z = try graph.add(.training(.normalize(epsilon: 0.1)), [y, one, zero, moments], name: "z")
    graph.outputs = [try graph.add(.activation(.sigmoid), [z], name: "out")]
    let target = try #require(TargetDescription.named("x86-64-avx2"))
    let compiled = try Agreement(graph).check(on: target, batch: 2)
    let step = try #require(compiled.plan.steps.first { $0.op.name == "normalize" })
    guard case .tensor(let vector) = step.operands[3] else { throw GraphProblem("no moments") }
    #expect(compiled.plan.tensors[vector].place != compiled.plan.tensors[step.result].place)
  }
}

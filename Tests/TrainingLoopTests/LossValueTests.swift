import CPUBackend
import Compiler
import NetIR
import Runtime
import Testing

@testable import TrainingLoop

struct LossValueTests {
  /// Every loss over 3 examples of 4×2 (classes × places): what the loop says is what the step's graph says.
  @Test(
    arguments: [
      (.softmaxCrossEntropy(smoothing: 0.1), true), (.softmaxCrossEntropy(smoothing: 0), false),
      (.crossEntropy(smoothing: 0.2), true), (.crossEntropy(smoothing: 0), false), (.sigmoidCrossEntropy, false),
      (.binaryCrossEntropy, false), (.squaredError, false), (.absoluteError, false), (.huber(delta: 0.3), false),
      (.binaryHinge(delta: 0.7), false), (.multiclassHinge(delta: 0.6), true),
    ] as [(Loss, Bool)])
  func agreesWithTheGraph(_ loss: Loss, _ hasClasses: Bool) throws {
    var stream = RandomStream(seed: 5, name: loss.name)
    let isProbability =
      switch loss {
      case .crossEntropy, .binaryCrossEntropy: true
      default: false
      }
    let x = (0..<24).map { _ in Float(isProbability ? stream.uniform() : stream.normal()) }
    let t = (0..<(hasClasses ? 6 : 24)).map { _ in Float(hasClasses ? stream.next(below: 4) : stream.next(below: 2)) }
    var graph = Graph(name: "loss")
    let prediction = try graph.add(.input(index: 0, shape: [3, 4, 2]), name: "x")
    let target = try graph.add(.input(index: 1, shape: hasClasses ? [3, 2] : [3, 4, 2]), name: "t")
    graph.outputs = [try graph.add(.training(.loss(loss)), [prediction, target], name: "loss")]
    let wanted = try ReferenceInterpreter(graph) { _, _ in [] }.run([x.map(Double.init), t.map(Double.init)])[0]
    for example in 0..<3 {
      let size = t.count / 3
      let value = loss.value(
        prediction: x[example * 8..<(example + 1) * 8], target: t[example * size..<(example + 1) * size], classes: 4)
      #expect(abs(value - wanted[example]) < 1e-6 * max(1, abs(wanted[example])), "example \(example)")
    }
  }

  @Test func rightClasses() {
    func count(_ x: [Float], _ t: [Float], _ objective: Objective, _ classes: Int) -> [Int] {
      let counted = Correctness.count(prediction: x[...], target: t[...], objective: objective, classes: classes)
      return [counted.right, counted.places]
    }
    let entropy = Objective(.crossEntropy(smoothing: 0))
    #expect(count([0.1, 0.7, 0.2], [1], entropy, 3) == [1, 1])
    #expect(count([0.1, 0.7, 0.2], [2], entropy, 3) == [0, 1])
    // The first of equal ones; a row of probabilities as a target.
    #expect(count([0.5, 0.5], [0], entropy, 2) == [1, 1])
    #expect(count([0.1, 0.9], [0, 1], Objective(.crossEntropy(smoothing: 0), hasClassTargets: false), 2) == [1, 1])
    // Two places, the classes ahead of them.
    #expect(count([1, 0, 0, 1], [0, 0], entropy, 2) == [1, 2])
    #expect(count([0.6], [1], Objective(.binaryCrossEntropy), 2) == [1, 1])
    #expect(count([-0.2], [0], Objective(.binaryHinge(delta: 1)), 2) == [1, 1])
    #expect(count([0.2], [0], Objective(.binaryHinge(delta: 1)), 2) == [0, 1])
  }
}

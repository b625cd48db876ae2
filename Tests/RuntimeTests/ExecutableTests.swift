import NetIR
import Synchronization
import Testing

@testable import Runtime

@Suite struct ExecutableTests {
  /// Gives per example the sum of each input, and the first input doubled; remembers what it was given.
  private final class Fake: Executable {
    let plan: Plan
    let batches = Mutex<[[[Float]]]>([])

    init(batch: Int, inputs: [Int]) {
      let target = TargetDescription(name: "fake", instructionSets: [.generic], cores: 1, cache: [0, 0, 0])
      var plan = Plan(name: "fake", batch: batch, precision: "fp32", numerics: "strict", target: target)
      for (index, size) in inputs.enumerated() {
        plan.tensors.append(
          Plan.Tensor(name: "in\(index)", shape: [batch, size], layout: .plain, place: .input(index)))
      }
      for (index, size) in [inputs.count, inputs[0]].enumerated() {
        plan.tensors.append(
          Plan.Tensor(name: "out\(index)", shape: [batch, size], layout: .plain, place: .output(index)))
      }
      self.plan = plan
    }

    func run(inputs: [UnsafeBufferPointer<Float>], outputs: [UnsafeMutableBufferPointer<Float>]) {
      batches.withLock { $0.append(inputs.map(Array.init)) }
      for example in 0..<plan.batch {
        for (index, input) in inputs.enumerated() {
          let size = input.count / plan.batch
          outputs[0][example * inputs.count + index] =
            input[example * size..<(example + 1) * size].reduce(0, +)
        }
        let size = inputs[0].count / plan.batch
        for place in example * size..<(example + 1) * size { outputs[1][place] = 2 * inputs[0][place] }
      }
    }
  }

  private func ramp(_ count: Int, from start: Float) -> [Float] { (0..<count).map { start + Float($0) } }

  @Test(arguments: [1, 2, 3, 4, 7, 16], [1, 2, 5, 7, 8])
  func cutsAndPads(batch: Int, examples: Int) {
    let fake = Fake(batch: batch, inputs: [3, 2])
    let (a, b) = (ramp(3 * examples, from: 1), ramp(2 * examples, from: 100))
    var done: [Int] = []
    let results = fake.run(examples: examples, inputs: [a, b]) { done.append($0) }
    var sums: [Float] = []
    for e in 0..<examples {
      sums.append(a[3 * e] + a[3 * e + 1] + a[3 * e + 2])
      sums.append(b[2 * e] + b[2 * e + 1])
    }
    #expect(results == [sums, a.map { 2 * $0 }])
    let runs = (examples + batch - 1) / batch
    #expect(done == (1...runs).map { min($0 * batch, examples) })
    fake.batches.withLock { batches in
      #expect(batches.count == runs)
      #expect(batches.allSatisfy { $0[0].count == 3 * batch && $0[1].count == 2 * batch })
      // What is left of the last batch is zero, not what was there before.
      let rest = runs * batch - examples
      #expect(batches[runs - 1][0].suffix(3 * rest).allSatisfy { $0 == 0 })
      #expect(batches[runs - 1][1].suffix(2 * rest).allSatisfy { $0 == 0 })
    }
  }

  @Test func nothingToDo() {
    let fake = Fake(batch: 4, inputs: [3])
    #expect(fake.run(examples: 0, inputs: [[]]) == [[], []])
    #expect(fake.batches.withLock { $0.isEmpty })
  }
}

import NetIR
import Testing

struct PlanChoiceTests {
  @Test func theRunnerUpIsTheBestThatWasPossible() {
    typealias Candidate = Plan.Choice.Candidate
    let choice = Plan.Choice(candidates: [
      Candidate(kernel: "a", estimate: 5, measured: 7), Candidate(kernel: "b", exclusion: "no"),
      Candidate(kernel: "c", estimate: 9),
    ])
    #expect(choice.taken?.kernel == "a" && choice.taken?.nanoseconds == 7)
    #expect(choice.runnerUp?.kernel == "c" && choice.runnerUp?.nanoseconds == 9)
    #expect(Plan.Choice(candidates: []).taken == nil)
    #expect(Plan.Choice(candidates: [Candidate(kernel: "a", estimate: 1)]).runnerUp == nil)
  }

  @Test func equalWorkHasOneSignature() throws {
    let plan = SmallPlan.make()
    let signatures = plan.steps.map { plan.instance(of: $0).signature }
    #expect(signatures[1] == "conv2d 3×3 pad 1 + bias (1×3×4×4, 8×3×3×3, 8) → 1×8×4×4")
    #expect(Set(signatures).count == signatures.count)
    var other = plan
    other.steps[1].name = "another name"
    other.tensors[1].name = "another name"
    #expect(other.instance(of: other.steps[1]).signature == signatures[1])
    #expect(plan.instance(of: plan.steps[1]).work == plan.work(of: plan.steps[1]))
  }

  @Test func graphAndPlanSeeTheSameWork() throws {
    var graph = Graph(name: "g")
    let x = try graph.add(.input(index: 0, shape: [2, 8]), name: "x")
    let w = try graph.add(.constant(name: "w", shape: [4, 8]), name: "w")
    let y = try graph.add(.dense(Epilogue(bias: false, activation: .rectify)), [x, w], name: "y")
    #expect(graph.instance(of: y).signature == "dense + rectify (2×8, 4×8) → 2×4")
    #expect(graph.instance(of: y).work == Work(macs: 64, flops: 136))
  }
}

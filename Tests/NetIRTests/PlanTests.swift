import NetIR
import Testing

struct PlanTests {
  @Test func callersTensorsGoByNumber() {
    var plan = SmallPlan.make()
    #expect(plan.inputs.map(\.name) == ["image"])
    #expect(plan.outputs.map(\.name) == ["output"])
    plan.tensors.insert(
      Plan.Tensor(name: "second", shape: [1, 2], layout: .plain, place: .input(1)), at: 0)
    #expect(plan.inputs.map(\.name) == ["image", "second"])
  }

  @Test func bytes() {
    // 8 lanes of 6×6 pixels; 10 floats.
    #expect(SmallPlan.make().tensors[1].bytes == 1_152)
    #expect(SmallPlan.make().tensors[8].bytes == 40)
  }

  @Test func workOfSteps() {
    let plan = SmallPlan.make()
    // 8·4·4 sums over 3·3·3 products, and a bias for each.
    #expect(plan.work(of: plan.steps[1]) == Work(macs: 3_456, flops: 7_040))
    #expect(plan.work(of: plan.steps[5]) == Work(macs: 1_280, flops: 2_560))
    #expect(plan.work(of: plan.steps[0]) == Work())
  }
}

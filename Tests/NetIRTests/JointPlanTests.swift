import NetIR
import Testing

struct JointPlanTests {
  typealias Damage = VerifyPlanTests.Damage

  @Test func theGoodPlanPasses() throws {
    try SmallPlan.joint().verify(SmallPlan.catalogue)
  }

  @Test func partsAreWholeBlocks() {
    let plan = SmallPlan.joint()
    #expect(plan.part(2) == Plan.Part(root: 4, channels: 0..<8))
    #expect(plan.part(3) == Plan.Part(root: 4, channels: 8..<16))
    #expect(plan.part(4) == Plan.Part(root: 4, channels: 0..<16))
    #expect(!plan.part(2).overlaps(plan.part(3)) && plan.part(2).overlaps(plan.part(4)))
    #expect(!plan.part(2).overlaps(plan.part(1)))
    #expect(SmallPlan.make().part(6) == Plan.Part(root: 5, channels: 0..<8))
  }

  @Test func printedWithTheFirstChannel() {
    let text = SmallPlan.joint().printed()
    #expect(text.contains(" 8×4×4 @0 ") && text.contains(" 5×4×4 @8 "))
    #expect(text.contains("; 1 concat in place\n") && text.contains("@: from that channel on"))
  }

  static let damages = [
    Damage("between blocks", "no view") { $0.tensors[3].firstChannel = 4 },
    Damage("before the first channel", "no view") { $0.tensors[2].firstChannel = -8 },
    Damage("beyond the last channel", "no view") { $0.tensors[3].firstChannel = 16 },
    Damage("far beyond", "no view") { $0.tensors[3].firstChannel = .max },
    Damage("a part of a block", "no view") { $0.tensors[3].firstChannel = 0 },
    Damage("a view of an image with holes", "no view") { $0.tensors[3].shape[2] = 2 },
    Damage("other blocks", "no view") { $0.tensors[2].layout.block = 4 },
    Damage("no halo where there is one", "no view") { $0.tensors[4].layout.halo = SmallPlan.halo },
    Damage("elsewhere", "no view") { $0.tensors[3].place = .arena(offset: 1_024) },
    Damage("channels of nothing", "no view") { $0.tensors[2].viewOf = nil },
    Damage("channels of channels", "no view") {
      $0.tensors[4].viewOf = 5
      $0.tensors[4].place = .arena(offset: 1_536)
    },
    Damage("read before all of it was written", "which is gone") {
      $0.steps.remove(at: 2)
      $0.constants.remove(at: 1)
      ($0.steps[2].operands[1], $0.constants[1].packing) = (.constant(1), .step(2))
    },
    Damage("a part written twice", "which is gone") {
      ($0.tensors[3].firstChannel, $0.tensors[3].shape[1], $0.constants[1].shape[0]) = (0, 8, 8)
    },
    Damage("a convolution over its own operand", "overwrites its own operand") {
      $0.steps[2].operands[0] = .tensor(2)
      ($0.tensors[3].firstChannel, $0.tensors[3].shape[1], $0.constants[1].shape[0]) = (0, 8, 8)
    },
    Damage("the whole over a part", "overwrites its own operand") {
      $0.steps[3].operands[0] = .tensor(2)
      $0.steps[3].result = 4
      $0.constants[2].shape = [13, 8, 1, 1]
    },
    Damage("something else in the half that is written first", "which is gone") {
      // The copy's last reader was the second convolution; whatever is written next must leave the joint alone.
      $0.tensors[1].place = .arena(offset: 512)
      $0.steps[1].operands[0] = .tensor(7)
      $0.tensors.append(
        Plan.Tensor(name: "more", shape: [1, 8, 4, 4], layout: .plain, place: .input(1)))
    },
    Damage("softmax over the channels of some", "works on plain tensors") {
      for index in 2...4 { $0.tensors[index].layout.block = 1 }
      $0.steps[2].op = .softmax(axis: 1)
      $0.steps[2].kernel = "softmax"
      $0.steps[2].operands = [.tensor(2)]
      ($0.tensors[3].shape[1], $0.tensors[4].shape[1]) = (8, 16)
      $0.constants.remove(at: 1)
      ($0.constants[1].packing, $0.constants[1].shape) = (.step(3), [8, 16, 1, 1])
      $0.steps[1].op = .copy
      $0.steps[1].kernel = "copy"
      $0.steps[1].operands = [.tensor(1)]
      $0.constants.remove(at: 0)
      $0.steps[3].operands[1] = .constant(0)
    },
  ]

  @Test(arguments: damages)
  func damageIsFound(_ damage: Damage) {
    var plan = SmallPlan.joint()
    damage.apply(&plan)
    let problem = #expect(throws: GraphProblem.self) { try plan.verify(SmallPlan.catalogue) }
    #expect(problem?.message.contains(damage.words) == true, "\(problem?.message ?? "")")
  }

  @Test func channelsOfAnInputCanBeRead() throws {
    var plan = SmallPlan.joint()
    plan.tensors[0].shape[1] = 24
    plan.tensors.append(
      Plan.Tensor(
        name: "some", shape: [1, 8, 4, 4], layout: .plain, place: .input(0), viewOf: 0, firstChannel: 11))
    plan.steps[0].operands = [.tensor(7)]
    try plan.verify(SmallPlan.catalogue)
    #expect(plan.inputs.map(\.name) == ["image"])
  }
}

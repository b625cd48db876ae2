import NetIR
import Testing

struct TargetDescriptionTests {
  @Test func namedTargetsAreFoundByName() {
    for target in TargetDescription.named {
      #expect(TargetDescription.named(target.name) == target)
      #expect(target.instructionSets.contains(.generic))
      #expect(target.cores > 0 && target.cache.count == 3)
    }
    #expect(TargetDescription.named("z80") == nil)
  }

  @Test func instructionSetsGoFromGeneralToSpecial() {
    #expect(InstructionSet.allCases.sorted() == InstructionSet.allCases)
    #expect(InstructionSet.generic < .avx2)
    #expect(InstructionSet.avx2 < .avx512)
  }
}

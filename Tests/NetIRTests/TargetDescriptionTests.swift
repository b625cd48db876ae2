import FoundationEssentials
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

  @Test func whatIsWrittenIsRead() throws {
    let target = TargetDescription(
      name: "x", instructionSets: [.generic, .avx2], cores: 3, cache: [1, 2, 3],
      speed: CoreSpeed(clock: 1, multiplyAdds: 1, loads: 1, latency: 5, bandwidth: [3, 2, 1], barrier: 9))
    #expect(try JSONDecoder().decode(TargetDescription.self, from: try JSONEncoder().encode(target)) == target)
  }

  @Test func artefactsFromBeforeTheCostModelAreRead() throws {
    let text = #"{"name":"x","instructionSets":["generic"],"cores":2,"cache":[1,2,3]}"#
    let target = try JSONDecoder().decode(TargetDescription.self, from: Data(text.utf8))
    #expect(target == TargetDescription(name: "x", instructionSets: [.generic], cores: 2, cache: [1, 2, 3]))
  }
}

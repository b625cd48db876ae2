/// A family of instructions that kernels are written for, from the most general to the most special.
package enum InstructionSet: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
  case generic, neon, avx2, avx512, avx512bf16, amx

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  package static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.rank < b.rank }
}

/// The machine that a plan is made for. It is an input of the compiler, never probed inside it: plans are
/// the same wherever they are made, and selection can be tested for CPUs that one does not have.
package struct TargetDescription: Hashable, Sendable, Codable {
  package var name: String
  package var instructionSets: Set<InstructionSet>
  package var cores: Int
  /// Bytes of level-1 data cache and level-2 cache per core, and of level 3 in all; 0 where unknown.
  package var cache: [Int]

  package init(name: String, instructionSets: Set<InstructionSet>, cores: Int, cache: [Int]) {
    self.name = name
    self.instructionSets = instructionSets
    self.cores = cores
    self.cache = cache
  }

  /// The targets that `--target` knows by name.
  package static let named: [TargetDescription] = [
    TargetDescription(
      name: "generic", instructionSets: [.generic], cores: 2, cache: [32 << 10, 256 << 10, 8 << 20]),
    TargetDescription(
      name: "x86-64-avx2", instructionSets: [.generic, .avx2], cores: 2,
      cache: [32 << 10, 256 << 10, 8 << 20]),
    TargetDescription(
      name: "x86-64-avx512", instructionSets: [.generic, .avx2, .avx512], cores: 2,
      cache: [48 << 10, 1 << 20, 32 << 20]),
    TargetDescription(
      name: "x86-64-avx512-bf16", instructionSets: [.generic, .avx2, .avx512, .avx512bf16], cores: 2,
      cache: [48 << 10, 1 << 20, 32 << 20]),
    TargetDescription(
      name: "x86-64-amx", instructionSets: [.generic, .avx2, .avx512, .avx512bf16, .amx], cores: 2,
      cache: [48 << 10, 2 << 20, 32 << 20]),
  ]

  package static func named(_ name: String) -> TargetDescription? { named.first { $0.name == name } }

  /// Keys are written in a fixed order, so that two artefacts of one network are the same bytes.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(instructionSets.sorted(), forKey: .instructionSets)
    try container.encode(cores, forKey: .cores)
    try container.encode(cache, forKey: .cache)
  }
}

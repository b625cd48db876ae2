/// A family of instructions that kernels are written for, from the most general to the most special. CUDA stands apart:
/// what has it is a device, whose memory is its own.
package enum InstructionSet: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
  case generic, neon, avx2, avx512, avx512bf16, amx, cuda

  /// fp32 numbers in one of its vectors.
  package var lanes: Int {
    switch self {
    case .generic: 4
    case .avx2, .neon: 8
    case .avx512, .avx512bf16, .amx: 16
    case .cuda: 32
    }
  }

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
  /// What the cost model needs to know of a core.
  package var speed: CoreSpeed

  package init(
    name: String, instructionSets: Set<InstructionSet>, cores: Int, cache: [Int], speed: CoreSpeed = .usual
  ) {
    self.name = name
    self.instructionSets = instructionSets
    self.cores = cores
    self.cache = cache
    self.speed = speed
  }

  /// Whether plans run on a GPU.
  package var isDevice: Bool { instructionSets.contains(.cuda) }

  /// A GPU by the compute capability of its kernels, 80 for 8.0, with its multiprocessors and bytes of level-2 cache.
  package static func device(capability: Int, processors: Int, cache: Int) -> TargetDescription {
    TargetDescription(
      name: "sm_\(capability)", instructionSets: [.cuda], cores: processors, cache: [0, cache, 0])
  }

  /// Of a GPU, 80 for 8.0; nil for a CPU.
  package var capability: Int? { isDevice ? Int(name.drop { !$0.isNumber }) : nil }

  /// A GPU of each compute capability for which kernels are compiled ahead, with the multiprocessors and the level-2
  /// cache of a usual one: T4, A100, RTX 3090, L40S, H100, B200.
  package static let devices: [TargetDescription] = [
    device(capability: 75, processors: 40, cache: 4 << 20), device(capability: 80, processors: 108, cache: 40 << 20),
    device(capability: 86, processors: 82, cache: 6 << 20), device(capability: 89, processors: 142, cache: 96 << 20),
    device(capability: 90, processors: 132, cache: 50 << 20),
    device(capability: 100, processors: 148, cache: 126 << 20),
  ]

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
    TargetDescription(
      name: "arm64", instructionSets: [.generic, .neon], cores: 2, cache: [64 << 10, 1 << 20, 16 << 20]),
  ]

  package static func named(_ name: String) -> TargetDescription? { named.first { $0.name == name } }

  /// Keys are written in a fixed order, so that two artefacts of one network are the same bytes.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(instructionSets.sorted(), forKey: .instructionSets)
    try container.encode(cores, forKey: .cores)
    try container.encode(cache, forKey: .cache)
    try container.encode(speed, forKey: .speed)
  }

  /// Artefacts from before there was a cost model do not say how quick a core is.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    instructionSets = try container.decode(Set<InstructionSet>.self, forKey: .instructionSets)
    cores = try container.decode(Int.self, forKey: .cores)
    cache = try container.decode([Int].self, forKey: .cache)
    speed = try container.decodeIfPresent(CoreSpeed.self, forKey: .speed) ?? .usual
  }

  private enum CodingKeys: CodingKey {
    case name, instructionSets, cores, cache, speed
  }
}

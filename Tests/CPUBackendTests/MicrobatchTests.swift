import CPUBackend
import Compiler
import NetIR
import NetworkTestSupport
import Runtime
import Testing

@Suite struct MicrobatchTests {
  /// A plan for batches of 6 that takes `microbatch` examples at a time, on some threads.
  private func executable(_ name: String, by microbatch: Int, threads: Int, allParallel: Bool) throws -> CPUExecutable {
    let agreement = try Agreement(try Networks.spec(name), batch: microbatch)
    var compiled = try agreement.compiled(for: HostCPU.current.target, batch: microbatch)
    compiled.plan.batch = 6
    try compiled.plan.verify(KernelTable.catalogue)
    if allParallel { for index in compiled.plan.steps.indices { compiled.plan.steps[index].parallel = true } }
    return try CPUExecutable(compiled.plan, constants: compiled.constants, pool: Agreement.pools[threads - 1])
  }

  private let images = Noise.floats(13 * 32 * 32, seed: 4)

  /// What each example gives on its own.
  private func oneByOne() throws -> [Float] {
    let network = try Networks.spec("lenet")
    let compiled = try Agreement(network, batch: 1).compiled(for: HostCPU.current.target, batch: 1)
    let executable = try CPUExecutable(compiled.plan, constants: compiled.constants, pool: Agreement.pools[0])
    return executable.run(examples: 13, inputs: [images])[0]
  }

  /// Whole batches, then microbatches, then a part of one: 13 = 2·6 + 1.
  @Test(arguments: [1, 2, 3, 6], [(1, false), (2, false), (3, true)])
  func resultsDoNotDependOnTheMicrobatch(_ microbatch: Int, _ team: (threads: Int, allParallel: Bool)) throws {
    let executable = try executable(
      "lenet", by: microbatch, threads: team.threads, allParallel: team.allParallel)
    var told: [Int] = []
    let found = executable.run(examples: 13, inputs: [images]) { told.append($0) }[0]
    let wanted = try oneByOne()
    #expect(found.count == wanted.count && zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(told.last == 13 && told == told.sorted())
    // A batch of one example each time is the same plan: the same bits.
    if microbatch == 1 { #expect(found == wanted) }
    #expect(executable.run(examples: 13, inputs: [images])[0] == found)
  }

  /// Other buffers, and fewer examples than a batch, with the same executable: arguments follow.
  @Test func argumentsFollowTheCaller() throws {
    let executable = try executable("lenet", by: 2, threads: 2, allParallel: true)
    let wanted = executable.run(examples: 12, inputs: [images])[0]
    for examples in [1, 2, 3, 6, 7, 12] {
      let part = Array(images.prefix(examples * 32 * 32))
      #expect(executable.run(examples: examples, inputs: [part])[0] == Array(wanted.prefix(10 * examples)))
    }
  }

  @Test func theArenaHoldsAMicrobatch() throws {
    let sizes = try [1, 6].map { try executable("lenet", by: $0, threads: 1, allParallel: false).arenaBytes }
    #expect(4 * sizes[0] < sizes[1])
    let plan = try executable("lenet", by: 2, threads: 1, allParallel: false).plan
    #expect(plan.microbatches == 3 && plan.inputCounts == [6 * 32 * 32] && plan.outputCounts == [60])
    #expect(plan.printed().contains("batch 6 by 2"))
  }
}

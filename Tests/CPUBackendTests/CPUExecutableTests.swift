import CPUBackend
import Compiler
import FileTestSupport
import NetIR
import NetworkTestSupport
import Runtime
import Synchronization
import Testing

@Suite struct CPUExecutableTests {
  @Test func manyCallersGetTheirOwnResults() throws {
    let network = try Networks.spec("digits")
    let agreement = try Agreement(network, batch: 2)
    let target = HostCPU.current.target
    let compiled = try agreement.compiled(for: target, batch: 2)
    let executable = try CPUExecutable(compiled.plan, constants: compiled.constants, pool: Agreement.pools[1])
    let size = network.layers[0].shape.elements(after: 1)
    let batches = (0..<4).map { Noise.floats(2 * size, seed: UInt64($0)) }
    let wanted = batches.map { executable.run(examples: 2, inputs: [$0]) }
    let wrong = Atomic<Int>(0)
    let threads = zip(batches, wanted).map { batch, result in
      TestThread {
        for _ in 0..<50 where executable.run(examples: 2, inputs: [batch]) != result {
          wrong.add(1, ordering: .relaxed)
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }

  @Test func examplesDoNotSeeEachOther() throws {
    let network = try Networks.spec("lenet")
    let compiled = try Agreement(network, batch: 4).compiled(for: HostCPU.current.target, batch: 4)
    let executable = try CPUExecutable(compiled.plan, constants: compiled.constants, pool: Agreement.pools[0])
    let images = (0..<4).map { Noise.floats(32 * 32, seed: UInt64($0)) }
    let together = executable.run(examples: 4, inputs: [Array(images.joined())])[0]
    for (index, image) in images.enumerated() {
      #expect(executable.run(examples: 1, inputs: [image])[0] == Array(together[10 * index..<10 * index + 10]))
    }
  }

  @Test func anotherBatchSizeGivesTheSameNumbers() throws {
    let network = try Networks.spec("digits")
    let images = Noise.floats(7 * 64, seed: 3)
    let results = try [1, 3, 7].map { batch in
      let compiled = try Agreement(network, batch: batch).compiled(for: HostCPU.current.target, batch: batch)
      let executable = try CPUExecutable(compiled.plan, constants: compiled.constants, pool: Agreement.pools[0])
      return executable.run(examples: 7, inputs: [images])[0]
    }
    for other in results.dropFirst() {
      #expect(zip(results[0], other).allSatisfy { abs($0 - $1) < 1e-6 })
    }
  }

  @Test func givesItsArenaSize() throws {
    let compiled = try Agreement(Networks.spec("digits"), batch: 1).compiled(for: HostCPU.current.target, batch: 1)
    let executable = try CPUExecutable(compiled.plan, constants: compiled.constants, pool: Agreement.pools[0])
    #expect(executable.arenaBytes == compiled.plan.arenaBytes && executable.plan == compiled.plan)
  }

  /// Several models on one team, several callers of each, all at once.
  @Test func modelsShareATeam() throws {
    let pool = ThreadPool.shared(threads: 3)
    let cases = try ["lenet", "digits"].map { name in
      let network = try Networks.spec(name)
      let compiled = try Agreement(network, batch: 1).compiled(for: HostCPU.current.target, batch: 1)
      // On a team of their own every step is shared: the small networks would leave it alone otherwise.
      var plan = compiled.plan
      for index in plan.steps.indices { plan.steps[index].parallel = true }
      let executable = try CPUExecutable(plan, constants: compiled.constants, pool: ThreadPool.shared(threads: 3))
      let input = Noise.floats(network.layers[0].shape.elements(after: 1), seed: 5)
      return (executable, input, executable.run(examples: 1, inputs: [input]))
    }
    let wrong = Atomic<Int>(0)
    let threads = (0..<4).flatMap { _ in
      cases.map { executable, input, result in
        TestThread {
          for _ in 0..<100 where executable.run(examples: 1, inputs: [input]) != result {
            wrong.add(1, ordering: .relaxed)
          }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(wrong.load(ordering: .relaxed) == 0)
    #expect(pool === ThreadPool.shared(threads: 3))
  }
}

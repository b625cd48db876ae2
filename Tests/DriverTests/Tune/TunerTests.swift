import CPUBackend
import Compiler
import FileTestSupport
import NetIR
import NetworkTestSupport
import Testing

@testable import Driver

@Suite struct TunerTests {
  /// Two equal convolutions with two algorithms to choose from, and one with one.
  private static let spec = """
    layers:
      - Input:  {shape: [null, 16, 12, 12]}
      - Conv2D: {name: a, num_filters: 16, filter_size: 3, pad: same}
      - Conv2D: {name: b, num_filters: 16, filter_size: 3, pad: same}
      - Conv2D: {name: c, num_filters: 16, filter_size: 1}
      - Dense:  {name: out, num_units: 3, nonlinearity: softmax}
    """

  private let console = Console(
    width: 80, isTerminal: false, errorsAreTerminal: false, color: false, errorColor: false, quiet: true)

  private func options(_ numerics: Numerics = .fast) -> CompileOptions {
    CompileOptions(batch: 2, numerics: numerics, target: HostCPU.current.target, catalogue: KernelTable.catalogue)
  }

  private func outcome(_ numerics: Numerics = .fast, threads: Int = 1) throws -> Tuner.Outcome {
    let network = try Networks.of(Self.spec)
    var tuner = Tuner(
      network: network, options: options(numerics), weights: .initialised(for: network), threads: threads)
    return try tuner.run(console)
  }

  @Test(arguments: [1, 3])
  func everyCandidateIsTimed(threads: Int) throws {
    let outcome = try outcome(threads: threads)
    #expect(outcome.table.cpu == HostCPU.current.brand && outcome.table.threads == threads)
    var options = options()
    (options.measurements, options.microbatch) = (outcome.table, outcome.microbatch)
    let plan = try CompilerFront.compile(try Networks.of(Self.spec), options).plan
    #expect(plan.tuning == Plan.Tuning(cpu: HostCPU.current.brand, threads: threads))
    #expect(outcome.steps == plan.steps.count)
    #expect(outcome.choices == plan.steps.count { $0.choice?.runnerUp != nil })
    for step in plan.steps {
      let possible = try #require(step.choice).candidates.filter { $0.exclusion == nil }
      #expect(!possible.isEmpty && possible.allSatisfy { ($0.measured ?? 0) > 0 }, "\(step.name)")
    }
    // Equal steps are one entry: they are timed together and get one kernel.
    let alike = plan.steps.filter { $0.name.hasPrefix("a") || $0.name.hasPrefix("b") }.filter { $0.op != .copy }
    #expect(Set(alike.map(\.kernel)).count == 1 && Set(alike.map { plan.instance(of: $0).signature }).count == 1)
  }

  @Test func microbatchesAreTimed() throws {
    let outcome = try outcome()
    #expect(outcome.microbatches.map(\.size) == [1, 2] && outcome.microbatches.allSatisfy { $0.time > 0 })
    #expect(outcome.microbatch == Microbatch.best(of: outcome.microbatches))
    let text = TuningText(outcome: outcome).rendered()
    #expect(text.contains("a batch goes through \(outcome.microbatch) at a time: by 1 "))
  }

  @Test func aGivenMicrobatchIsKept() throws {
    let network = try Networks.of(Self.spec)
    var options = options()
    options.microbatch = 2
    var tuner = Tuner(network: network, options: options, weights: .initialised(for: network), threads: 1)
    let outcome = try tuner.run(console)
    #expect(outcome.microbatch == 2 && outcome.microbatches.isEmpty)
    #expect(!TuningText(outcome: outcome).rendered().contains("at a time"))
  }

  @Test func strictNumericsTimeWhatTheyMayTake() throws {
    let kernels = try outcome(.strict).table.times.values.flatMap(\.keys)
    #expect(!kernels.isEmpty && !kernels.contains { $0.contains("winograd") })
  }

  @Test func constantsOfSeveralPlansExistOnce() throws {
    let network = try Networks.of(Self.spec)
    var constants = SharedConstants(.initialised(for: network))
    let first = try CompilerFront.compile(network, options())
    let second = try CompilerFront.compile(network, options(.strict))
    let (a, b) = (try constants.constants(for: first), try constants.constants(for: second))
    let alone = try CompilerFront.pack(second, .initialised(for: network))
    var shared = 0
    for (index, constant) in second.plan.constants.enumerated() {
      #expect(Array(b.constants[index]) == Array(alone.constants[index]), "\(constant.name)")
      if a.constants.contains(where: { $0.baseAddress == b.constants[index].baseAddress }) { shared += 1 }
    }
    let changed = zip(first.plan.steps, second.plan.steps).count { $0.kernel != $1.kernel }
    #expect(changed > 0 && shared == second.plan.constants.count - changed)
  }

  @Test func whatChangesIsSaid() throws {
    let network = try Networks.of(Self.spec)
    var options = options()
    options.microbatch = 2
    let plan = try CompilerFront.compile(network, options).plan
    let step = try #require(plan.steps.first { $0.choice?.runnerUp != nil })
    let (preferred, other) = (step.kernel, try #require(step.choice?.runnerUp).kernel)
    var table = MeasurementTable(cpu: "made up", threads: 2)
    let signature = plan.instance(of: step).signature
    (table[signature, preferred], table[signature, other]) = (9000, 8000)
    options.measurements = table
    let tuned = try CompilerFront.compile(network, options).plan
    let changes = TuningChange.all(from: plan, to: tuned)
    #expect(changes.count == 1 && changes.first?.count == 2)
    #expect(changes.first?.taken.kernel == other && changes.first?.replaced.measured == 9000)
    var outcome = Tuner.Outcome(
      table: table, microbatch: 2, changes: changes, runs: (0.002, 0.0015), steps: 7, choices: 2)
    #expect(
      TuningText(outcome: outcome).rendered() == """
        tuned on made up with 2 threads: 2 of 7 steps have a choice, 2 other than by the cost model
          a run takes 1.50 ms, with the cost model's kernels 2.00 ms
          a + rectify and 1 like it: \(KernelText.short(other)) 8.00 µs, \(KernelText.short(preferred)) 9.00 µs

        """)
    outcome.changes = []
    #expect(TuningText(outcome: outcome).rendered().contains("kernels of the cost model are kept"))
    outcome.runs = nil
    #expect(TuningText(outcome: outcome).rendered().hasSuffix("and the cost model was right\n"))
  }
}

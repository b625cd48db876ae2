import CPUBackend
import Compiler
import Driver
import NetIR
import NetworkTestSupport
import Testing

/// An artefact on a machine that it was not made for.
@Suite struct RetargetTests {
  static let names = TargetDescription.named.map(\.name)

  /// This CPU, as far as it has the instructions of a named target.
  private func host(_ target: String) throws -> HostCPU {
    HostCPU.current.limited(to: try #require(TargetDescription.named(target)).instructionSets)
  }

  @Test(arguments: names, names)
  func runsEverywhere(made: String, opened: String) throws {
    let host = try host(opened)
    let compiled = try Compiled(target: made)
    let model = try Model.open(compiled.path, threads: 1, host: host)
    let needed = Set(compiled.plan.steps.compactMap { KernelTable.catalogue[$0.kernel]?.instructionSet })
    if needed.isSubset(of: host.instructionSets) {
      #expect(model.remark == nil && model.plan == compiled.plan)
    } else {
      #expect(model.remark?.contains("packed for \(made), repacked for \(host.target.name)") == true)
    }
    #expect(model.plan.classes == compiled.plan.classes)
    #expect(model.plan.preprocessing == compiled.plan.preprocessing)
    #expect(model.plan.graphOps == compiled.plan.graphOps)
    #expect(model.plan.foldedNorms == compiled.plan.foldedNorms)
    let used = Set(model.plan.steps.compactMap { KernelTable.catalogue[$0.kernel]?.instructionSet })
    #expect(used.isSubset(of: host.instructionSets))
    let wanted = try Compiled(target: "generic").results(3)
    #expect(areClose(compiled.results(model, 3), wanted))
  }

  @Test(
    arguments: ["digits", "resnet20", "squeezenet"],
    [("x86-64-avx512", Precision.fp32), ("x86-64-avx512-bf16", .bf16), ("x86-64-avx2", .bf16)])
  func repackedIsWhatWouldHaveBeenCompiled(name: String, made: (target: String, precision: Precision)) throws {
    // Unpacking and packing move numbers and change none.
    let network = try Networks.spec(name)
    let direct = try Compiled(network, target: "generic", batch: 1, precision: made.precision)
    let made = try Compiled(network, target: made.target, batch: 1, precision: made.precision)
    let model = try Model.open(made.path, threads: 1, host: try host("generic"))
    #expect(made.results(model, 1) == (try direct.results(1)))
  }

  /// Shuffles of pixels have six axes, in the graph and in what becomes of their filters.
  @Test func transposedConvolutionsTravel() throws {
    let network = try Networks.of(
      """
      - Input: {shape: [null, 20, 9, 11]}
      - TransposedConv2D: {num_filters: 24, filter_size: 4, stride: 2}
      - Conv2D: {num_filters: 5, filter_size: 3}
      """)
    let made = try Compiled(network, target: "x86-64-avx512", batch: 1)
    let direct = try Compiled(network, target: "generic", batch: 1)
    let model = try Model.open(made.path, threads: 1, host: try host("generic"))
    #expect(model.remark != nil)
    #expect(made.results(model, 1) == (try direct.results(1)))
  }

  /// Weights that were split come back with 16 bits: as exact as what was promised, and repacking once more changes
  /// nothing.
  @Test func splitWeightsTravel() throws {
    let network = try Networks.spec("squeezenet")
    let made = try Compiled(network, target: "x86-64-amx", batch: 1)
    #expect(made.plan.steps.contains { $0.algorithm == SplitProducts.algorithm })
    let host = HostCPU.current.limited(to: [.generic, .avx2])
    let model = try Model.open(made.path, threads: 1, host: host)
    #expect(model.remark?.contains("packed for x86-64-amx") == true)
    let found = made.results(model, 1)
    let exact = try Compiled(network, target: host.target.name, batch: 1).results(1)
    #expect(areClose(found, exact) && found != exact)
  }

  @Test func aLimitedHostHasNoMoreThanTheRealOne() throws {
    let host = HostCPU.current.limited(to: Set(InstructionSet.allCases))
    #expect(host.instructionSets == HostCPU.current.instructionSets)
    #expect(try self.host("generic").target.name == "generic")
    #expect(host.cores == HostCPU.current.cores && host.cache == HostCPU.current.cache)
  }
}

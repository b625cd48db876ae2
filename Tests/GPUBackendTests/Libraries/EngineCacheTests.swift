import FileTestSupport
import GPUTestSupport
import NetIR
import NetworkTestSupport
import Testing

@testable import GPUBackend

/// Engines of cuDNN that are kept from one process to the next.
@Suite struct EngineCacheTests {
  private static let batch = 9
  private let folder = TemporaryFolder()
  private let agreement: LibraryAgreement

  init() throws {
    agreement = LibraryAgreement(
      try DeviceAgreement(try Networks.of(LibraryEnginesTests.yaml).lowered(batch: Self.batch).graph), library: .cudnn)
  }

  private func machine(_ fake: FakeGPU = .sharedWithLibraries, folder path: String? = nil) throws -> GPUMachine {
    try DeviceAgreement.machine(fake, cache: KernelCache(folder: path ?? folder.path))
  }

  /// Whether each engine of cuDNN was kept, after the plan gave the right numbers.
  private func kept(on machine: GPUMachine) throws -> [Bool] {
    let executable = try agreement.executable(batch: Self.batch, on: machine)
    agreement.agreement.check(
      try executable.run(examples: Self.batch, inputs: agreement.agreement.inputs), tolerance: DeviceAgreement.shallow)
    let engines = try LibraryEngines(try agreement.compiled(batch: Self.batch, on: machine).plan, on: machine)
    return engines.plan.steps.indices.compactMap { (engines[$0] as? CuDNNEngine)?.isKept }
  }

  private var files: [String] { folder.names.filter { $0.hasPrefix("engine-") } }

  private func bytes() throws -> [[UInt8]] { try files.map { try #require(TestFile.bytes(folder.path + "/" + $0)) } }

  @Test func enginesAreMadeOnce() throws {
    let first = try LibraryEngines(
      try agreement.compiled(batch: Self.batch, on: try machine()).plan, on: try machine())
    let made = first.plan.steps.indices.compactMap { (first[$0] as? CuDNNEngine)?.isKept }
    #expect(made == [false, false, false, false])
    #expect(files.count == 4)
    #expect(try kept(on: try machine()) == [true, true, true, true])
    // Another proposal is another engine.
    var second = agreement
    second.proposal = 1
    _ = try second.executable(batch: Self.batch, on: try machine())
    #expect(files.count > 4)
  }

  /// Another version of cuDNN makes its own.
  @Test func otherCircumstances() throws {
    _ = try kept(on: try machine())
    let newer = FakeGPU(libraries: true, cudnnVersion: 90500)
    let engines = try LibraryEngines(
      try agreement.compiled(batch: Self.batch, on: try machine(newer)).plan, on: try machine(newer))
    #expect(engines.plan.steps.indices.allSatisfy { (engines[$0] as? CuDNNEngine)?.isKept != true })
    #expect(files.count == 8)
  }

  /// What is damaged is made again and replaced, and so is what cuDNN does not take back.
  @Test(arguments: ["cut", "changed", "refused"])
  func damagedFiles(damage: String) throws {
    _ = try kept(on: try machine())
    let whole = try bytes()
    for (name, bytes) in zip(files, whole) {
      switch damage {
      case "cut": folder.store(Array(bytes.dropLast(9)), as: name)
      case "changed": folder.store(bytes.dropLast(20) + [bytes[bytes.count - 20] ^ 1] + bytes.suffix(19), as: name)
      default: break
      }
    }
    if damage == "refused" {
      let machine = try machine()
      let plan = try agreement.compiled(batch: Self.batch, on: machine).plan
      let settled = try LibraryEngines(plan, on: machine)
      for index in plan.steps.indices where settled[index] is CuDNNEngine {
        let product = try #require(LibraryProduct(index, of: plan))
        machine.engines.keep(Array("plan of tomorrow\0".utf8), of: product, proposal: 0)
      }
    }
    let machine = try machine()
    let engines = try LibraryEngines(try agreement.compiled(batch: Self.batch, on: machine).plan, on: machine)
    let found = engines.plan.steps.indices.compactMap { (engines[$0] as? CuDNNEngine)?.isKept }
    #expect(found == [false, false, false, false])
    #expect(try bytes() == whole)
    #expect(try kept(on: try self.machine()) == [true, true, true, true])
  }

  @Test func aFolderThatCannotBeWritten() throws {
    #expect(try kept(on: try machine(folder: "/proc/none")) == [false, false, false, false])
  }

  /// With kept engines, every third call fails once: another kernel computes the step, or there is an error.
  @Test func callsFailInTurn() throws {
    let fake = FakeGPU(libraries: true)
    _ = try kept(on: try machine(fake))
    let faults = try FaultsInTurn(fake, every: 3) {
      let executable = try agreement.executable(batch: Self.batch, on: try machine(fake))
      let found = try executable.run(examples: Self.batch, inputs: agreement.agreement.inputs)
      agreement.agreement.check(found, tolerance: DeviceAgreement.shallow)
    }
    #expect(faults.failures > 10 && faults.successes > 10)
  }
}

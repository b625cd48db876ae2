import FileTestSupport
import GPUTestSupport
import Testing

@testable import GPUBackend

/// What is found of NVIDIA's, and what is said of what is missing.
@Suite struct GPUSystemTests {
  private static let needed = ["cuMemAlloc_v2", "cuGraphInstantiateWithFlags", "cuLaunchKernel"]

  @Test func findsTheFakeDevice() throws {
    let system = GPUSystem(LibrarySearch(folders: [FakeGPU.shared.path]))
    let (device, compiler) = try system.usable()
    #expect(device.name == "Fake GPU 0" && device.capability == 80 && device.processors == 4)
    #expect(device.memory > 0 && device.target.name == "sm_80" && device.target.isDevice)
    #expect(compiler.version == "12.4" && compiler.path == FakeGPU.shared.path + "/libnvrtc.so.12")
    #expect(try system.driver.get().version == 12040)
    // Neither is needed, and the reason is kept.
    #expect(system.extras.map(\.library) == [.cublasLt, .cudnn])
    for extra in system.extras { #expect(throws: GPUProblem.self) { try extra.result.get() } }
  }

  @Test func aMachineWithoutADriver() throws {
    let empty = TemporaryFolder()
    let system = GPUSystem(LibrarySearch(folders: [empty.path]))
    #expect(throws: GPUProblem.noLibrary(.driver, reasons: [])) { try system.usable() }
    #expect(system.devices.isEmpty)
    let problem = try #require(throws: GPUProblem.self) { try system.usable() }
    #expect(problem.message.contains("libcuda.so.1") && problem.help[0].contains("--device cpu"))
  }

  @Test func aLibraryThatIsNone() throws {
    let folder = TemporaryFolder()
    folder.store(Array("no library".utf8), as: "libcuda.so.1")
    let problem = try #require(throws: GPUProblem.self) {
      try LibrarySearch(folders: [folder.path]).find(.driver)
    }
    guard case .noLibrary(.driver, let reasons) = problem else { Issue.record("\(problem)"); return }
    #expect(reasons.count == 1 && reasons[0].contains(folder.path), "the system's reason names the file: \(reasons)")
  }

  @Test(arguments: needed)
  func anOldDriver(symbol: String) throws {
    let fake = FakeGPU(without: [symbol])
    let system = GPUSystem(LibrarySearch(folders: [fake.path]))
    #expect(throws: GPUProblem.lacksFunctions(.driver, path: fake.path + "/libcuda.so.1", [symbol])) {
      try system.usable()
    }
  }

  @Test func anOldCompiler() throws {
    let fake = FakeGPU(without: ["nvrtcGetCUBIN"])
    let system = GPUSystem(LibrarySearch(folders: [fake.path]))
    let problem = try #require(throws: GPUProblem.self) { try system.usable() }
    #expect(problem == .lacksFunctions(.nvrtc, path: fake.path + "/libnvrtc.so.12", ["nvrtcGetCUBIN"]))
    #expect(system.devices.count == 1)
  }

  @Test func aDriverWithoutADevice() throws {
    let fake = FakeGPU()
    fake.control("FAKE_CUDA_DEVICES", "0")
    let problem = try #require(throws: GPUProblem.self) {
      try GPUSystem(LibrarySearch(folders: [fake.path])).usable()
    }
    guard case .noDevice = problem else { Issue.record("\(problem)"); return }
  }

  @Test func placesInTheirOrder() {
    let variables = [
      "NETC_CUDA_PATH": "/a:/b", "CONDA_PREFIX": "/conda", "CUDA_HOME": "/cuda", "VIRTUAL_ENV": "/no/such/folder",
    ]
    let search = LibrarySearch { variables[$0] }
    #expect(
      search.folders == [
        "/a", "/a/lib64", "/a/lib", "/b", "/b/lib64", "/b/lib", "", "/conda/lib", "/cuda/lib64",
        "/usr/local/cuda/lib64", "/usr/lib/wsl/lib",
      ])
  }

  @Test func architectures() throws {
    let compiler = try GPUSystem(LibrarySearch(folders: [FakeGPU.shared.path])).compiler.get()
    #expect(try compiler.architecture(for: 80) == "sm_80")
    // Newer than the compiler: the driver compiles what the newest can be.
    #expect(try compiler.architecture(for: 86) == "compute_80")
    #expect(try compiler.architecture(for: 120) == "compute_90")
    #expect(throws: GPUProblem.self) { try compiler.architecture(for: 61) }
  }
}

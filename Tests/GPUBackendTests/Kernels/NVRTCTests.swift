import Compiler
import GPUKernels
import Glibc
import NetIR
import NetworkTestSupport
import Testing

@testable import GPUBackend

enum NVRTCWheel {
  static let environment = getenv("NETC_NVRTC").map { String(cString: $0) }
}

/// Every text through NVIDIA's own compiler, which needs no device: where `NETC_NVRTC` names a virtual environment with
/// its wheel (`./netc.sh gpu-compile-check` makes one).
@Suite(.enabled(if: NVRTCWheel.environment != nil)) struct NVRTCTests {
  static let architectures = ["sm_75", "sm_80", "sm_90"]

  private func compiler() throws -> KernelCompiler {
    let search = LibrarySearch { $0 == "VIRTUAL_ENV" ? NVRTCWheel.environment : nil }
    return try KernelCompiler(try search.find(.nvrtc))
  }

  @Test(arguments: architectures)
  func compilesTheLibrary(architecture: String) throws {
    let binary = try compiler().compile(KernelText.library, name: "library", for: architecture)
    #expect(binary.starts(with: [0x7F] + Array("ELF".utf8)))
    let words = String(decoding: binary, as: UTF8.self)
    for kernel in DeviceKernelTable.inference where !["pointwise", "tensor_gemm"].contains(kernel.algorithm) {
      #expect(words.contains(".text." + DeviceKernelTable.function(of: kernel.name)), "\(kernel.name)")
    }
  }

  @Test(arguments: architectures)
  func compilesTheTrainingLibrary(architecture: String) throws {
    let text = KernelText.trainingLibrary
    let binary = try compiler().compile(text, name: "training", for: architecture)
    let words = String(decoding: binary, as: UTF8.self)
    let kernels = text.split(separator: "NETC_KERNEL(").dropFirst().map { $0.prefix { $0 != "," } }
    for kernel in kernels where kernel != "name" { #expect(words.contains(".text." + kernel), "\(kernel)") }
  }

  /// All that a device of that architecture may be given.
  @Test(arguments: architectures)
  func compilesTensorCores(architecture: String) throws {
    let capability = try #require(Int(architecture.dropFirst(3)))
    let usable = (TensorKernel.families + TensorKernel.gradientFamilies).filter {
      TensorKernel.leastCapability($0.storage) <= capability
    }
    #expect(usable.count == (capability < 80 ? 4 + 3 : 12 + 9))
    for family in usable {
      var vectors = family
      vectors.isVector = true
      let text = KernelText.tensorModule([family, vectors])
      let binary = try compiler().compile(text, name: family.name, for: architecture)
      let words = String(decoding: binary, as: UTF8.self)
      #expect(words.contains(".text." + family.function) && words.contains(".text." + vectors.function))
    }
  }

  @Test func compilesToPTX() throws {
    let text = try compiler().compile(KernelText.library, name: "library", for: "compute_75")
    #expect(String(decoding: text, as: UTF8.self).contains(".entry conv2d_tile64"))
  }

  /// What the plans of all networks generate, each text once.
  @Test(arguments: architectures)
  func compilesGroups(architecture: String) throws {
    let target = TargetDescription.device(capability: 90, processors: 132, cache: 50 << 20)
    let options = CompileOptions(batch: 1, target: target, catalogue: DeviceKernelTable.catalogue)
    var texts: Set<String> = []
    for name in Networks.specNames {
      let network = try Networks.spec(name)
      guard network.fixedBatch ?? 1 == 1 else { continue }
      let plan = try #require(try Pipeline.compile(try network.lowered(batch: 1).graph, options)).plan
      texts.formUnion([try LaunchList(plan).groupText].compactMap { $0 })
    }
    for net in LayerNets.all {
      let network = try Networks.of(net.yaml, name: net.name)
      guard network.fixedBatch ?? 1 == 1 else { continue }
      let plan = try #require(try Pipeline.compile(try network.lowered(batch: 1).graph, options)).plan
      texts.formUnion([try LaunchList(plan).groupText].compactMap { $0 })
    }
    for net in TrainingNets.all {
      let plan = try #require(try Pipeline.compile(try net.step(batch: 1), options)).plan
      texts.formUnion([try LaunchList(plan).groupText].compactMap { $0 })
    }
    #expect(texts.count > 5)
    for text in texts { _ = try compiler().compile(text, name: "groups", for: architecture) }
  }

  @Test func saysWhatIsWrong() throws {
    let problem = try #require(throws: GPUProblem.self) {
      try compiler().compile("int wrong(", name: "broken", for: "sm_80")
    }
    #expect(problem.message.contains("expected"))
  }
}

import Compiler
import FileTestSupport
import Glibc
import NetIR
import NetworkTestSupport
import Testing

@testable import GPUBackend

enum LibraryWheels {
  static let environment = getenv("NETC_GPU_WHEELS").map { String(cString: $0) }

  static var search: LibrarySearch { LibrarySearch { $0 == "VIRTUAL_ENV" ? environment : nil } }

  /// An H100 SXM as cuDNN describes devices to itself, from NVIDIA's published figures: enough for its heuristics and
  /// its compiler, which ask no device then.
  static let h100 = """
    {"deviceVer": 900, "driverVer": 12080, "cudaDeviceId": 0, "maxGridSize": [2147483647, 65535, 65535], \
    "maxBlockSize": [1024, 1024, 64], "regsPerBlock": 65536, "multiProcessorCount": 132, "smCountOrigin": 0, \
    "warpSize": 32, "maxSharedMemoryPerBlock": 49152, "maxSharedMemoryPerBlockOptin": 232448, \
    "oversizedSharedMemoryPerBlock": 0, "reservedSharedMemoryPerBlock": 1024, "maxRegistersPerSM": 65536, \
    "maxCtasPerSM": 32, "maxThreadsPerBlock": 1024, "maxThreadsPerSM": 2048, "pciDeviceId": 0, "isTccDriver": 0, \
    "supportCoopLaunch": 1, "smClockRateKHz": 1980000, "memClockRateKHz": 2619000, "memoryBusWidth": 5120, \
    "l2CacheSize": 52428800, "deviceName": "H100", "totalGlobalMem": 85520809984}
    """
}

/// cuDNN, and plans, for a device that is only described.
private struct DescribedDevice {
  let libraries = DeviceLibraries(GPUSystem(LibraryWheels.search)) { _ in nil }
  let session: CuDNNSession
  var options: CompileOptions

  /// - Parameter arithmetic: precision and numerics: `bf16 fast`.
  init(_ arithmetic: String) throws {
    let words = arithmetic.split(separator: " ").map(String.init)
    session = try CuDNNSession(try #require(libraries.cudnn), properties: LibraryWheels.h100)
    options = CompileOptions(
      batch: 32, precision: try #require(Precision(rawValue: words[0])),
      numerics: try #require(Numerics(rawValue: words[1])),
      target: .device(capability: 90, processors: 132, cache: 50 << 20),
      catalogue: LibraryKernelTable.catalogue(with: [.cudnn]))
  }

  /// Of a step of training.
  func step(of name: String) throws -> Plan {
    let step = try TrainingGraph(of: try Networks.spec(name), batch: options.batch)
    return try #require(try Pipeline.compile(step, options)).plan
  }

  func engines(of plan: Plan, cache: EngineCache? = nil) throws -> LibraryEngines {
    try LibraryEngines(plan, libraries, options.catalogue, session: session, cache: cache)
  }

  /// Why cuDNN refuses which products. Those that it makes it has to take back when they were kept.
  func refusals(of products: [LibraryProduct]) -> Set<String> {
    let folder = TemporaryFolder()
    let cache = EngineCache(files: KernelCache(folder: folder.path), circumstances: "an H100")
    var refusals: Set<String> = []
    for product in Set(products) {
      do throws(LibraryRefusal) {
        for isKept in [false, true] {
          let engine = try CuDNNEngine(product, proposal: 0, session, cache)
          #expect(engine.isKept == isKept)
        }
      } catch { refusals.insert("\(product.input.shape): \(error.words)") }
    }
    return refusals
  }

  /// How many of the steps that cuDNN is asked for it refuses, and of how many; what is refused is printed.
  func count(_ plan: Plan, _ engines: LibraryEngines, _ what: String, where isMeant: (Plan.Step) -> Bool)
    -> (refused: Int, asked: Int)
  {
    let asked = plan.steps.indices.filter { plan.steps[$0].library == .cudnn && isMeant(plan.steps[$0]) }
    let refused = asked.map { engines.plan.steps[$0] }.filter { $0.library == nil }
    for step in refused {
      print("\(what): \(step.op.described): \(step.choice?.candidates.last?.exclusion ?? "")")
    }
    print("\(what): \(asked.count - refused.count) of \(asked.count), \(engines.workspaceBytes) bytes")
    return (refused.count, asked.count)
  }
}

/// NVIDIA's own libraries as far as they go without a device: where `NETC_GPU_WHEELS` names a virtual environment with
/// their wheels (`./netc.sh gpu-library-check` makes one).
@Suite(.enabled(if: LibraryWheels.environment != nil), .serialized) struct RealLibrariesTests {
  @Test func everyFunctionIsThere() throws {
    let system = GPUSystem(LibraryWheels.search)
    #expect(try system.cudnn.get().version.hasPrefix("9."))
    #expect(try system.cublasLt.get().version.contains("."))
  }

  /// Without a device there is no handle: the step is computed by netc's own kernel.
  @Test func withoutADeviceItSaysSo() throws {
    let system = GPUSystem(LibraryWheels.search)
    let cudnn = try system.cudnn.get()
    let refusal = try #require(throws: LibraryRefusal.self) { try CuDNNSession(cudnn) }
    #expect(refusal.words.contains("CUDNN_STATUS_NOT_INITIALIZED"))
    let cublasLt = try system.cublasLt.get()
    #expect(throws: LibraryRefusal.self) { try CublasLtSession(cublasLt) }
  }

  /// The plans of some networks for an H100: every product that cuDNN can be asked for has an execution plan, compiled
  /// for it where that is needed.
  @Test(arguments: ["mnist", "resnet18", "mobilenetv2"], ["fp32 strict", "fp32 fast", "bf16 fast"])
  func cuDNNMakesEngines(name: String, arithmetic: String) throws {
    let device = try DescribedDevice(arithmetic)
    let graph = try Networks.spec(name).lowered(batch: 32).graph
    let plan = try #require(try Pipeline.compile(graph, device.options)).plan
    let count = device.count(plan, try device.engines(of: plan), "\(name), \(arithmetic)") { _ in true }
    #expect(count.asked > 0 && count.refused <= 1, "all but the first, perhaps")
  }

  /// The same for steps of training: gradients of filters have an operation of their own, and so do those of images
  /// where they are not convolutions. What is refused for good another kernel computes.
  @Test(arguments: ["resnet20", "resnet18"], ["fp32 strict", "fp32 fast", "bf16 fast"])
  func cuDNNMakesEnginesForTraining(name: String, arithmetic: String) throws {
    let device = try DescribedDevice(arithmetic)
    let plan = try device.step(of: name)
    let engines = try device.engines(of: plan)
    for op in [KernelOp.conv2D, .convolutionWeights, .convolutionData] {
      let count = device.count(plan, engines, "\(name), training, \(arithmetic), \(op.rawValue)") {
        $0.op.kernelOp == op
      }
      #expect(count.asked > 0 && count.refused <= 2, "all but what reads the caller's images, perhaps")
    }
  }

  /// What cuDNN gives of its plans it takes back: the second time nothing is made.
  @Test(arguments: ["fp32 fast", "bf16 fast"])
  func cuDNNTakesItsPlansBack(arithmetic: String) throws {
    let device = try DescribedDevice(arithmetic)
    let plan = try device.step(of: "resnet20")
    let folder = TemporaryFolder()
    let cache = EngineCache(files: KernelCache(folder: folder.path), circumstances: "an H100")
    let clock = ContinuousClock()
    var seconds: [Duration] = []
    for isKept in [false, true] {
      let begin = clock.now
      let engines = try device.engines(of: plan, cache: cache)
      seconds.append(clock.now - begin)
      let made = plan.steps.indices.compactMap { (engines[$0] as? CuDNNEngine)?.isKept }
      #expect(!made.isEmpty && made.allSatisfy { $0 == isKept })
    }
    print("resnet20, \(arithmetic): \(folder.names.count) engines, made in \(seconds[0]), read in \(seconds[1])")
  }

  /// Convolutions that sum their results for the normalisation behind them.
  @Test(arguments: ["resnet20", "resnet18"], ["bf16 fast", "fp16 fast"])
  func cuDNNSumsResults(name: String, arithmetic: String) throws {
    let device = try DescribedDevice(arithmetic)
    let plan = try device.step(of: name)
    var (asked, made) = (0, 0)
    var refusals: Set<String> = []
    for index in plan.steps.indices where plan.steps[index].op.kernelOp == .conv2D {
      guard let product = LibraryProduct(index, of: plan)?.summed(index, of: plan) else { continue }
      asked += 1
      do throws(LibraryRefusal) {
        _ = try CuDNNEngine(product, proposal: 0, device.session, nil)
        made += 1
      } catch { refusals.insert(error.words) }
    }
    print("\(name), training, \(arithmetic): \(made) of \(asked) convolutions sum their results; \(refusals.sorted())")
    #expect(asked > 15 && made >= asked - 2)
  }

  /// Gradients of images that are rectified and summed for the normalisation in front of them; these plans cuDNN takes
  /// back, too.
  @Test(arguments: ["resnet20", "resnet18", "resnet50"])
  func cuDNNSumsGradients(name: String) throws {
    var device = try DescribedDevice("fp16 fast")
    device.options.dataGradients = .whole
    let plan = try device.step(of: name)
    let gradients = plan.steps.indices.filter { plan.steps[$0].op.kernelOp == .convolutionData }
    let products = Set(gradients.compactMap { LibraryProduct($0, of: plan)?.summed($0, of: plan) })
    let refusals = device.refusals(of: Array(products))
    let summed = gradients.count { !plan.stepsOfSums(of: plan.steps[$0]).isEmpty }
    print("\(name): \(summed) of \(gradients.count) gradients of images are summed, \(products.count) products")
    #expect(summed >= 8 && products.count >= 3 && refusals.isEmpty, "\(refusals.sorted())")
  }

  /// Whole normalisations, moments, residuals and rectifiers included; these plans cuDNN takes back, too.
  @Test(arguments: ["resnet20", "resnet50"], ["bf16 fast", "fp16 fast"])
  func cuDNNNormalizes(name: String, arithmetic: String) throws {
    let device = try DescribedDevice(arithmetic)
    let plan = try device.step(of: name)
    let moments = plan.steps.indices.filter { plan.steps[$0].op.kernelOp == .moments }
    let asked = moments.compactMap { LibraryProduct(normalization: $0, of: plan) }
    let refusals = device.refusals(of: asked)
    let added = asked.count { $0.residual != nil }
    print("\(name), \(arithmetic): \(asked.count) of \(moments.count) normalisations, \(added) add a residual")
    #expect(asked.count == moments.count && added >= 7 && refusals.isEmpty, "\(refusals.sorted())")
  }

  /// The gradients of normalisations that no rectifier follows at once, sums included. Those of ResNet-20 where channels
  /// grow lie in C order and what was normalised channels last: these cuDNN refuses.
  @Test(arguments: ["resnet20", "resnet50"], ["bf16 fast", "fp16 fast"])
  func cuDNNComputesGradientsOfNormalizations(name: String, arithmetic: String) throws {
    var device = try DescribedDevice(arithmetic)
    let ruled = try device.step(of: name)
    var table = MeasurementTable(cpu: "", threads: 1)
    let meant = ruled.steps.filter {
      if case .gradient(.normalizeSums(_, _, isRectified: false)) = $0.op { true } else { false }
    }
    for step in meant { table[ruled.tuningSignature(of: step), "cudnn_normalization_gradient"] = 1 }
    device.options.measurements = table
    let plan = try device.step(of: name)
    let taken = plan.steps.indices.filter { plan.steps[$0].normalizes }
    let asked = taken.compactMap { LibraryProduct(normalization: $0, of: plan) }
    let alike = asked.filter(\.result.isChannelsLast)
    let (refusals, others) = (device.refusals(of: alike), asked.filter { !$0.result.isChannelsLast })
    let all = plan.steps.count { $0.op.kernelOp == .normalizeSums }
    print(
      "\(name), \(arithmetic): \(alike.count) of \(all) gradients of normalisations, \(others.count) in C order;",
      "\(plan.arenaBytes) bytes, \(ruled.arenaBytes) without")
    #expect(asked.count == meant.count && alike.count >= 7 && refusals.isEmpty, "\(refusals.sorted())")
    let refused = device.refusals(of: others)
    #expect(refused.count == Set(others).count && refused.allSatisfy { $0.contains("SHAPE_MISMATCH") })
    #expect(others.count == (name == "resnet20" ? 2 : 0))
  }

  /// What describes a product can be made without a device; who proposes algorithms cannot.
  @Test func cuBLASLtTakesDescriptions() throws {
    let library = try GPUSystem(LibraryWheels.search).cublasLt.get()
    let network = try Networks.spec("mnist")
    let options = CompileOptions(
      batch: 32, target: .device(capability: 90, processors: 132, cache: 50 << 20),
      catalogue: DeviceKernelTable.catalogue)
    let plan = try #require(try Pipeline.compile(try network.lowered(batch: 32).graph, options)).plan
    let products = plan.steps.indices.filter { plan.steps[$0].op.described.hasPrefix("dense") }
      .compactMap { LibraryProduct($0, of: plan) }
    #expect(!products.isEmpty)
    for product in products {
      let description = try CublasLtDescription(product, library)
      try description.setBias(4096)
    }
  }
}

import CPUBackend
import Compiler
import Driver
import FileTestSupport
import GPUBackend
import Glibc
import Layers
import NetIR
import NetworkTestSupport
import Runtime
import Testing

/// Networks of `specs/` through the whole GPU backend, on the fake device, against the plan for this CPU: each with the
/// smallest images that it takes. Those with most weights take long to pack in a debug build, and run with
/// `NETC_ZOO=all` or `NETC_ZOO=NAME,…`.
@Suite struct ZooTests {
  /// Sides of images, the smallest first.
  private static let sides = [32, 64, 96, 128, 192, 188, 224, 299]

  static let names = Networks.specNames.filter { name in
    guard let network = try? Networks.spec(name) else { return false }
    return isWanted(network, named: name, mostParameters: 15_000_000)
  }

  private static let asked = getenv("NETC_ZOO").map { String(cString: $0) }?.split(separator: ",") ?? []

  /// Whether what takes many minutes is asked for.
  static let isWhole = asked == ["all"]

  /// Whether a network is small enough, or asked for: by `NETC_ZOO=all`, or by its name, `NETC_ZOO=NAME,…`.
  static func isWanted(_ network: Network, named name: String, mostParameters: Int) -> Bool {
    isWhole || asked.contains { $0 == name }
      || network.weights.reduce(0) { $0 + $1.shape.elements } <= mostParameters
  }

  static let smallNames = names.filter { name in
    (try? Networks.spec(name))?.weights.reduce(0) { $0 + $1.shape.elements } ?? .max <= 2_000_000
  }

  @Test func thereAreNetworks() { #expect(Self.names.count >= 25) }

  @Test(arguments: names)
  func agreesWithTheCPU(name: String) throws {
    let network = try Self.small(name)
    let batch = network.fixedBatch ?? 1
    let agreement = try DeviceAgreement(network.lowered(batch: batch).graph) { inputs in
      try Self.cpu(network, batch, inputs).map { $0.map(Double.init) }
    }
    let executable = try agreement.check(batch: batch, tolerance: 1e-4)
    // Layouts are strides: copies join, and convert nothing.
    for step in executable.plan.steps where step.op == .copy { #expect(step.name.contains(" into ")) }
  }

  /// The same by cuDNN wherever it can, in fp32 products; networks with few weights by cuBLASLt, too.
  @Test(arguments: names.map { ($0, DeviceLibrary.cudnn) } + smallNames.map { ($0, .cublasLt) })
  func agreesByLibraries(name: String, library: DeviceLibrary) throws {
    let network = try Self.small(name)
    let batch = network.fixedBatch ?? (library == .cublasLt ? 9 : 1)
    let agreement = try DeviceAgreement(network.lowered(batch: batch).graph) { inputs in
      try Self.cpu(network, batch, inputs).map { $0.map(Double.init) }
    }
    let plan = try LibraryAgreement(agreement, library: library).check(batch: batch, tolerance: 1e-4).plan
    let products = plan.steps.count { library.obstacle($0.op, batch: batch) == nil }
    // All but a few: the fake takes no images that are not channels last.
    if library == .cudnn { #expect(plan.steps(of: .cudnn) >= products / 2, "\(plan.steps.map(\.kernel))") }
  }

  /// The network with the smallest images for which it is one. Its layers are those of the spec, and its weights but for
  /// dense layers that see an image.
  static func small(_ name: String) throws -> Network {
    let path = "\(Repository.root)/specs/\(name).yaml"
    let text = TestFile.text(path) ?? ""
    guard let end = text.firstRange(of: "]}", after: "Input:"), let start = text[..<end].lastIndex(of: ","),
      let first = text[..<start].lastIndex(of: ","), let own = Int(text[start..<end].dropFirst(2))
    else { return try Networks.spec(name) }
    for side in sides where side < own {
      let smaller = text[...first] + " \(side), \(side)" + text[end...]
      let loaded = SpecLoader.understand(Array(smaller.utf8), path, as: path)
      if let network = loaded.network { return network }
    }
    return try Networks.spec(name)
  }

  private static func cpu(_ network: Network, _ batch: Int, _ inputs: [[Float]]) throws -> [[Float]] {
    let options = CompileOptions(
      batch: batch, numerics: .strict, target: HostCPU.current.target, catalogue: KernelTable.catalogue)
    let compiled = try #require(try Pipeline.compile(try network.lowered(batch: batch).graph, options))
    let evaluator = ConstantEvaluator(compiled.portable, parameter: NoiseWeights.values)
    let constants = try WeightPacking(compiled.plan).packed {
      try evaluator.value(of: compiled.plan.constants[$0].source)
    }
    let executable = try CPUExecutable(compiled.plan, constants: constants, pool: ThreadPool(threads: 1))
    return executable.run(examples: batch, inputs: inputs)
  }
}

extension String {
  /// Where `part` begins for the first time behind `word`.
  fileprivate func firstRange(of part: String, after word: String) -> Index? {
    guard let word = firstRange(of: word) else { return nil }
    return self[word.upperBound...].firstRange(of: part)?.lowerBound
  }
}

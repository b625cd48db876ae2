import CGPU
import NetIR

/// The engines of a plan's steps that are a library's. What a library refuses, the next candidate of the step computes,
/// in the end a kernel of netc's own, and the plan says why.
package final class LibraryEngines {
  /// As it will run.
  package private(set) var plan: Plan
  private var engines: [Int: any LibraryEngine] = [:]
  /// Of all engines: one works at a time.
  private var engineBytes = 0
  /// What a step hands on to the kernel behind it.
  private(set) var scratchBytes = 0
  /// Device memory for both, scratch memory first.
  var workspaceBytes: Int { scratchBytes + engineBytes }
  /// Why which kernels do not compute an op, by its signature.
  package private(set) var refusals: [String: [String: String]] = [:]

  private struct Key: Hashable {
    var product: LibraryProduct
    var kernel: String
  }

  private let libraries: DeviceLibraries
  private let catalogue: KernelCatalogue
  private let cache: EngineCache?
  private var cudnn: Result<CuDNNSession, LibraryRefusal>?
  private var cublasLt: Result<CublasLtSession, LibraryRefusal>?
  private var known: [Key: Result<any LibraryEngine, LibraryRefusal>] = [:]

  /// - Parameters:
  ///   - catalogue: with which the plan was made.
  ///   - session: for a device that is only described; nil for that of the current context.
  ///   - cache: where engines are kept.
  ///   - earlier: of another plan for the same device, whose engines are used where products are alike.
  init(
    _ plan: Plan, _ libraries: DeviceLibraries, _ catalogue: KernelCatalogue, session: CuDNNSession? = nil,
    cache: EngineCache? = nil, after earlier: LibraryEngines? = nil
  ) throws(GPUProblem) {
    (self.plan, self.libraries, self.catalogue, self.cache) = (plan, libraries, catalogue, cache)
    cudnn = session.map { .success($0) }
    if let earlier { (cudnn, cublasLt, known) = (earlier.cudnn, earlier.cublasLt, earlier.known) }
    for index in plan.steps.indices where plan.steps[index].library != nil { try settle(index) }
  }

  /// As above, for a plan of a machine's catalogue.
  package convenience init(_ plan: Plan, on machine: GPUMachine, after earlier: LibraryEngines? = nil)
    throws(GPUProblem)
  {
    try machine.context.makeCurrent()
    try self.init(plan, machine.libraries, machine.catalogue, cache: machine.engines, after: earlier)
  }

  /// A plan as it will run on a machine, without its weights. Of one that was tuned, candidates without a time have a
  /// reason where a library has one.
  package static func settled(_ plan: Plan, on machine: GPUMachine) throws(GPUProblem) -> Plan {
    let engines = try LibraryEngines(plan, on: machine)
    if plan.tuning != nil { for index in plan.steps.indices { engines.askForUntimed(of: index) } }
    return engines.plan
  }

  subscript(step: Int) -> (any LibraryEngine)? { engines[step] }

  /// Finds who computes a step.
  private func settle(_ index: Int) throws(GPUProblem) {
    let candidates = plan.steps[index].choice?.candidates.filter { $0.exclusion == nil } ?? []
    var refused: [String: String] = [:]
    for candidate in candidates {
      guard let kernel = catalogue[candidate.kernel] else { continue }
      guard let library = kernel.library else {
        take(candidate.kernel, kernel.algorithm, for: index, refused)
        return
      }
      do throws(LibraryRefusal) {
        let engine = try engine(of: library, candidate.kernel, for: index)
        take(candidate.kernel, kernel.algorithm, for: index, refused)
        engines[index] = engine
        engineBytes = max(engineBytes, engine.workspaceBytes)
        let step = plan.steps[index]
        scratchBytes = max(
          scratchBytes, FiltersGradientLaunch.scratchBytes(of: step, in: plan),
          SummedResults.scratchBytes(of: step, in: plan), NormalizationLaunch.scratchBytes(of: step, in: plan))
        return
      } catch { refused[candidate.kernel] = error.words }
    }
    throw .unsupported("`\(plan.steps[index].name)` has no kernel: \(refused.values.sorted().joined(separator: "; "))")
  }

  private func take(_ kernel: String, _ algorithm: String, for index: Int, _ refused: [String: String]) {
    plan.steps[index].kernel = kernel
    plan.steps[index].algorithm = algorithm
    exclude(refused, for: index)
  }

  private func askForUntimed(of index: Int) {
    var refused: [String: String] = [:]
    for candidate in plan.steps[index].choice?.candidates ?? [] where candidate.nanoseconds == nil {
      guard candidate.exclusion == nil, let library = catalogue[candidate.kernel]?.library else { continue }
      do throws(LibraryRefusal) { _ = try engine(of: library, candidate.kernel, for: index) } catch {
        refused[candidate.kernel] = error.words
      }
    }
    exclude(refused, for: index)
  }

  /// - Parameter refused: reasons, by kernel.
  private func exclude(_ refused: [String: String], for index: Int) {
    guard !refused.isEmpty, let choice = plan.steps[index].choice else { return }
    refusals[plan.tuningSignature(of: plan.steps[index]), default: [:]].merge(refused) { first, _ in first }
    let left = choice.candidates.filter { refused[$0.kernel] == nil }
    let out = choice.candidates.compactMap { candidate in
      refused[candidate.kernel].map { Plan.Choice.Candidate(kernel: candidate.kernel, exclusion: $0) }
    }
    plan.steps[index].choice = Plan.Choice(candidates: left + out)
  }

  private func engine(of library: DeviceLibrary, _ kernel: String, for index: Int) throws(LibraryRefusal)
    -> any LibraryEngine
  {
    let isNormalization = catalogue[kernel]?.normalizes == true
    let asked = isNormalization ? LibraryProduct(normalization: index, of: plan) : LibraryProduct(index, of: plan)
    guard var product = asked else {
      throw LibraryRefusal(isNormalization ? "its result lies where something is that it reads" : "it is no product")
    }
    if catalogue[kernel]?.sumsResults == true {
      guard let summed = product.summed(index, of: plan) else { throw LibraryRefusal("no step takes sums of it") }
      product = summed
    }
    let key = Key(product: product, kernel: kernel)
    if let known = known[key] { return try known.get() }
    let proposal = LibraryKernelTable.proposal(of: kernel)
    let made = Result { () throws(LibraryRefusal) -> any LibraryEngine in
      switch library {
      case .cudnn: try CuDNNEngine(product, proposal: proposal, try cudnnSession().get(), cache)
      case .cublasLt: try CublasLtEngine(product, proposal: proposal, try cublasLtSession().get())
      }
    }
    known[key] = made
    return try made.get()
  }

  private func cudnnSession() -> Result<CuDNNSession, LibraryRefusal> {
    if let cudnn { return cudnn }
    let made = Result { () throws(LibraryRefusal) -> CuDNNSession in
      guard let library = libraries.cudnn else { throw LibraryRefusal("cuDNN was not found") }
      return try CuDNNSession(library)
    }
    cudnn = made
    return made
  }

  private func cublasLtSession() -> Result<CublasLtSession, LibraryRefusal> {
    if let cublasLt { return cublasLt }
    let made = Result { () throws(LibraryRefusal) -> CublasLtSession in
      guard let library = libraries.cublasLt else { throw LibraryRefusal("cuBLASLt was not found") }
      return try CublasLtSession(library)
    }
    cublasLt = made
    return made
  }
}

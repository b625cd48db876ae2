import CGPU
import NetIR

/// One of the execution plans that cuDNN proposes for a product.
final class CuDNNEngine: LibraryEngine {
  let workspaceBytes: Int
  private let session: CuDNNSession
  /// nil where the plan was kept.
  private let graph: CuDNNGraph?
  /// Whether the plan was not made, but taken from a file.
  var isKept: Bool { graph == nil }
  private let plan: CuDNNDescriptor
  private let tensors: [CuDNNGraph.Tensor]
  /// Of a normalisation.
  private let epsilon: Float

  /// - Parameter proposal: the first of cuDNN's that are allowed and can be made is 0.
  init(_ product: LibraryProduct, proposal: Int, _ session: CuDNNSession, _ cache: EngineCache?)
    throws(LibraryRefusal)
  {
    self.session = session
    tensors = CuDNNGraph.Tensor.all(of: product)
    epsilon = product.epsilon ?? 0
    if let text = cache?.text(of: product, proposal: proposal), let (plan, bytes) = try? Self.plan(text, session) {
      (self.plan, workspaceBytes, graph) = (plan, bytes, nil)
      return
    }
    let graph = try CuDNNGraph(product, session)
    self.graph = graph
    var refusal = LibraryRefusal("cuDNN proposes no engine that netc may use")
    var found = 0
    var made: (CuDNNDescriptor, Int)?
    for configuration in try Self.proposals(graph, session) {
      guard try Self.isAllowed(configuration, for: product, session.library) else { continue }
      do throws(LibraryRefusal) {
        let plan = try Self.plan(configuration, session)
        if found == proposal {
          made = plan
          break
        }
        found += 1
      } catch { refusal = error }
    }
    guard let (plan, bytes) = made else {
      throw found == 0 ? refusal : LibraryRefusal("cuDNN has \(found) engines for it")
    }
    (self.plan, workspaceBytes) = (plan, bytes)
    if let cache, let text = try? plan.text(CGPU_CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION) {
      cache.keep(text, of: product, proposal: proposal)
    }
  }

  func start(_ operands: LibraryOperands, workspace: cgpu_address, in stream: cgpu_stream?) throws(GPUProblem) {
    // It is read on the host, as the engine starts.
    try withUnsafePointer(to: epsilon) { (epsilon) throws(GPUProblem) in
      try start(operands, epsilon: UInt64(UInt(bitPattern: epsilon)), workspace: workspace, in: stream)
    }
  }

  private func start(
    _ operands: LibraryOperands, epsilon: cgpu_address, workspace: cgpu_address, in stream: cgpu_stream?
  ) throws(GPUProblem) {
    let library = session.library
    let addresses = tensors.map { tensor in
      switch tensor {
      case .input: operands.input
      case .filters: operands.filters
      case .bias: operands.bias ?? 0
      case .residual: operands.residual ?? 0
      case .result: operands.result
      case .epsilon: epsilon
      default: operands.beside[Int(tensor.rawValue - CuDNNGraph.Tensor.sums.rawValue)] ?? 0
      }
    }
    let pack: CuDNNDescriptor
    do throws(LibraryRefusal) { pack = try variantPack(addresses, workspace) } catch {
      throw .call(function: "cuDNN", code: 0, name: "variant pack", words: error.words)
    }
    try session.use(stream)
    try library.call("cudnnBackendExecute", library.api.execute?(session.handle, plan.raw, pack.raw))
  }

  private func variantPack(_ addresses: [cgpu_address], _ workspace: cgpu_address) throws(LibraryRefusal)
    -> CuDNNDescriptor
  {
    let pack = try CuDNNDescriptor(session.library, CGPU_CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR)
    try pack.set(CGPU_CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CGPU_CUDNN_TYPE_INT64, tensors.map(\.rawValue))
    try pack.set(CGPU_CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CGPU_CUDNN_TYPE_VOID_PTR, addresses)
    try pack.set(CGPU_CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CGPU_CUDNN_TYPE_VOID_PTR, [workspace])
    try pack.finalize("a variant pack")
    return pack
  }

  // MARK: Choice

  private static let mostProposals = 40

  /// What cuDNN's heuristics propose, the best first, and behind it what nearly always works.
  private static func proposals(_ graph: CuDNNGraph, _ session: CuDNNSession) throws(LibraryRefusal)
    -> [CuDNNDescriptor]
  {
    var found: [CuDNNDescriptor] = []
    for mode in [CGPU_CUDNN_HEUR_MODE_A, CGPU_CUDNN_HEUR_MODE_FALLBACK] {
      let heuristics = try CuDNNDescriptor(session.library, CGPU_CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR)
      try heuristics.set(CGPU_CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, [graph.operations])
      try heuristics.set(CGPU_CUDNN_ATTR_ENGINEHEUR_MODE, CGPU_CUDNN_TYPE_HEUR_MODE, case: mode)
      if let device = session.device { try heuristics.set(CGPU_CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, [device]) }
      // A mode that knows nothing of the graph is no reason not to ask the other.
      guard (try? heuristics.finalize("heuristics")) != nil else { continue }
      var places: [CuDNNDescriptor] = []
      for _ in 0..<mostProposals {
        places.append(try CuDNNDescriptor(session.library, CGPU_CUDNN_BACKEND_ENGINECFG_DESCRIPTOR))
      }
      var raw = places.map(\.raw)
      var count: Int64 = 0
      let status = raw.withUnsafeMutableBytes {
        session.library.api.get_attribute?(
          heuristics.raw, Int32(CGPU_CUDNN_ATTR_ENGINEHEUR_RESULTS), Int32(CGPU_CUDNN_TYPE_BACKEND_DESCRIPTOR),
          Int64(places.count), &count, $0.baseAddress)
      }
      if status == Int32(CGPU_CUDNN_STATUS_SUCCESS) { found += places.prefix(max(0, Int(count))) }
    }
    return found
  }

  /// Engines whose results differ from run to run are out, and those that read other layouts of the filters. What
  /// products lose is bounded by the plan's numerics: `strict` multiplies fp32 numbers, without Winograd's transforms;
  /// `fast` may take TF32, and Winograd's smallest tiles.
  private static func isAllowed(_ configuration: CuDNNDescriptor, for product: LibraryProduct, _ library: CuDNN)
    throws(LibraryRefusal) -> Bool
  {
    let engine = try CuDNNDescriptor(library, CGPU_CUDNN_BACKEND_ENGINE_DESCRIPTOR)
    var raw = engine.raw
    var count: Int64 = 0
    try library.check(
      "cudnnBackendGetAttribute(\(CGPU_CUDNN_ATTR_ENGINECFG_ENGINE))",
      library.api.get_attribute?(
        configuration.raw, Int32(CGPU_CUDNN_ATTR_ENGINECFG_ENGINE), Int32(CGPU_CUDNN_TYPE_BACKEND_DESCRIPTOR), 1,
        &count, &raw))
    let numerical = try engine.values(
      CGPU_CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CGPU_CUDNN_TYPE_NUMERICAL_NOTE, capacity: 32, filler: Int32(0))
    let behaviour = try engine.values(
      CGPU_CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE, CGPU_CUDNN_TYPE_BEHAVIOR_NOTE, capacity: 32, filler: Int32(0))
    var refused = [
      CGPU_CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC, CGPU_CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS,
      CGPU_CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION, CGPU_CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6,
      CGPU_CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13,
    ]
    if product.isStrict {
      refused += [
        CGPU_CUDNN_NUMERICAL_NOTE_FFT, CGPU_CUDNN_NUMERICAL_NOTE_WINOGRAD,
        CGPU_CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_4x4,
      ]
      // Of fp32 numbers tensor cores multiply TF32; bf16 numbers they multiply exactly.
      if product.factors.contains(.float32) { refused.append(CGPU_CUDNN_NUMERICAL_NOTE_TENSOR_CORE) }
    }
    let reorders = [
      CGPU_CUDNN_BEHAVIOR_NOTE_REQUIRES_FILTER_INT8x32_REORDER, CGPU_CUDNN_BEHAVIOR_NOTE_REQUIRES_BIAS_INT8x32_REORDER,
    ]
    return !numerical.contains { refused.contains(Int($0)) } && !behaviour.contains { reorders.contains(Int($0)) }
  }

  /// With the bytes of its workspace.
  private static func plan(_ configuration: CuDNNDescriptor, _ session: CuDNNSession) throws(LibraryRefusal)
    -> (CuDNNDescriptor, Int)
  {
    try plan(session) { (plan) throws(LibraryRefusal) in
      try plan.set(CGPU_CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, [configuration])
    }
  }

  /// A plan that cuDNN gave as text.
  private static func plan(_ text: [UInt8], _ session: CuDNNSession) throws(LibraryRefusal) -> (CuDNNDescriptor, Int) {
    try plan(session) { (plan) throws(LibraryRefusal) in
      try plan.set(CGPU_CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CGPU_CUDNN_TYPE_CHAR, text)
    }
  }

  /// - Parameter fill: says what it is a plan of.
  private static func plan(_ session: CuDNNSession, fill: (CuDNNDescriptor) throws(LibraryRefusal) -> Void)
    throws(LibraryRefusal) -> (CuDNNDescriptor, Int)
  {
    let plan = try CuDNNDescriptor(session.library, CGPU_CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR)
    if let handle = session.handle {
      try plan.set(CGPU_CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CGPU_CUDNN_TYPE_HANDLE, [handle])
    }
    if let device = session.device { try plan.set(CGPU_CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, [device]) }
    try fill(plan)
    try plan.finalize("an execution plan")
    let bytes = try plan.values(
      CGPU_CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CGPU_CUDNN_TYPE_INT64, capacity: 1, filler: Int64(0))
    return (plan, Int(bytes.first ?? 0))
  }
}

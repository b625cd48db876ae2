import CGPU

/// What somebody took of a device, given back when this object goes: also after a failure half-way.
///
/// `@unchecked Sendable`: `take…` is called by one thread, before the object is shared; the handles are only read then.
final class DeviceResources: @unchecked Sendable {
  let context: DeviceContext
  private var memory: [cgpu_address] = []
  private var hostMemory: [UnsafeMutableRawPointer] = []
  private var streams: [cgpu_stream] = []
  private var events: [cgpu_event] = []
  private var modules: [cgpu_module] = []
  private var graphs: [cgpu_graph_exec] = []
  /// What has to go while the context is current, behind the graphs that use it.
  private var kept: [AnyObject] = []
  private var driver: CUDADriver { context.driver }

  init(_ context: DeviceContext) { self.context = context }

  deinit {
    // If even that fails, what can be given back is.
    _ = try? context.makeCurrent()
    let api = driver.api
    // A stream ends its work before it goes.
    for stream in streams { _ = api.stream_synchronize?(stream) }
    for graph in graphs { _ = api.graph_exec_destroy?(graph) }
    kept = []
    for event in events { _ = api.event_destroy?(event) }
    for stream in streams { _ = api.stream_destroy?(stream) }
    for module in modules { _ = api.module_unload?(module) }
    for address in memory { _ = api.memory_free?(address) }
    for pointer in hostMemory { _ = api.host_free?(pointer) }
  }

  func keep(_ object: AnyObject) { kept.append(object) }

  /// - Returns: nil where there is no room.
  func takeMemory(_ bytes: Int) throws(GPUProblem) -> cgpu_address? {
    var address: cgpu_address = 0
    let status = driver.api.memory_allocate?(&address, max(1, bytes))
    if status == Int32(CGPU_OUT_OF_MEMORY) { return nil }
    try driver.call("cuMemAlloc", status)
    memory.append(address)
    return address
  }

  /// Memory of the host that the device copies without a detour.
  func takeHostMemory(_ bytes: Int) throws(GPUProblem) -> UnsafeMutableRawPointer {
    var pointer: UnsafeMutableRawPointer?
    try driver.call("cuMemAllocHost", driver.api.host_allocate?(&pointer, max(1, bytes)))
    guard let pointer else { throw .unsupported("the driver gave no memory of the host") }
    hostMemory.append(pointer)
    return pointer
  }

  func takeStream() throws(GPUProblem) -> cgpu_stream? {
    var stream: cgpu_stream?
    try driver.call("cuStreamCreate", driver.api.stream_create?(&stream, UInt32(CGPU_STREAM_NON_BLOCKING)))
    if let stream { streams.append(stream) }
    return stream
  }

  /// Marks a place in a stream that one can wait for.
  func takeEvent(keepsTime: Bool = false) throws(GPUProblem) -> cgpu_event? {
    var event: cgpu_event?
    let flags = keepsTime ? 0 : UInt32(CGPU_EVENT_NO_TIMING)
    try driver.call("cuEventCreate", driver.api.event_create?(&event, flags))
    if let event { events.append(event) }
    return event
  }

  /// The named functions of a binary.
  func takeFunctions(_ names: Set<String>, of binary: [UInt8]) throws(GPUProblem) -> [String: cgpu_function] {
    var module: cgpu_module?
    let status = binary.withUnsafeBytes { driver.api.module_load?(&module, $0.baseAddress) }
    try driver.call("cuModuleLoadData", status)
    if let module { modules.append(module) }
    var functions: [String: cgpu_function] = [:]
    for name in names {
      var function: cgpu_function?
      try driver.call("cuModuleGetFunction(\(name))", driver.api.module_function?(&function, module, name))
      functions[name] = function
    }
    return functions
  }

  /// What `body` puts into the stream, as one graph that can be started again and again.
  func takeGraph(_ stream: cgpu_stream?, _ body: () throws(GPUProblem) -> Void) throws(GPUProblem)
    -> cgpu_graph_exec?
  {
    let api = driver.api
    try driver.call("cuStreamBeginCapture", api.stream_begin_capture?(stream, Int32(CGPU_CAPTURE_THREAD_LOCAL)))
    var graph: cgpu_graph?
    do throws(GPUProblem) { try body() } catch {
      _ = api.stream_end_capture?(stream, &graph)
      if graph != nil { _ = api.graph_destroy?(graph) }
      throw error
    }
    try driver.call("cuStreamEndCapture", api.stream_end_capture?(stream, &graph))
    defer { _ = api.graph_destroy?(graph) }
    var exec: cgpu_graph_exec?
    try driver.call("cuGraphInstantiate", api.graph_instantiate?(&exec, graph, 0))
    if let exec { graphs.append(exec) }
    return exec
  }
}

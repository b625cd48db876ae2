import CGPU

/// cuDNN, with every function that netc calls.
///
/// `@unchecked Sendable`: the table is filled by `init` and only read afterwards; cuDNN takes calls from any thread, of
/// one handle from one at a time.
package final class CuDNN: @unchecked Sendable {
  let api: cgpu_cudnn
  package let path: String
  /// `9.3.4`.
  package let version: String

  private static let oldest = 90000

  package init(_ found: LibrarySearch.Found) throws(GPUProblem) {
    var api = cgpu_cudnn()
    let missing = CUDADriver.missing { cgpu_cudnn_load(&api, found.pointer, $0, Int32($1)) }
    guard missing.isEmpty else { throw .lacksFunctions(.cudnn, path: found.path, missing) }
    self.api = api
    path = found.path
    let number = api.version?() ?? 0
    version = GPULibrary.version(number)
    guard number >= Self.oldest else { throw .unsupported("cuDNN \(version) is too old: netc calls 9.0 or newer") }
  }

  /// While an engine is made, whatever fails is a reason to do without.
  func check(_ function: String, _ status: cgpu_cudnn_status?) throws(LibraryRefusal) {
    guard let status, status != Int32(CGPU_CUDNN_STATUS_SUCCESS) else { return }
    throw LibraryRefusal("\(function): \(name(of: status))\(lastError.isEmpty ? "" : ", \(lastError)")")
  }

  /// While one runs, it is an error.
  func call(_ function: String, _ status: cgpu_cudnn_status?) throws(GPUProblem) {
    guard let status, status != Int32(CGPU_CUDNN_STATUS_SUCCESS) else { return }
    throw .call(function: function, code: Int(status), name: name(of: status), words: lastError)
  }

  private func name(of status: cgpu_cudnn_status) -> String {
    (api.status_name?(status)).map { String(cString: $0) } ?? "status \(status)"
  }

  /// What cuDNN says of the last failure of this thread; asking forgets it.
  private var lastError: String {
    var words = [CChar](repeating: 0, count: 512)
    api.last_error?(&words, words.count - 1)
    return String(decoding: words.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// Whom cuDNN makes engines for: the device of the current context, or one that is described to it, for which engines
/// can be made but not run.
///
/// `@unchecked Sendable`: used by whoever makes and starts engines, one thread at a time.
final class CuDNNSession: @unchecked Sendable {
  let library: CuDNN
  let handle: cgpu_cudnn_handle?
  /// Its properties, where there is no handle.
  let device: CuDNNDescriptor?
  private var stream: cgpu_stream?

  init(_ library: CuDNN) throws(LibraryRefusal) {
    self.library = library
    var handle: cgpu_cudnn_handle?
    try library.check("cudnnCreate", library.api.create?(&handle))
    (self.handle, device) = (handle, nil)
  }

  /// - Parameter properties: JSON, as cuDNN 9.8 and newer describe devices.
  init(_ library: CuDNN, properties: String) throws(LibraryRefusal) {
    self.library = library
    let device = try CuDNNDescriptor(library, CGPU_CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR)
    try device.set(CGPU_CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CGPU_CUDNN_TYPE_CHAR, Array(properties.utf8))
    try device.finalize("a device")
    (handle, self.device) = (nil, device)
  }

  deinit { if handle != nil { _ = library.api.destroy?(handle) } }

  func use(_ stream: cgpu_stream?) throws(GPUProblem) {
    guard self.stream != stream else { return }
    try library.call("cudnnSetStream", library.api.set_stream?(handle, stream))
    self.stream = stream
  }
}

/// A descriptor of the backend API, destroyed with this object. Those that it names live as long: cuDNN does not say
/// that it copies them.
final class CuDNNDescriptor {
  private let library: CuDNN
  let raw: cgpu_cudnn_descriptor?
  private var named: [CuDNNDescriptor] = []

  init(_ library: CuDNN, _ kind: Int) throws(LibraryRefusal) {
    self.library = library
    var raw: cgpu_cudnn_descriptor?
    try library.check("cudnnBackendCreateDescriptor", library.api.create_descriptor?(Int32(kind), &raw))
    self.raw = raw
  }

  deinit { _ = library.api.destroy_descriptor?(raw) }

  func set<Value>(_ name: Int, _ type: Int, _ values: [Value]) throws(LibraryRefusal) {
    let status = values.withUnsafeBytes {
      library.api.set_attribute?(raw, Int32(name), Int32(type), Int64(values.count), $0.baseAddress)
    }
    try library.check("cudnnBackendSetAttribute(\(name))", status)
  }

  func set(_ name: Int, _ descriptors: [CuDNNDescriptor]) throws(LibraryRefusal) {
    named += descriptors
    try set(name, CGPU_CUDNN_TYPE_BACKEND_DESCRIPTOR, descriptors.map(\.raw))
  }

  func set(_ name: Int, integers: [Int]) throws(LibraryRefusal) {
    try set(name, CGPU_CUDNN_TYPE_INT64, integers.map(Int64.init))
  }

  /// One number of an enumeration.
  func set(_ name: Int, _ type: Int, case value: Int) throws(LibraryRefusal) { try set(name, type, [Int32(value)]) }

  /// - Parameter what: it is, in words.
  func finalize(_ what: String) throws(LibraryRefusal) {
    try library.check("cudnnBackendFinalize of \(what)", library.api.finalize?(raw))
  }

  /// Characters, as many as it has.
  func text(_ name: Int) throws(LibraryRefusal) -> [UInt8] {
    var count: Int64 = 0
    try library.check(
      "cudnnBackendGetAttribute(\(name))",
      library.api.get_attribute?(raw, Int32(name), Int32(CGPU_CUDNN_TYPE_CHAR), 0, &count, nil))
    return try values(name, CGPU_CUDNN_TYPE_CHAR, capacity: max(0, Int(count)), filler: 0)
  }

  /// Up to `capacity` values.
  func values<Value>(_ name: Int, _ type: Int, capacity: Int, filler: Value) throws(LibraryRefusal) -> [Value] {
    var values = [Value](repeating: filler, count: capacity)
    var count: Int64 = 0
    let status = values.withUnsafeMutableBytes {
      library.api.get_attribute?(raw, Int32(name), Int32(type), Int64(capacity), &count, $0.baseAddress)
    }
    try library.check("cudnnBackendGetAttribute(\(name))", status)
    return Array(values.prefix(max(0, Int(count))))
  }
}

import CGPU

/// NVRTC: kernel texts to binaries of a device.
///
/// `@unchecked Sendable`: the table is filled by `init` and only read afterwards; NVRTC takes calls from any thread.
package final class KernelCompiler: @unchecked Sendable {
  private let api: cgpu_nvrtc
  package let path: String
  /// `12.4`.
  package let version: String
  /// Compute capabilities for which it makes binaries, ascending.
  private let architectures: [Int]

  package init(_ found: LibrarySearch.Found) throws(GPUProblem) {
    var api = cgpu_nvrtc()
    let missing = CUDADriver.missing { cgpu_nvrtc_load(&api, found.pointer, $0, Int32($1)) }
    guard missing.isEmpty else { throw .lacksFunctions(.nvrtc, path: found.path, missing) }
    self.api = api
    path = found.path
    var (major, minor) = (Int32(0), Int32(0))
    _ = api.version?(&major, &minor)
    version = "\(major).\(minor)"
    var count: Int32 = 0
    _ = api.architecture_count?(&count)
    var known = [Int32](repeating: 0, count: Int(max(0, count)))
    if !known.isEmpty { _ = api.architectures?(&known) }
    architectures = known.map(Int.init).sorted()
  }

  /// What a device of that compute capability is given: a binary of its own, or, where the compiler is older than the
  /// device, PTX of the newest that both know, which the driver compiles.
  package func architecture(for capability: Int) throws(GPUProblem) -> String {
    if architectures.contains(capability) { return "sm_\(capability)" }
    guard let newest = architectures.last(where: { $0 < capability }) else {
      throw .unsupported(
        "NVRTC \(version) knows no device as old as compute capability \(capability / 10).\(capability % 10)")
    }
    return "compute_\(newest)"
  }

  /// - Parameter name: what messages call the text.
  package func compile(_ source: String, name: String, for architecture: String) throws(GPUProblem) -> [UInt8] {
    var program: cgpu_program?
    try check(api.create?(&program, source, name, 0, nil, nil), name, nil)
    defer { _ = api.destroy?(&program) }
    let options = ["--gpu-architecture=\(architecture)", "--std=c++17"]
    let status = Self.withStrings(options) { api.compile?(program, Int32(options.count), $0) }
    try check(status, name, program)
    var count = 0
    if architecture.hasPrefix("sm_") {
      try check(api.binary_size?(program, &count), name, nil)
      var binary = [CChar](repeating: 0, count: count)
      try check(api.binary?(program, &binary), name, nil)
      return binary.map(UInt8.init(bitPattern:))
    }
    try check(api.ptx_size?(program, &count), name, nil)
    var text = [CChar](repeating: 0, count: count)
    try check(api.ptx?(program, &text), name, nil)
    return text.map(UInt8.init(bitPattern:))
  }

  /// - Parameter program: has a log.
  private func check(_ status: cgpu_nvrtc_status?, _ name: String, _ program: cgpu_program?) throws(GPUProblem) {
    guard let status, status != 0 else { return }
    var count = 0
    if program != nil { _ = api.log_size?(program, &count) }
    var log = [CChar](repeating: 0, count: count)
    if count > 0 { _ = api.log?(program, &log) }
    let words = String(decoding: log.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    throw .compilation(kernels: name, log: words.isEmpty ? "error \(status)" : words)
  }

  private static func withStrings<R>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> R) -> R {
    func next(_ rest: ArraySlice<String>, _ pointers: [UnsafePointer<CChar>?]) -> R {
      guard let first = rest.first else { return pointers.withUnsafeBufferPointer { body($0.baseAddress) } }
      return first.withCString { next(rest.dropFirst(), pointers + [$0]) }
    }
    return next(strings[...], [])
  }
}

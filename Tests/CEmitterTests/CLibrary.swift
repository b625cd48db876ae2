import FileTestSupport
import Glibc

/// Networks that were compiled into one library and loaded into this process.
final class CLibrary {
  private let folder: TemporaryFolder
  private let handle: UnsafeMutableRawPointer

  struct Failure: Error, CustomStringConvertible { let description: String }

  init(_ networks: [CNetwork], _ compiler: CCompiler, flags: [String] = ["-O2"]) throws {
    let folder = TemporaryFolder()
    for network in networks { network.store(in: folder) }
    let calls = networks.map(\.caller).joined(separator: "\n")
    let caller = folder.store(Array(calls.utf8), as: "calls.c")
    let sources = networks.map { "\(folder.path)/\($0.code.name).c" } + [caller]
    let library = folder.path + "/networks.so"
    let arguments = CCompiler.strict + flags + ["-fPIC", "-shared", "-I", folder.path]
    if let problem = compiler.compile(arguments + sources + ["-lm", "-o", library]) {
      throw Failure(description: problem)
    }
    guard let handle = dlopen(library, RTLD_NOW | RTLD_LOCAL) else {
      throw Failure(description: dlerror().map { String(cString: $0) } ?? "dlopen")
    }
    (self.folder, self.handle) = (folder, handle)
  }

  deinit { dlclose(handle) }

  /// A function by its name; its type is up to the caller.
  func function<Function>(_ name: String, as type: Function.Type) -> Function? {
    dlsym(handle, name).map { unsafeBitCast($0, to: type) }
  }

  private typealias Call =
    @convention(c) (
      UnsafePointer<Float>?, UnsafePointer<UnsafePointer<Float>?>, UnsafePointer<UnsafeMutablePointer<Float>?>,
      UnsafeMutablePointer<Float>
    ) -> Int32

  /// Runs a network with guards around each buffer that it writes, whose contents are no numbers before.
  ///
  /// - Throws: where a guard or an input was written over.
  func run(_ network: CNetwork, weights: [Float] = []) throws -> [[Float]] {
    guard let call = function("call_\(network.code.name)", as: Call.self) else {
      throw Failure(description: "no function")
    }
    let inputs = network.inputs.map { GuardedFloats($0) }
    let outputs = network.wanted.map { GuardedFloats([Float](repeating: .nan, count: $0.count)) }
    let arena = GuardedFloats([Float](repeating: .nan, count: max(1, network.code.arenaFloats)))
    let size = weights.withUnsafeBufferPointer { weights in
      call(
        weights.baseAddress, inputs.map { UnsafePointer($0.start) }, outputs.map { Optional($0.start) }, arena.start)
    }
    guard Int(size) == arena.count, (inputs + outputs + [arena]).allSatisfy(\.isIntact),
      zip(inputs, network.inputs).allSatisfy({ $0.values == $1 })
    else { throw Failure(description: "\(network.code.name) writes where it must not") }
    return outputs.map(\.values)
  }
}

/// Floats with others on both sides that nobody may touch.
final class GuardedFloats {
  private static let guardCount = 64
  private static let mark: Float = 7.25e12
  private let memory: UnsafeMutableBufferPointer<Float>
  let start: UnsafeMutablePointer<Float>
  let count: Int

  init(_ values: [Float]) {
    count = values.count
    memory = .allocate(capacity: count + 2 * Self.guardCount)
    memory.initialize(repeating: Self.mark)
    start = memory.baseAddress.map { $0 + Self.guardCount } ?? .allocate(capacity: 1)
    start.update(from: values, count: count)
  }

  deinit { memory.deallocate() }

  var values: [Float] { Array(UnsafeBufferPointer(start: start, count: count)) }

  var isIntact: Bool {
    memory.prefix(Self.guardCount).allSatisfy { $0 == Self.mark }
      && memory.suffix(Self.guardCount).allSatisfy { $0 == Self.mark }
  }
}

import FileTestSupport
import Glibc

/// The fake driver and the fake compiler of `Tests/FakeGPU`, built when a test first asks for them: a folder with
/// libraries of the names that netc looks for.
package final class FakeGPU: Sendable {
  package let folder: TemporaryFolder
  package var path: String { folder.path }

  /// One for all tests that break nothing.
  package static let shared = FakeGPU()

  /// The same, with cuDNN and cuBLASLt.
  package static let sharedWithLibraries = FakeGPU(libraries: true)

  /// A driver of its own, whose faults and counts concern nobody else.
  ///
  /// - Parameters:
  ///   - without: functions of the driver, of the compiler and of the libraries that this one lacks.
  ///   - libraries: whether cuDNN and cuBLASLt lie beside the driver.
  ///   - cudnnVersion: what this cuDNN says of itself.
  package init(without: [String] = [], libraries: Bool = false, cudnnVersion: Int = 90400) {
    folder = TemporaryFolder()
    let removed = without.map { "-D\($0)=removed_\($0)" }
    Self.build("libcuda.so.1", ["fake_cuda.c", "fibres.c"], removed, in: folder.path)
    Self.build("libnvrtc.so.12", ["fake_nvrtc.c"], Self.compilerFlags + removed, in: folder.path)
    guard libraries else { return }
    let version = ["-DFAKE_CUDNN_VERSION=\(cudnnVersion)"]
    Self.build("libcudnn.so.9", ["fake_cudnn.c", "fake_library.c"], removed + version, in: folder.path)
    Self.build("libcublasLt.so.12", ["fake_cublaslt.c", "fake_library.c"], removed, in: folder.path)
  }

  /// Sets what the environment variables of the same names would, for this driver in this process.
  package func control(_ name: String, _ value: String) {
    typealias Function = @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Void
    guard let symbol = symbol("fake_cuda_control") else { return }
    unsafeBitCast(symbol, to: Function.self)(name, value)
  }

  /// Takes one of the libraries away.
  package func remove(_ library: String) { unlink(path + "/" + library) }

  /// How much has not been given back: memory, streams, graphs, modules, contexts.
  package var alive: Int {
    typealias Function = @convention(c) () -> Int32
    guard let symbol = symbol("fake_cuda_alive") else { return -1 }
    return Int(unsafeBitCast(symbol, to: Function.self)())
  }

  /// Calls since a fault was last ordered.
  package var calls: Int {
    typealias Function = @convention(c) () -> Int32
    guard let symbol = symbol("fake_cuda_calls") else { return -1 }
    return Int(unsafeBitCast(symbol, to: Function.self)())
  }

  private func symbol(_ name: String) -> UnsafeMutableRawPointer? {
    dlopen(path + "/libcuda.so.1", RTLD_NOW | RTLD_LOCAL).flatMap { dlsym($0, name) }
  }

  /// Compiled kernels stay between runs of the tests.
  private static let kernels: String = {
    let folder = Repository.root + "/.build/fake-gpu"
    mkdir(Repository.root + "/.build", 0o755)
    mkdir(folder, 0o755)
    return folder
  }()

  private static let clang: String = {
    let folders = getenv("PATH").map { String(cString: $0) }?.split(separator: ":").map(String.init) ?? []
    return folders.map { $0 + "/clang" }.first { access($0, X_OK) == 0 } ?? "clang"
  }()

  private static var compilerFlags: [String] {
    [
      "-DFAKE_CLANG=\"\(clang)\"", "-DFAKE_SHIM=\"\(Repository.root)/Tests/FakeGPU/kernel_shim.h\"",
      "-DFAKE_FOLDER=\"\(kernels)\"",
    ]
  }

  private static func build(_ name: String, _ sources: [String], _ flags: [String], in folder: String) {
    let root = Repository.root
    let run = NetcProcess.run(
      command: [clang, "-O2", "-Wall", "-Wextra", "-Werror", "-std=gnu17", "-fPIC", "-shared", "-fvisibility=hidden"]
        + ["-I", root + "/Sources/CGPU/include"] + flags + sources.map { "\(root)/Tests/FakeGPU/\($0)" }
        + ["-o", "\(folder)/\(name)", "-lpthread", "-ldl", "-lm"])
    precondition(run.status == 0, "the fake GPU does not compile: \(run.errors)")
  }
}

/// Why a GPU cannot do what was asked of it.
package enum GPUProblem: Error, Sendable, Equatable {
  /// A library that is needed: what was tried, and what the system said.
  case noLibrary(GPULibrary, reasons: [String])
  /// The program itself cannot load libraries.
  case noLinker
  /// A library is there, and too old.
  case lacksFunctions(GPULibrary, path: String, [String])
  case noDevice(String)
  /// A call of the driver failed.
  case call(function: String, code: Int, name: String, words: String)
  /// What a plan takes in bytes, and the largest batch for which there would be room; nil for none.
  case outOfMemory(need: Int, free: Int, batch: Int, fits: Int?)
  /// The run-time compiler's words.
  case compilation(kernels: String, log: String)
  case unsupported(String)

  package var message: String {
    switch self {
    case .noLibrary(let library, _): "no GPU can be used: \(library.title), \(library.names[0]), was not found"
    case .noLinker: "no GPU can be used: this netc was linked without a dynamic linker"
    case .lacksFunctions(let library, let path, let names) where library == .cudnn || library == .cublasLt:
      "`\(path)`, \(library.title), cannot be used: it lacks \(names.joined(separator: ", "))"
    case .lacksFunctions(let library, let path, let names):
      "no GPU can be used: `\(path)`, \(library.title), is too old: it lacks \(names.joined(separator: ", "))"
    case .noDevice(let words): "no GPU can be used: \(words)"
    case .call(let function, let code, let name, let words): "the GPU failed: \(function): \(words) (\(name), \(code))"
    case .outOfMemory(let need, let free, let batch, _):
      "the plan for batch \(batch) needs \(Self.mebibytes(need)) of the GPU's memory, and \(Self.mebibytes(free)) are free"
    case .compilation(let kernels, let log): "NVRTC does not compile \(kernels): \(log)"
    case .unsupported(let words): words
    }
  }

  package var notes: [String] {
    if case .noLibrary(_, let reasons) = self { reasons } else { [] }
  }

  package var help: [String] {
    switch self {
    case .noLibrary(.driver, _), .noDevice:
      ["install NVIDIA's driver, or use `--device cpu`; `netc doctor` tells what was found"]
    case .noLibrary:
      [
        "compile the spec with `netc compile --target sm_NN` on a machine that has it, and run what that writes",
        "install CUDA 11.4 or newer, or `pip install nvidia-cuda-nvrtc-cu12` in an active virtual environment, or name "
          + "the folder in NETC_CUDA_PATH",
      ]
    case .noLinker:
      ["build one with `swift build -c release --static-swift-stdlib --product netc`, or use `--device cpu`"]
    case .lacksFunctions(let library, _, _) where library == .cudnn || library == .cublasLt:
      ["install \(library == .cudnn ? "cuDNN 9" : "cuBLAS 11 or newer"), or do without: netc has kernels of its own"]
    case .lacksFunctions: ["netc needs CUDA 11.4 or newer; or use `--device cpu`"]
    case .outOfMemory(_, _, _, .some(let batch)): ["`--batch \(batch)` fits"]
    case .outOfMemory: ["no batch fits: end what else uses the GPU, or use `--device cpu`"]
    case .call: ["`netc doctor` tells what was found; `--device cpu` works without a GPU"]
    case .compilation: ["this is a mistake in netc: please report it"]
    case .unsupported: ["use `--device cpu`"]
    }
  }

  /// Rounded up, with two digits.
  private static func mebibytes(_ bytes: Int) -> String {
    let hundredths = (bytes * 100 + (1 << 20) - 1) >> 20
    let digits = hundredths % 100
    return "\(hundredths / 100).\(digits < 10 ? "0" : "")\(digits) MiB"
  }
}

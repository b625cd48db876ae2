/// NVIDIA's libraries that netc can use.
package enum GPULibrary: String, Sendable, CaseIterable {
  case driver, nvrtc, cublasLt, cudnn

  /// File names, the newest first.
  package var names: [String] {
    switch self {
    case .driver: ["libcuda.so.1", "libcuda.so"]
    case .nvrtc: ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", "libnvrtc.so"]
    case .cublasLt: ["libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so.11", "libcublasLt.so"]
    case .cudnn: ["libcudnn.so.9", "libcudnn.so"]
    }
  }

  package var title: String {
    switch self {
    case .driver: "NVIDIA's driver"
    case .nvrtc: "the run-time compiler NVRTC"
    case .cublasLt: "cuBLASLt"
    case .cudnn: "cuDNN"
    }
  }

  /// 120304 → 12.3.4, of cuBLASLt and of cuDNN 9.
  static func version(_ number: Int) -> String { "\(number / 10000).\(number % 10000 / 100).\(number % 100)" }
}

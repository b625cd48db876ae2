import NetIR

/// A product on tensor cores: one of the instances of `convolve_tensor`, or of `sum_tensor_products`.
package struct TensorKernel: Hashable, Comparable, Sendable {
  /// What it computes.
  package enum Product: String, Sendable {
    /// Convolutions and dense layers: a tile of pixels × filters.
    case convolution = ""
    /// Gradients of filters: a tile of filters × (tap, channel).
    case weightGradient = "weights_"
  }

  package var product = Product.convolution
  /// What it multiplies; float32 is TF32.
  package var storage: StorageType
  /// Rows and columns of its tile.
  package var rows: Int
  package var columns: Int
  /// Whether operands are copied 16 bytes at a time.
  package var isVector = false

  /// All of them, as plans choose them. Which of the two ways operands come is seen from their layout.
  package static let families = all(.convolution, [(128, 128), (128, 64), (64, 64), (32, 32)])
  package static let gradientFamilies = all(.weightGradient, [(128, 128), (64, 64), (32, 64)])

  private static func all(_ product: Product, _ tiles: [(rows: Int, columns: Int)]) -> [TensorKernel] {
    StorageType.allCases.flatMap { storage in
      tiles.map { TensorKernel(product: product, storage: storage, rows: $0.rows, columns: $0.columns) }
    }
  }

  /// Without the way in which operands come: `bf16_128x64`, `weights_bf16_64x64`.
  package var name: String {
    let numbers =
      switch storage {
      case .float32: "tf32"
      case .bfloat16: "bf16"
      case .float16: "fp16"
      }
    return "\(product.rawValue)\(numbers)_\(rows)x\(columns)"
  }

  package var function: String { "conv2d_\(name)_\(isVector ? "vectors" : "numbers")" }

  /// The first compute capability whose tensor cores multiply these numbers.
  package static func leastCapability(_ storage: StorageType) -> Int { storage == .float16 ? 75 : 80 }

  /// As many parts of the operands as shared memory has room for without being asked: 48 KiB.
  private var stages: Int {
    guard isVector, parts == 1 else { return 2 }
    return rows + columns > 192 ? 2 : rows + columns > 128 ? 3 : 4
  }

  /// Into how many a small tile's sum is cut.
  private var parts: Int { product == .convolution && rows == 32 ? 4 : 1 }

  var text: String {
    let number =
      switch storage {
      case .float32: "FLOAT32"
      case .bfloat16: "BFLOAT16"
      case .float16: "FLOAT16"
      }
    return switch product {
    case .convolution:
      "NETC_KERNEL(\(function), ConvolutionArguments, 5) {\n"
        + "  convolve_tensor<\(number), \(rows), \(columns), \(parts), \(stages), \(isVector)>(a);\n}\n\n"
    case .weightGradient:
      "NETC_KERNEL(\(function), WeightGradientArguments, 3) {\n"
        + "  sum_tensor_products<\(number), \(rows), \(columns), \(stages), \(isVector)>(a);\n}\n\n"
    }
  }

  package static func < (a: TensorKernel, b: TensorKernel) -> Bool { a.function < b.function }
}

import CKernels
import NetIR

extension KernelArguments {
  /// The kind, and its smoothing or delta.
  static func loss(_ loss: Loss) -> (kind: Int32, p: Float) {
    let (kind, p): (ck_loss_kind, Float) =
      switch loss {
      case .softmaxCrossEntropy(let smoothing): (CK_LOSS_SOFTMAX_CROSS_ENTROPY, smoothing)
      case .crossEntropy(let smoothing): (CK_LOSS_CROSS_ENTROPY, smoothing)
      case .sigmoidCrossEntropy: (CK_LOSS_SIGMOID_CROSS_ENTROPY, 0)
      case .binaryCrossEntropy: (CK_LOSS_BINARY_CROSS_ENTROPY, 0)
      case .squaredError: (CK_LOSS_SQUARED, 0)
      case .absoluteError: (CK_LOSS_ABSOLUTE, 0)
      case .huber(let delta): (CK_LOSS_HUBER, delta)
      case .binaryHinge(let delta): (CK_LOSS_BINARY_HINGE, delta)
      case .multiclassHinge(let delta): (CK_LOSS_MULTICLASS_HINGE, delta)
      }
    return (Int32(kind.rawValue), p)
  }

  static func function(_ function: ScalarFunction) -> (kind: Int32, exponent: Float) {
    let (kind, exponent): (ck_function_kind, Float) =
      switch function {
      case .exponential: (CK_EXPONENTIAL, 0)
      case .logarithm: (CK_LOGARITHM, 0)
      case .absolute: (CK_ABSOLUTE, 0)
      case .sign: (CK_SIGN, 0)
      case .squareRoot: (CK_SQUARE_ROOT, 0)
      case .reciprocal: (CK_RECIPROCAL, 0)
      case .power(let exponent): (CK_POWER, exponent)
      }
    return (Int32(kind.rawValue), exponent)
  }

  /// The gradient of a rearrangement of a tensor of that shape.
  static func scatter(
    _ rearrangement: Rearrangement, _ shape: [Int], _ input: UnsafeMutablePointer<Float>?,
    _ output: UnsafeMutablePointer<Float>?
  ) -> ck_scatter_args {
    let axes = rearrangement.axes
    let (from, to) = (dense(axes.map(\.count)), dense(shape))
    var arguments = ck_scatter_args()
    arguments.in = input.map { UnsafePointer($0) }
    arguments.out = output
    var walkers: [(axis: Int, Rearrangement.Axis)?] = []
    var units = 1
    // Enough units, and rows as long as can be.
    while walkers.count < shape.count - 1, units < mostParts, let walker = walker(of: walkers.count, axes) {
      units *= shape[walkers.count]
      walkers.append(walker)
    }
    let parted = walkers.count
    arguments.parted = Int64(parted)
    fill(&arguments.out_counts, Array(shape.prefix(parted)))
    fill(&arguments.starts, Array(rearrangement.starts.prefix(parted)))
    fill(&arguments.steps, walkers.map { $0.map { $0.1.count > 1 ? $0.1.step : 1 } ?? 1 })
    fill(&arguments.counts, walkers.map { $0?.1.count ?? 1 })
    fill(&arguments.in_strides, walkers.map { $0.map { from[$0.axis] } ?? 0 })
    arguments.inner = Int64(shape.dropFirst(parted).reduce(1, *))
    arguments.offset = Int64((parted..<shape.count).reduce(0) { $0 + rearrangement.starts[$1] * to[$1] })
    let taken = Set(walkers.compactMap { $0?.axis })
    let rest = axes.indices.filter { !taken.contains($0) && axes[$0].count > 1 }
    arguments.rank = Int64(rest.count)
    fill(&arguments.rest_counts, rest.map { axes[$0].count })
    fill(&arguments.from, rest.map { from[$0] })
    fill(&arguments.to, rest.map { place in axes[place].source.map { to[$0] * axes[place].step } ?? 0 })
    return arguments
  }

  private static let mostParts = 256

  /// The one axis that walks along axis `source` of what was rearranged, if one at most does: then an index of it is
  /// reached from one index. `.some(nil)` where none does.
  private static func walker(of source: Int, _ axes: [Rearrangement.Axis]) -> (axis: Int, Rearrangement.Axis)?? {
    let walkers = axes.enumerated().filter { $0.element.source == source }
    switch walkers.count {
    case 0: return .some(nil)
    case 1 where walkers[0].element.step != 0 || walkers[0].element.count == 1:
      return (walkers[0].offset, walkers[0].element)
    default: return nil
    }
  }

  /// Elements between neighbours along each axis of an array in C order.
  private static func dense(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    return strides
  }
}

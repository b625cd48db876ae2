/// What kernels of training's ops want of their tensors.
extension TrainingOp {
  var kernelOp: KernelOp {
    switch self {
    case .moments: .moments
    case .joinMoments: .joinMoments
    case .normalize: .normalize
    case .drop: .drop
    case .noise: .noise
    case .randomSlopes: .randomSlopes
    case .function: .function
    case .loss: .loss
    }
  }

  /// Whether that operand is an array of its own: numbers for each channel, or a key.
  func isVector(_ place: Int) -> Bool {
    switch self {
    case .moments, .joinMoments, .function, .loss: false
    case .normalize, .drop, .noise: place > 0
    case .randomSlopes: place > 1
    }
  }

  var placement: TrainingPlacement {
    switch self {
    case .moments: .sums
    case .normalize, .drop, .noise, .randomSlopes, .function: .alike
    case .joinMoments, .loss: .plain
    }
  }

  var worksInPlace: Bool { placement == .alike }
}

extension GradientOp {
  /// Nil for convolutions, which are lowered or have kernels of their own.
  var kernelOp: KernelOp? {
    switch self {
    case .convolutionData, .convolutionWeights: nil
    case .channelSum: .channelSum
    case .batchSum: .batchSum
    case .pool: .poolGradient
    case .activation: .activationGradient
    case .normalizeSums: .normalizeSums
    case .normalizeData: .normalizeGradient
    case .standardize: .standardizeGradient
    case .extremum: .extremumGradient
    case .lrn: .lrnGradient
    case .softmax: .softmaxGradient
    case .scatter: .scatter
    case .upscaleBilinear: .upscaleBilinearGradient
    case .loss: .lossGradient
    }
  }

  func isVector(_ place: Int) -> Bool {
    switch self {
    case .convolutionData: place > 0
    case .normalizeSums, .normalizeData: place > 1
    default: false
    }
  }

  /// Nil for convolutions.
  var placement: TrainingPlacement? {
    switch self {
    case .convolutionData, .convolutionWeights: nil
    case .channelSum, .normalizeSums: .sums
    case .batchSum, .pool, .activation, .normalizeData, .extremum, .lrn: .alike
    case .standardize, .softmax, .scatter, .upscaleBilinear, .loss: .plain
    }
  }

  var worksInPlace: Bool {
    switch self {
    case .activation, .normalizeData, .extremum, .softmax, .standardize: true
    default: false
    }
  }
}

/// How the tensors of an op of training lie, its vectors left out.
package enum TrainingPlacement: Hashable, Sendable {
  /// All in C order.
  case plain
  /// All with the same block.
  case alike
  /// Operands with the same block, the result in C order.
  case sums
}

extension GraphOp {
  /// Nil for ops that inference has, too, and for convolutions.
  package var trainingPlacement: TrainingPlacement? {
    switch self {
    case .training(let op): op.placement
    case .gradient(let op): op.placement
    default: nil
    }
  }
}

extension KernelDescriptor {
  /// Why the kernel cannot work on tensors that lie like these; nil when it can.
  ///
  /// - Parameter tensors: the operands but for vectors, then the result.
  func mismatch(_ placement: TrainingPlacement, op: GraphOp, _ tensors: [Plan.Tensor]) -> String? {
    if case .training(.drop(_, let shared, _)) = op, let x = tensors.first {
      let isStrided = x.shape.count == 4
      guard isStrided || CounterPlaces(x.shape, shared: shared).axes.count <= CounterPlaces.mostAxes else {
        return "\(name) counts in \(CounterPlaces.mostAxes) axes"
      }
    }
    switch placement {
    case .plain: return tensors.allSatisfy(\.isContiguous) ? nil : "\(name) works on plain tensors"
    case .alike, .sums:
      let alike = placement == .alike ? tensors[...] : tensors.dropLast()
      let blocks = alike.map(\.layout.block)
      let same = blocks.allSatisfy { $0 == blocks[0] && ($0 == 1 || block == 0 || $0 == block) }
      guard same else { return "\(name) wants equal blocks" }
      return placement == .alike || tensors.last?.isContiguous == true ? nil : "\(name) gives plain numbers"
    }
  }
}

/// Where a counter's numbers belong to elements of a tensor in C order: each axis has so many elements, whose places are
/// a stride apart. Along shared axes it is 0.
package struct CounterPlaces: Hashable, Sendable {
  package struct Axis: Hashable, Sendable {
    package var count: Int
    package var stride: Int
  }

  /// Of every axis, however long.
  package let strides: [Int]
  /// Neighbours that walk like one axis are one; at least one, and the last has stride 0 or 1.
  package let axes: [Axis]

  /// Kernels count in this many axes.
  package static let mostAxes = 4

  package init(_ shape: [Int], shared: [Int] = []) {
    var strides = [Int](repeating: 0, count: shape.count)
    var size = 1
    for axis in shape.indices.reversed() where !shared.contains(axis) {
      strides[axis] = size
      size *= shape[axis]
    }
    var axes: [Axis] = []
    for (count, stride) in zip(shape, strides) where count > 1 {
      if let last = axes.last, last.stride == count * stride {
        axes[axes.count - 1] = Axis(count: last.count * count, stride: stride)
      } else {
        axes.append(Axis(count: count, stride: stride))
      }
    }
    self.strides = strides
    self.axes = axes.isEmpty ? [Axis(count: 1, stride: 0)] : axes
  }
}

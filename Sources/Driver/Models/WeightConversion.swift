import Layers
import NetIR

/// A tensor as a file has it, made the parameter that netc has.
struct WeightConversion: Sendable {
  private let layouts: [WeightLayout]
  /// What the file's network adds to a variance.
  private let epsilon: Float?
  /// What this network adds to it.
  private let ownEpsilon: Float
  /// Sizes of the image that a dense layer reads, channels first; nil for what is no image.
  private let image: [Int]?

  /// - Parameters:
  ///   - layer: whose parameter it becomes.
  ///   - network: of the layer.
  init(_ target: WeightMap.Target, _ layer: Network.Layer, in network: Network) {
    (layouts, epsilon) = (target.layouts, target.epsilon)
    ownEpsilon = (layer.kind as? BatchNorm)?.epsilon ?? 0
    let input = layer.inputs.first.map { network.layers[$0].shape.dropFirst().compactMap { $0 } } ?? []
    image = input.count == 3 ? input : nil
  }

  /// The tensor as netc has it; nil where its shape does not allow the layouts.
  ///
  /// - Parameter values: empty where only the shape is asked for.
  func converted(_ shape: [Int], _ values: [Float]) -> (shape: [Int], values: [Float])? {
    var (shape, values) = (shape, values)
    func move(_ order: Rearrangement, to result: [Int]? = nil) {
      if !values.isEmpty { values = order.apply(values, of: shape) }
      shape = result ?? order.shape
    }
    for layout in layouts {
      switch (layout, shape.count) {
      case (.transposed, 2), (.lasagne, 2): move(.transpose(shape, [1, 0]))
      case (.hwio, 4): move(.transpose(shape, [3, 2, 0, 1]))
      case (.hwcm, 4): move(.transpose(shape, [2, 3, 0, 1]), to: [shape[2] * shape[3], 1, shape[0], shape[1]])
      case (.flipped, 3...), (.lasagne, 3...): move(.flipped(shape))
      case (.hwcInputs, 2):
        guard let image, image.reduce(1, *) == shape[1] else { return nil }
        let apart = [shape[0], image[1], image[2], image[0]]
        let whole = shape
        shape = apart
        move(.transpose(apart, [0, 3, 1, 2]), to: whole)
      case (.inverseStd, 1): values = values.map { 1 / ($0 * $0) - ownEpsilon }
      // A vector is the same either way.
      case (.lasagne, _): break
      default: return nil
      }
    }
    if let epsilon { values = values.map { $0 + (epsilon - ownEpsilon) } }
    return (shape, values)
  }
}

extension Rearrangement {
  /// The last two axes backwards, or the last one where there are three.
  fileprivate static func flipped(_ shape: [Int]) -> Rearrangement {
    var result = identity(shape)
    for axis in shape.indices.dropFirst(2) {
      result.starts[axis] = shape[axis] - 1
      result.axes[axis].step = -1
    }
    return result
  }
}

import NetIR

/// The order in which a kernel of a GPU reads weights (filters, channels / groups, kh, kw) or (units, inputs).
struct DeviceWeightOrder {
  private let groups: Int
  private let shape: [Int]
  /// Of group, filter of the group, channel, ky, kx.
  private let order: [Int]
  /// Filter, tap, channel.
  private static let filtersFirst = [0, 1, 3, 4, 2]

  /// - Parameter shape: of the weights.
  /// - Returns: nil where they stay as they are.
  init?(_ step: Plan.Step, shape: [Int]) {
    self.shape = shape
    switch (step.op, step.algorithm) {
    case (.conv2D(let attributes, _), "implicit_gemm"):
      // Group, tap, channel, filter of the group.
      (groups, order) = (attributes.groups, [0, 3, 4, 2, 1])
    case (.gradient(.convolutionData(let attributes, _)), _):
      (groups, order) = (attributes.groups, Self.filtersFirst)
    case (.conv2D(let attributes, _), _) where step.library != nil || step.algorithm == "tensor_gemm":
      (groups, order) = (attributes.groups, Self.filtersFirst)
    case (.conv2D, _):
      // Tap, channel.
      (groups, order) = (1, [3, 4, 0, 1, 2])
    case (.dense, "implicit_gemm"): (groups, order) = (1, [0, 3, 4, 2, 1])
    default: return nil
    }
  }

  /// How often, and how far apart in memory, the axes of the order follow each other, from the outermost on.
  ///
  /// - Parameter strides: elements between neighbours along each axis of the weights.
  func axes(of strides: [Int]) -> [(count: Int, stride: Int)] {
    let filters = shape[0] / groups
    let (sizes, steps) = (shape + [1, 1], strides + [0, 0])
    let all = [
      (count: groups, stride: filters * steps[0]), (count: filters, stride: steps[0]),
      (count: sizes[1], stride: steps[1]), (count: sizes[2], stride: steps[2]), (count: sizes[3], stride: steps[3]),
    ]
    return order.map { all[$0] }
  }

  /// Weights in C order in this order.
  func packed(_ values: [Float]) -> [Float] {
    let dense = Rearrangement.identity(shape).strides(over: shape).strides
    let axes = axes(of: dense)
    var result: [Float] = []
    result.reserveCapacity(values.count)
    func walk(_ depth: Int, _ place: Int) {
      guard depth < axes.count else { return result.append(values[place]) }
      for index in 0..<axes[depth].count { walk(depth + 1, place + index * axes[depth].stride) }
    }
    walk(0, 0)
    return result
  }
}

import NetIR

/// How much of the image a unit sees: r += (k − 1)·d·j, then j *= s, along every path, the maximum over
/// branches; pooling counts; a transposed convolution divides j by its stride. Behind a dense layer or a global pool a unit sees the whole image.
package struct ReceptiveField: Sendable, Equatable {
  /// Pixels of the input that one unit sees, per axis.
  package var size: Size2D
  /// Pixels between the fields of neighbouring units.
  package var jump: Size2D

  /// One field per layer; nil where the network has no image.
  package static func all(of network: Network) -> [ReceptiveField?] {
    var fields: [ReceptiveField?] = []
    for layer in network.layers {
      fields.append(field(of: layer, in: network, fields))
    }
    return fields
  }

  private static func field(of layer: Network.Layer, in network: Network, _ fields: [ReceptiveField?])
    -> ReceptiveField?
  {
    guard !layer.inputs.isEmpty else {
      return layer.shape.spatial == nil ? nil : ReceptiveField(size: Size2D(1), jump: Size2D(1))
    }
    let incoming = layer.inputs.compactMap { fields[$0] }
    guard var field = incoming.first else { return nil }
    for other in incoming {
      field.size = Size2D(max(field.size.height, other.size.height), max(field.size.width, other.size.width))
      field.jump = Size2D(max(field.jump.height, other.jump.height), max(field.jump.width, other.jump.width))
    }
    let input = layer.inputs.first.map { network.layers[$0].shape } ?? []
    guard let window = layer.kind.window(over: input) else { return field }
    if window.kind == .everything {
      guard let image = network.image else { return field }
      field.size = Size2D(max(field.size.height, image.height), max(field.size.width, image.width))
      return field
    }
    if window.kind == .transposed {
      for axis in [\Size2D.height, \Size2D.width] {
        // One unit is the sum of ⌈k/s⌉ neighbours; s units lie where one was.
        let neighbours = (window.size[keyPath: axis] - 1) / window.stride[keyPath: axis]
        let growth = neighbours.bounded(times: field.jump[keyPath: axis])
        field.size[keyPath: axis] = min(Int.farthest, field.size[keyPath: axis] + growth)
        field.jump[keyPath: axis] = max(1, field.jump[keyPath: axis] / window.stride[keyPath: axis])
      }
      return field
    }
    for axis in [\Size2D.height, \Size2D.width] {
      let reach = (window.size[keyPath: axis] - 1).bounded(times: window.dilation[keyPath: axis])
      let growth = reach.bounded(times: field.jump[keyPath: axis])
      field.size[keyPath: axis] = min(Int.farthest, field.size[keyPath: axis] + growth)
      field.jump[keyPath: axis] = field.jump[keyPath: axis].bounded(times: window.stride[keyPath: axis])
    }
    return field
  }
}

extension Network {
  /// The size of the first image that goes in.
  package var image: Size2D? {
    inputs.lazy.compactMap { layers[$0].shape.spatial }.first.map { Size2D($0.height, $0.width) }
  }
}

extension Int {
  /// More pixels than any image has: strides multiply beyond every bound.
  fileprivate static let farthest = 1 << 40

  /// The product of two numbers that are not negative, at most `farthest`.
  func bounded(times other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? Int.farthest : Swift.min(product, Int.farthest)
  }
}

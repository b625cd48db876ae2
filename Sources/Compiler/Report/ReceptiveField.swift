import Layers
import NetIR

/// How much of the image a unit sees: r += (k − 1)·d·j, then j *= s, along every path, the maximum over
/// branches; pooling counts. Behind a dense layer or a global pool a unit sees the whole image.
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
    field.size.height += (window.size.height - 1) * window.dilation.height * field.jump.height
    field.size.width += (window.size.width - 1) * window.dilation.width * field.jump.width
    field.jump.height *= window.stride.height
    field.jump.width *= window.stride.width
    return field
  }
}

extension Network {
  /// The size of the first image that goes in.
  package var image: Size2D? {
    inputs.lazy.compactMap { layers[$0].shape.spatial }.first.map { Size2D($0.height, $0.width) }
  }
}

/// nolearn's learning capacity and coverage, in percent, as nolearn computes them (after X. Cao): stride,
/// padding, dilation and the field of pooling do not count, and whatever is neither convolution nor max
/// pooling ends the reckoning. For people who compare with their nolearn tables; `ReceptiveField` is right.
package struct Capacity: Sendable, Equatable {
  package var capacity: (y: Double, x: Double)
  package var coverage: (y: Double, x: Double)

  package static func == (a: Capacity, b: Capacity) -> Bool {
    a.capacity == b.capacity && a.coverage == b.coverage
  }

  package static func all(of network: Network) -> [Capacity?] {
    guard let image = network.image else { return network.layers.map { _ in nil } }
    let vertical = axis(network, image.height, \.height)
    let horizontal = axis(network, image.width, \.width)
    return zip(vertical, horizontal).map { y, x in
      Capacity(capacity: (y.capacity, x.capacity), coverage: (y.coverage, x.coverage))
    }
  }

  private static func axis(_ network: Network, _ image: Int, _ side: KeyPath<Size2D, Int>) -> [(
    capacity: Double, coverage: Double
  )] {
    var scale = 1.0
    var filter = Double(image)
    var field = Double(image)
    var isFirst = true
    var counts = true
    return network.layers.enumerated().map { index, layer in
      let whole = (capacity: 100.0, coverage: 100.0)
      guard index > 0, counts else { return whole }
      let input = layer.inputs.first.map { network.layers[$0].shape } ?? []
      switch layer.kind.window(over: input) {
      case .some(let window) where window.kind == .convolution:
        let size = Double(window.size[keyPath: side])
        filter = size * scale
        field = isFirst ? size : field + scale * (size - 1)
        isFirst = false
      case .some(let window) where window.kind == .maxPool:
        scale *= Double(window.size[keyPath: side])
      default:
        counts = false
        return whole
      }
      return (100 * filter / field, 100 * field / Double(image))
    }
  }
}

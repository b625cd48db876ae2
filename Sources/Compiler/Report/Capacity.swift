import Layers
import NetIR

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

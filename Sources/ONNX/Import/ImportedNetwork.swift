import NetIR

/// What an ONNX model is as layers and their parameters.
package struct ImportedNetwork: Sendable {
  package struct Layer: Sendable, Equatable {
    package var type: String
    package var name: String
    /// Names of layers.
    package var incomings: [String]
    /// Keys and values as they stand in a spec.
    package var options: [(key: String, value: String)]

    package static func == (a: Layer, b: Layer) -> Bool { a.text(after: nil) == b.text(after: nil) }
  }

  package struct Weight: Sendable, Equatable {
    package var name: String
    package var shape: [Int]
    package var values: [Float]
  }

  package var name: String
  package var layers: [Layer] = []
  package var weights: [Weight] = []
  /// Names of layers.
  package var outputs: [String] = []

  /// The network as a spec.
  ///
  /// - Parameter comment: what the first line says, without its mark.
  package func spec(comment: String) -> String {
    var text = "# \(comment)\nname: \(name)\n"
    if outputs != [layers.last?.name] { text += "outputs: [\(outputs.joined(separator: ", "))]\n" }
    text += "layers:\n"
    let width = layers.reduce(0) { max($0, $1.type.count) }
    for (index, layer) in layers.enumerated() {
      let gap = String(repeating: " ", count: width - layer.type.count)
      text += "  - \(layer.type): \(gap){\(layer.text(after: index > 0 ? layers[index - 1].name : nil))}\n"
    }
    return text
  }
}

extension ImportedNetwork.Layer {
  /// The layer's keys.
  ///
  /// - Parameter previous: the layer above, which need not be named.
  fileprivate func text(after previous: String?) -> String {
    var keys = [("name", name)]
    if incomings.count > 1 {
      keys.append(("incomings", "[\(incomings.joined(separator: ", "))]"))
    } else if let incoming = incomings.first, incoming != previous {
      keys.append(("incoming", incoming))
    }
    let said = options.filter { $0.key != "nonlinearity" || $0.value != Self.defaults[type] }
    return (keys + said.map { ($0.key, $0.value) }).map { "\($0.0): \($0.1)" }.joined(separator: ", ")
  }

  /// Nonlinearities that need not be said.
  private static let defaults = ["Conv2D": "rectify", "TransposedConv2D": "rectify", "Dense": "rectify"]

  package subscript(_ key: String) -> String? {
    get { options.first { $0.key == key }?.value }
    set {
      options.removeAll { $0.key == key }
      if let newValue { options.append((key, newValue)) }
    }
  }
}

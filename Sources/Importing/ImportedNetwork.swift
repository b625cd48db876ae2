/// What a model of another framework is as layers and their parameters.
package struct ImportedNetwork: Sendable {
  package struct Layer: Sendable, Equatable {
    package var type: String
    package var name: String
    /// Names of layers.
    package var incomings: [String]
    /// Keys and values as they stand in a spec.
    package var options: [(key: String, value: String)]

    package init(type: String, name: String, incomings: [String], options: [(key: String, value: String)]) {
      (self.type, self.name, self.incomings, self.options) = (type, name, incomings, options)
    }

    package static func == (a: Layer, b: Layer) -> Bool { a.text(after: nil) == b.text(after: nil) }
  }

  package struct Weight: Sendable, Equatable {
    package var name: String
    package var shape: [Int]
    package var values: [Float]

    package init(name: String, shape: [Int], values: [Float]) {
      (self.name, self.shape, self.values) = (name, shape, values)
    }
  }

  package var name: String
  package var layers: [Layer] = []
  package var weights: [Weight] = []
  /// Names of layers.
  package var outputs: [String] = []
  /// Lines of a spec behind its layers: `data` and `train`.
  package var sections: [String] = []
  /// What the model says and a spec cannot: nothing that changes its results, and all worth knowing.
  package var remarks: [String] = []

  package init(name: String) { self.name = name }

  /// Index of the layer with that name.
  package func place(of layer: String) -> Int? { layers.lastIndex { $0.name == layer } }

  /// Layers that have a nonlinearity of their own.
  private static let activated: Set<String> = ["Conv2D", "TransposedConv2D", "Dense", "ElemwiseSum", "ElemwiseMerge"]

  /// Gives a layer a nonlinearity, if it takes one, has none, and nothing sees it without.
  ///
  /// - Returns: whether it could.
  package mutating func activate(_ layer: String, _ nonlinearity: String) -> Bool {
    guard let place = place(of: layer), Self.activated.contains(layers[place].type),
      layers[place]["nonlinearity"] ?? "linear" == "linear", !outputs.contains(layer),
      !layers.contains(where: { $0.incomings.contains(layer) })
    else { return false }
    layers[place]["nonlinearity"] = nonlinearity
    return true
  }

  /// The network as a spec.
  ///
  /// - Parameter comment: what the first line says, without its mark.
  package func spec(comment: String) -> String {
    var text = ([comment] + remarks).map { "# \($0)\n" }.joined() + "name: \(name)\n"
    if outputs != [layers.last?.name] { text += "outputs: [\(outputs.joined(separator: ", "))]\n" }
    text += "layers:\n"
    let width = layers.reduce(0) { max($0, $1.type.count) }
    for (index, layer) in layers.enumerated() {
      let gap = String(repeating: " ", count: width - layer.type.count)
      text += "  - \(layer.type): \(gap){\(layer.text(after: index > 0 ? layers[index - 1].name : nil))}\n"
    }
    return text + sections.map { $0 + "\n" }.joined()
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

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

    package static func == (a: Layer, b: Layer) -> Bool { a.type == b.type && a.keys(after: nil) == b.keys(after: nil) }
  }

  package struct Weight: Sendable, Equatable {
    package var name: String
    package var shape: [Int]
    package var values: [Float]

    package init(name: String, shape: [Int], values: [Float]) {
      (self.name, self.shape, self.values) = (name, shape, values)
    }
  }

  /// Layers that come again and again, used like a type of layer. Its layers name `input` for what a use reads.
  package struct Block: Sendable, Equatable {
    package var name: String
    /// With what a use that does not say it has; nil where each use has to.
    package var parameters: [(name: String, fallback: String?)]
    package var layers: [Layer]

    package static func == (a: Block, b: Block) -> Bool {
      a.name == b.name && a.layers == b.layers && a.parameters.elementsEqual(b.parameters) { $0 == $1 }
    }
  }

  package var name: String
  /// In the order of a spec: each reads layers above it.
  package var layers: [Layer] = []
  package var blocks: [Block] = []
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
}

extension ImportedNetwork.Layer {
  package subscript(_ key: String) -> String? {
    get { options.first { $0.key == key }?.value }
    set {
      options.removeAll { $0.key == key }
      if let newValue { options.append((key, newValue)) }
    }
  }
}

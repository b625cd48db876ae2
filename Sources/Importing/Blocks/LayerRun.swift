/// Neighbouring layers that read one layer above them, and of which only the last is read by others.
struct LayerRun: Sendable {
  /// What runs have alike that can be one block with other numbers.
  struct Shape: Hashable {
    struct Layer: Hashable {
      var type: String
      /// Places in the run; -1 is what the run reads.
      var incomings: [Int]
      /// nil where the value may be a parameter.
      var options: [String: String?]
    }
    var layers: [Layer]
  }

  var range: Range<Int>
  var source: String
  var shape: Shape

  /// All runs of a network with two layers and more, apart from what `isFixed` names.
  static func all(of network: ImportedNetwork, isFixed: (ImportedNetwork.Layer) -> Bool) -> [LayerRun] {
    let layers = network.layers
    let places = Dictionary(layers.indices.map { (layers[$0].name, $0) }, uniquingKeysWith: { $1 })
    /// The last place where a layer is read: beyond all layers where it is a result.
    var lastRead = [Int](repeating: -1, count: layers.count)
    for (place, layer) in layers.enumerated() {
      for incoming in layer.incomings { places[incoming].map { lastRead[$0] = place } }
    }
    for output in network.outputs { places[output].map { lastRead[$0] = layers.count } }
    var runs: [LayerRun] = []
    for start in layers.indices where layers[start].incomings.count == 1 {
      let source = layers[start].incomings[0]
      var (shapes, furthest): ([Shape.Layer], Int) = ([], start)
      for place in start..<min(start + mostLayers, layers.count) {
        let layer = layers[place]
        let incomings = layer.incomings.compactMap { incoming -> Int? in
          if incoming == source { return -1 }
          return places[incoming].flatMap { $0 >= start ? $0 - start : nil }
        }
        guard !isFixed(layer), incomings.count == layer.incomings.count else { break }
        shapes.append(.init(type: layer.type, incomings: incomings, options: layer.shape))
        // What is above the run's last layer has been read by then.
        if place > start, furthest <= place {
          runs.append(LayerRun(range: start..<place + 1, source: source, shape: Shape(layers: shapes)))
        }
        furthest = max(furthest, lastRead[place])
      }
    }
    return runs
  }

  private static let mostLayers = 60
}

extension ImportedNetwork.Layer {
  /// Values of convolutions that are left out where they are these.
  static let silent = ["stride": "1", "pad": "0", "dilation": "1", "num_groups": "1"]

  /// The value of an option, one that is not said included.
  func value(_ key: String) -> String? {
    said.first { $0.key == key }?.value ?? (type == "Conv2D" ? Self.silent[key] : nil)
  }

  fileprivate var shape: [String: String?] {
    var shape: [String: String?] = [:]
    for (key, value) in said { shape[key] = .some(Self.mayVary(value) ? nil : value) }
    if type == "Conv2D" {
      for key in Self.silent.keys where shape[key] == nil { shape[key] = .some(nil) }
    }
    return shape
  }

  /// Words and numbers; not lists and mappings.
  private static func mayVary(_ value: String) -> Bool {
    value != "null"
      && value.utf8.allSatisfy { byte in
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 32 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
          || [UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-")].contains(byte)
      }
  }
}

import Layers
import NetIR
import NetworkTestSupport
import Testing

/// A layer and, written apart, what it computes: one number of the result from the inputs and the parameters.
struct LayerDefinition: Sendable, CustomTestStringConvertible {
  struct Values {
    var inputs: [NaiveTensor]
    var layer: String
    var shapes: [String: [Int]]

    var x: NaiveTensor { inputs[0] }

    /// A number of an input, 0 outside of it.
    func padded(_ index: [Int], input: Int = 0) -> Double { inputs[input][index] ?? 0 }

    /// The layer's parameter with that suffix.
    func weight(_ suffix: String) -> NaiveTensor {
      let shape = shapes[suffix] ?? []
      let values = NoiseWeights.values("\(layer).\(suffix)", shape).map(Double.init)
      return NaiveTensor(shape: shape, values: values)
    }
  }

  var layer: String
  /// Without the batch.
  var inputs: [[Int]]
  /// The result's shape for a batch of two.
  var result: [Int]
  /// Shapes of the parameters by suffix.
  var weights: [String: [Int]] = [:]
  var value: @Sendable (Values, [Int]) -> Double

  var testDescription: String { layer }

  var yaml: String {
    let names = inputs.indices.map { "in\($0)" }
    let sources = zip(names, inputs).map { name, shape in
      "  - Input: {name: \(name), shape: [null, \(shape.map(String.init).joined(separator: ", "))]}\n"
    }
    let (type, parameters) = layer.split(separator: ":", maxSplits: 1).map(String.init).pair
    return "layers:\n" + sources.joined()
      + "  - \(type): {name: y, incomings: [\(names.joined(separator: ", "))], \(parameters)}\n"
  }

  /// The result for a batch of two.
  func naive(_ numbers: [[Float]]) -> NaiveTensor {
    let tensors = zip(inputs, numbers).map { NaiveTensor(shape: [2] + $0, values: $1.map(Double.init)) }
    let values = Values(inputs: tensors, layer: "y", shapes: weights)
    return .make(result) { value(values, $0) }
  }
}

extension [String] {
  fileprivate var pair: (String, String) {
    let parameters = count > 1 ? self[1].trimming("{} ") : ""
    return (self[0], parameters)
  }
}

extension String {
  fileprivate func trimming(_ characters: String) -> String {
    var part = Substring(self)
    while let first = part.first, characters.contains(first) { part.removeFirst() }
    if part.last == "}" { part.removeLast() }
    return String(part)
  }
}

import NetIR

/// An ONNX model of a ConvNet as layers. Names are kept where a spec can have them; batch normalisations stay what they
/// are; everything that netc cannot say is named, all of it at once.
package struct ONNXImport {
  /// What a value is.
  enum Value {
    case constant(ONNXTensor)
    /// A layer's result. Its shape begins with the batch; `anyBatch` stands for one that is free.
    case layer(String, shape: [Int])
  }

  /// Stands for the size of a free batch, also in shapes that are computed.
  static let anyBatch = -1

  private let model: ONNXModel
  var network: ImportedNetwork
  private(set) var values: [String: Value] = [:]
  /// How many nodes and results read a value.
  private var uses: [String: Int] = [:]
  private var taken: Set<String> = []
  private var problems: [String] = []

  /// - Parameter name: of the network; exporters call most of theirs the same.
  package init(_ model: ONNXModel, name: String) {
    self.model = model
    network = ImportedNetwork(name: Self.cleaned(name))
    for node in model.graph.nodes { for input in node.inputs { uses[input, default: 0] += 1 } }
    for output in model.graph.outputs { uses[output.name, default: 0] += 1 }
  }

  /// - Throws: what is not supported, by node.
  package mutating func imported() throws(ONNXProblem) -> ImportedNetwork {
    if model.opset < 7 || model.opset > 25 {
      problems.append("opset \(model.opset): netc reads 7 to 25")
    }
    for tensor in model.graph.initializers { values[tensor.name] = .constant(tensor) }
    for input in model.graph.inputs where values[input.name] == nil { addInput(input) }
    for (index, node) in model.graph.nodes.enumerated() { add(node, index) }
    for output in model.graph.outputs { addOutput(output.name) }
    guard problems.isEmpty else { throw .unsupported(problems) }
    return network
  }

  private mutating func addInput(_ input: ONNXValue) {
    guard let dimensions = input.shape, !dimensions.isEmpty else {
      problems.append("input `\(input.name)` has no shape")
      return
    }
    var shape: [Int] = []
    for (axis, dimension) in dimensions.enumerated() {
      switch dimension {
      case .size(let size) where size > 0 && size < 1 << 24: shape.append(Int(size))
      case _ where axis == 0: shape.append(Self.anyBatch)
      default:
        problems.append(
          "input `\(input.name)` leaves the size of axis \(axis) open; a spec says every size but the batch")
        return
      }
    }
    let sizes = shape.map { $0 == Self.anyBatch ? "null" : String($0) }
    let name = layerName(input.name)
    network.layers.append(
      .init(type: "Input", name: name, incomings: [], options: [("shape", "[\(sizes.joined(separator: ", "))]")]))
    values[input.name] = .layer(name, shape: shape)
  }

  private mutating func addOutput(_ name: String) {
    guard case .layer(let layer, _) = values[name] else {
      // Where a node failed, so does what depends on it; that was said.
      if problems.isEmpty { problems.append("output `\(name)` depends on no input") }
      return
    }
    if !network.outputs.contains(layer) { network.outputs.append(layer) }
  }

  private mutating func add(_ node: ONNXNode, _ index: Int) {
    let place = "node \(index)" + (node.name.isEmpty ? "" : " `\(node.name)`") + " (\(node.type))"
    if !node.domain.isEmpty, node.domain != "ai.onnx" {
      problems.append("\(place): the operator is of domain `\(node.domain)`")
      return
    }
    // What depends on a failed node cannot be told.
    guard node.inputs.allSatisfy({ $0.isEmpty || values[$0] != nil }) else {
      let made = Set(model.graph.nodes.flatMap(\.outputs))
      for input in node.inputs where !input.isEmpty && values[input] == nil && !made.contains(input) {
        problems.append("\(place): nothing makes `\(input)`")
      }
      return
    }
    do {
      let inputs = node.inputs.map { values[$0] }
      if let folded = try ConstantFolding(opset: Int(model.opset)).value(of: node, inputs) {
        values[node.outputs[0]] = folded
      } else {
        try addLayers(of: node)
      }
    } catch {
      problems.append("\(place): \(error.reason)")
    }
  }

  // MARK: For operators

  var opset: Int { Int(model.opset) }

  mutating func set(_ name: String, _ value: Value) { values[name] = value }

  /// Whether one node reads a value, and nothing else does.
  func isReadOnce(_ name: String) -> Bool { uses[name] == 1 }

  /// Those that read a value.
  func readers(of name: String) -> [ONNXNode] { model.graph.nodes.filter { $0.inputs.contains(name) } }

  func isOutput(_ name: String) -> Bool { model.graph.outputs.contains { $0.name == name } }

  /// Index of the layer with that name.
  func place(of layer: String) -> Int? { network.layers.lastIndex { $0.name == layer } }

  /// A free name for a layer that was called so.
  mutating func layerName(_ wanted: String) -> String {
    let clean = Self.cleaned(wanted)
    var (name, number) = (clean, 1)
    while !taken.insert(name).inserted {
      number += 1
      name = "\(clean)_\(number)"
    }
    return name
  }

  /// Letters, digits and what else the name of a layer may have.
  static func cleaned(_ name: String) -> String {
    let parts = name.split { !($0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0))) }
    let clean = parts.joined(separator: "_")
    let words: Set<String> = ["", "null", "true", "false", "yes", "no", "on", "off", "y", "n"]
    return clean.first?.isLetter == true && !words.contains(clean.lowercased()) ? clean : "layer_\(clean)"
  }
}

/// Why a node cannot be taken.
struct ImportFault: Error {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}

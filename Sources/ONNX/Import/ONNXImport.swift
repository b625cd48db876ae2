import Exchange
import Importing
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
  private var names = LayerNames()
  private var problems: [String] = []

  /// - Parameter name: of the network; exporters call most of theirs the same.
  package init(_ model: ONNXModel, name: String) {
    self.model = model
    network = ImportedNetwork(name: LayerNames.cleaned(name))
    for node in model.graph.nodes { for input in node.inputs { uses[input, default: 0] += 1 } }
    for output in model.graph.outputs { uses[output.name, default: 0] += 1 }
  }

  /// - Throws: what is not supported, by node.
  package mutating func imported() throws(ModelProblem) -> ImportedNetwork {
    if model.opset < 7 || model.opset > 28 {
      problems.append("opset \(model.opset): netc reads 7 to 28")
    }
    for tensor in model.graph.initializers { values[tensor.name] = .constant(tensor) }
    for input in model.graph.inputs where values[input.name] == nil { addInput(input) }
    for (index, node) in model.graph.nodes.enumerated() { add(node, index) }
    for output in model.graph.outputs { addOutput(output.name) }
    guard problems.isEmpty else { throw .unsupported(problems) }
    return network
  }

  private mutating func addInput(_ input: ONNXValue) {
    guard let dimensions = input.shape, dimensions.count > 1 else {
      problems.append(
        input.shape == nil
          ? "input `\(input.name)` has no shape" : "input `\(input.name)` has no axis beside the batch")
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
    guard Self.isPossible(shape) else {
      problems.append("input `\(input.name)` is \(shape.crossed)")
      return
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
    guard !node.outputs.isEmpty, node.inputs.count + node.attributes.count > 0 else {
      problems.append("\(place): it has no result, or nothing to make it of")
      return
    }
    do throws(ImportFault) {
      let inputs = node.inputs.map { values[$0] }
      if let folded = try ConstantFolding(opset: Int(model.opset)).value(of: node, inputs) {
        values[node.outputs[0]] = folded
      } else {
        try addLayers(of: node)
      }
      for output in node.outputs {
        guard case .layer(_, let shape)? = values[output], !Self.isPossible(shape) else { continue }
        throw ImportFault("its result would be \(shape.crossed)")
      }
    } catch {
      problems.append("\(place): \(error.reason)")
      for output in node.outputs { values[output] = nil }
    }
  }

  /// Whether a value may have that shape: sizes above 0, of no more elements than a machine holds.
  private static func isPossible(_ shape: [Int]) -> Bool {
    !shape.isEmpty && shape.allSatisfy { $0 > 0 || $0 == anyBatch }
      && shape.reduce(1.0) { $0 * Double(max(1, $1)) } <= Double(1 << 40)
  }

  // MARK: For operators

  var opset: Int { Int(model.opset) }

  mutating func set(_ name: String, _ value: Value) { values[name] = value }

  /// Whether one node reads a value, and nothing else does.
  func isReadOnce(_ name: String) -> Bool { uses[name] == 1 }

  /// Those that read a value.
  func readers(of name: String) -> [ONNXNode] { model.graph.nodes.filter { $0.inputs.contains(name) } }

  func isOutput(_ name: String) -> Bool { model.graph.outputs.contains { $0.name == name } }

  mutating func layerName(_ wanted: String) -> String { names.free(wanted) }
}

/// Why a node cannot be taken.
struct ImportFault: Error {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}

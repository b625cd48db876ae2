import NetIR

/// Computes what the compiler made of parameters, in double precision, once.
package struct ConstantEvaluator {
  private let graph: Graph
  private let parameter: (String, [Int]) throws -> [Float]

  /// - Parameter parameter: gives the numbers of a parameter tensor by its name and shape.
  package init(_ graph: Graph, parameter: @escaping (String, [Int]) throws -> [Float]) {
    self.graph = graph
    self.parameter = parameter
  }

  /// The numbers of a constant value, in C order.
  package func value(of id: ValueID) throws -> [Float] {
    let node = graph[id]
    switch node.op {
    // What was not computed keeps its bits, and costs no copy.
    case .constant(let name, let shape): return try parameter(name, shape)
    case .fill(let value, let shape): return [Float](repeating: value, count: shape.elements)
    case .reshape: return try value(of: node.operands[0])
    case .rearrange(let rearrangement):
      return rearrangement.apply(try value(of: node.operands[0]), of: graph[node.operands[0]].shape)
    case .pad(let attributes):
      return pad(try value(of: node.operands[0]), graph[node.operands[0]].shape, attributes, attributes.value)
    default: return try doubles(of: id).map(Float.init)
    }
  }

  private func doubles(of id: ValueID) throws -> [Double] {
    let node = graph[id]
    func operand(_ index: Int) throws -> [Double] { try doubles(of: node.operands[index]) }
    switch node.op {
    case .constant, .fill: return try value(of: id).map(Double.init)
    case .reshape: return try operand(0)
    case .rearrange(let rearrangement):
      return rearrangement.apply(try operand(0), of: graph[node.operands[0]].shape)
    case .pad(let attributes):
      return pad(try operand(0), graph[node.operands[0]].shape, attributes, Double(attributes.value))
    case .normScale(let epsilon):
      return zip(try operand(0), try operand(1)).map { $0 / ($1 + Double(epsilon)).squareRoot() }
    case .normShift:
      let (mean, scale) = (try operand(1), try operand(2))
      return try operand(0).enumerated().map { $1 - mean[$0] * scale[$0] }
    case .scaleBias:
      let (scale, shift) = (try operand(1), try operand(2))
      return try operand(0).enumerated().map { $1 * scale[$0] + shift[$0] }
    case .scaleRows:
      let scale = try operand(1)
      let weights = try operand(0)
      let row = weights.count / max(1, scale.count)
      return weights.enumerated().map { $1 * scale[$0 / max(1, row)] }
    default:
      throw CompileError(.bug, "\(node.op.name) of `\(node.name)` is no arithmetic on constants")
    }
  }

  /// The values of an array of that shape with `value` around them.
  private func pad<Value>(_ values: [Value], _ shape: [Int], _ attributes: PadAttributes, _ value: Value) -> [Value] {
    var result: [Value] = []
    func walk(_ axis: Int, _ place: Int?) {
      guard axis < shape.count else { return result.append(place.map { values[$0] } ?? value) }
      for index in -attributes.before[axis]..<shape[axis] + attributes.after[axis] {
        let inside = (0..<shape[axis]).contains(index)
        walk(axis + 1, inside ? place.map { $0 * shape[axis] + index } : nil)
      }
    }
    walk(0, 0)
    return result
  }
}

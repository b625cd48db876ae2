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
    default: return try doubles(of: id).map(Float.init)
    }
  }

  private func doubles(of id: ValueID) throws -> [Double] {
    let node = graph[id]
    func operand(_ index: Int) throws -> [Double] { try doubles(of: node.operands[index]) }
    switch node.op {
    case .constant, .fill: return try value(of: id).map(Double.init)
    case .reshape: return try operand(0)
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
}

import Drawing
import NetIR

/// A plan as a diagram: a box per step with its kernel and its algorithm, how each result lies in memory.
package enum PlanDiagram {
  package static func make(_ plan: Plan) -> Diagram {
    var nodes: [Diagram.Node] = []
    var edges: [Diagram.Edge] = []
    // The box that wrote what a tensor shows; views share the bytes of another tensor.
    var writer: [Int: Int] = [:]
    for (index, tensor) in plan.tensors.enumerated() {
      guard case .input = tensor.place, tensor.viewOf == nil else { continue }
      writer[index] = nodes.count
      nodes.append(
        Diagram.Node(
          title: tensor.name, lines: ["input"], tint: .input, label: words(tensor),
          hint: "\(tensor.name): the caller's input"))
    }
    func box(of tensor: Int) -> Int? {
      var index = tensor
      while writer[index] == nil, let other = plan.tensors[index].viewOf { index = other }
      return writer[index]
    }
    for (number, step) in plan.steps.enumerated() {
      for case .tensor(let operand) in step.operands {
        if let source = box(of: operand) { edges.append(.init(from: source, to: nodes.count)) }
      }
      let result = plan.tensors[step.result]
      let (first, rest) = cut(step.name)
      let (groups, name) = LayerPath.split(first)
      let work = plan.work(of: step)
      var lines = ["\(step.op.name) · \(step.algorithm)", step.kernel]
      if work.flops > 0 { lines.append("\(Format.short(work.flops)) FLOP") }
      writer[step.result] = nodes.count
      nodes.append(
        Diagram.Node(
          groups: groups, title: "\(number + 1) · \(name)\(rest)", lines: lines, tint: Tint(step.op),
          label: words(result), isOutput: isOutput(step.result, plan),
          hint: "step \(number + 1): \(step.name), \(Format.grouped(work.flops)) FLOP, "
            + "\(Format.binary(result.bytes)) written"))
    }
    let subtitle =
      "plan for \(plan.target.name) · batch \(plan.batch) · \(plan.precision) \(plan.numerics) · "
      + "\(plan.graphOps) graph ops in \(Format.count(plan.steps.count, "step")) · "
      + "arena \(Format.binary(plan.arenaBytes))"
    return Diagram(title: plan.name, subtitle: subtitle, nodes: nodes, edges: edges)
  }

  /// `conv2/a + rectify` → the layer and what was fused to it.
  private static func cut(_ name: String) -> (String, String) {
    guard let space = name.firstIndex(of: " ") else { return (name, "") }
    return (String(name[..<space]), String(name[space...]))
  }

  /// `64×56×56 c16`: blocks of 16 channels.
  private static func words(_ tensor: Plan.Tensor) -> String {
    let shape = tensor.shape.dropFirst().map(String.init).joined(separator: "×")
    return tensor.layout.block > 1 ? "\(shape) c\(tensor.layout.block)" : shape
  }

  /// Whether the caller reads these bytes, under this shape or another.
  private static func isOutput(_ index: Int, _ plan: Plan) -> Bool {
    plan.tensors.indices.contains { other in
      guard case .output = plan.tensors[other].place else { return false }
      return other == index || plan.tensors[other].viewOf == index
    }
  }
}

import Drawing
import NetIR

/// A plan as a diagram: a box per step with its kernel and its algorithm, how each result lies in memory.
package enum PlanDiagram {
  package static func make(_ plan: Plan) -> Diagram {
    var nodes: [Diagram.Node] = []
    var edges: [Diagram.Edge] = []
    // The boxes that wrote what a tensor shows; views share the bytes of another tensor.
    var writers: [(part: Plan.Part, box: Int)] = []
    for (index, tensor) in plan.tensors.enumerated() {
      guard case .input = tensor.place, tensor.viewOf == nil else { continue }
      writers.append((plan.part(index), nodes.count))
      nodes.append(
        Diagram.Node(
          title: tensor.name, lines: ["input"], tint: .input, label: words(tensor),
          hint: "\(tensor.name): the caller's input"))
    }
    for (number, step) in plan.steps.enumerated() {
      for case .tensor(let operand) in step.operands {
        let part = plan.part(operand)
        for writer in writers where writer.part.overlaps(part) {
          edges.append(.init(from: writer.box, to: nodes.count))
        }
      }
      let result = plan.tensors[step.result]
      let (first, rest) = cut(step.name)
      let (groups, name) = LayerPath.split(first)
      let work = plan.work(of: step)
      var lines = ["\(step.op.name) · \(step.algorithm)", step.kernel]
      if work.flops > 0 { lines.append("\(Format.short(work.flops)) FLOP") }
      writers.append((plan.part(step.result), nodes.count))
      nodes.append(
        Diagram.Node(
          groups: groups, title: "\(number + 1) · \(name)\(rest)", lines: lines, tint: Tint(step.op),
          label: words(result), isOutput: isOutput(step.result, plan),
          hint: "step \(number + 1): \(step.name), \(Format.grouped(work.flops)) FLOP, "
            + "\(Format.binary(result.bytes)) written"))
    }
    let subtitle =
      "plan for \(plan.target.name) · \(plan.batchWords) · \(plan.precision) \(plan.numerics) · "
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

  /// Whether the caller reads these bytes.
  private static func isOutput(_ index: Int, _ plan: Plan) -> Bool {
    if case .output = plan.tensors[index].place { true } else { false }
  }
}

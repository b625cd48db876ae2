import CPUBackend
import Compiler
import NetIR
import Runtime

/// The packed constants of several plans of one network; what two plans have alike exists once.
struct SharedConstants {
  private struct Key: Hashable {
    /// In the portable graph.
    var source: ValueID
    /// Of the step that packs it; nil for plain numbers.
    var kernel: String?
    /// How the input of that step lies: the order of packed weights follows it.
    var inputBlock: Int
  }

  private let weights: Weights
  private var pieces: [Key: UnsafeRawBufferPointer] = [:]
  private var owners: [OwnedMemory] = []

  init(_ weights: Weights) { self.weights = weights }

  mutating func constants(for compiled: CompiledNetwork) throws -> ConstantMemory {
    let plan = compiled.plan
    let packing = WeightPacking(plan)
    let evaluator = ConstantEvaluator(compiled.portable) { [weights] in try weights.values($0, $1) }
    let owner = OwnedMemory()
    owners.append(owner)
    let found = try plan.constants.indices.map { index in
      let key = Self.key(of: index, in: plan)
      if let piece = pieces[key] { return piece }
      let piece = try owner.add(byteCount: try packing.byteCount(of: index)) {
        try packing.pack(index, try evaluator.value(of: plan.constants[index].source), into: $0)
      }
      pieces[key] = piece
      return piece
    }
    return ConstantMemory(found, owner: owners)
  }

  private static func key(of index: Int, in plan: Plan) -> Key {
    let constant = plan.constants[index]
    guard case .step(let number) = constant.packing else {
      return Key(source: constant.source, kernel: nil, inputBlock: 0)
    }
    let step = plan.steps[number]
    let block = if case .tensor(let input) = step.operands[0] { plan.tensors[input].layout.block } else { 1 }
    return Key(source: constant.source, kernel: step.kernel, inputBlock: block)
  }
}

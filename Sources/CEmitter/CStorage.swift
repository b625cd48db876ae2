import Compiler
import NetIR

/// Where the values of a graph lie: in the caller's buffers, in the weights or in one arena, whose floats are used again
/// as soon as nobody needs what was there.
///
/// Reshapes show the same numbers; what is concatenated lies in the result from the start, where its part is one
/// stretch; and a step that may writes over an operand that nobody else reads.
struct CStorage {
  /// What owns a value's numbers.
  enum Home: Hashable {
    case input(Int)
    case output(Int)
    case weights
    /// Floats from the arena's start.
    case arena(Int)
  }

  let graph: Graph
  let isConstant: [Bool]
  /// The steps: values that are computed, and for a concatenation those that are copied into it.
  private(set) var steps: [ValueID] = []
  private(set) var kernels: [ValueID: CKernel] = [:]
  /// Where in the arena the scratch memory of a step is.
  private(set) var workspaces: [ValueID: [Int]] = [:]
  private(set) var arenaFloats = 0
  /// The least that any placement would need.
  private(set) var boundFloats = 0
  /// Values that lie within others, from that float on.
  private var partOf: [ValueID: (whole: ValueID, offset: Int)] = [:]
  private var homes: [ValueID: Home] = [:]
  /// Which outputs have to be copied in the end.
  private(set) var copiedOutputs: [Int] = []

  /// - Throws: `CompileError` for an op that has no function.
  init(_ graph: Graph) throws {
    self.graph = graph
    isConstant = graph.constants()
    for id in graph.ids where isConstant[id.index] { homes[id] = .weights }
    for (index, id) in graph.inputs.enumerated() { homes[id] = .input(index) }
    for id in graph.ids where !isConstant[id.index] {
      if case .reshape = graph[id].op { partOf[id] = (graph[id].operands[0], 0) }
    }
    try findKernels()
    claimOutputs()
    for id in graph.ids { join(id) }
    place()
  }

  /// The value that owns the numbers, and where in it they begin.
  func root(of id: ValueID) -> (value: ValueID, offset: Int) {
    guard let part = partOf[id] else { return (id, 0) }
    let whole = root(of: part.whole)
    return (whole.value, whole.offset + part.offset)
  }

  func home(of id: ValueID) -> (home: Home, offset: Int) {
    let (value, offset) = root(of: id)
    return (homes[value] ?? .arena(0), offset)
  }

  /// Whether an operand of a concatenation is there already.
  func liesIn(_ operand: ValueID, _ concat: ValueID) -> Bool { root(of: operand).value == root(of: concat).value }

  private mutating func findKernels() throws {
    for id in graph.ids where !isConstant[id.index] {
      let node = graph[id]
      switch node.op {
      case .input, .reshape: continue
      case .concat: break
      default:
        guard let kernel = CKernel(node.op, node.operands.map { graph[$0].shape }, result: node.shape) else {
          throw CompileError(.unsupported, "`\(node.name)`: C has no function for \(node.op.name)")
        }
        for (place, operand) in kernel.operands.enumerated()
        where operand.order != .plain && !isConstant[node.operands[place].index] {
          throw CompileError(.unsupported, "`\(node.name)`: C wants weights of \(node.op.name) that are constant")
        }
        kernels[id] = kernel
      }
      steps.append(id)
    }
  }

  /// An output that is computed lies in the caller's buffer; inputs, constants and what is asked for twice are copied.
  private mutating func claimOutputs() {
    for (index, id) in graph.outputs.enumerated() {
      let owner = root(of: id).value
      if homes[owner] == nil { homes[owner] = .output(index) } else { copiedOutputs.append(index) }
    }
  }

  /// Lets the operands of a concatenation lie in its result.
  private mutating func join(_ id: ValueID) {
    guard case .concat(let axis) = graph[id].op, !isConstant[id.index],
      graph[id].shape[..<axis].reduce(1, *) == 1
    else { return }
    var offset = 0
    for operand in graph[id].operands {
      let owner = root(of: operand)
      // What was joined with something else, or belongs to the caller, stays where it is.
      if homes[owner.value] == nil, owner.value != id, owner.offset == 0,
        graph[owner.value].shape.elements == graph[operand].shape.elements
      {
        partOf[owner.value] = (id, offset)
      }
      offset += graph[operand].shape.elements
    }
  }

  // MARK: The arena

  private mutating func place() {
    let lives = lifetimes()
    var placer = ArenaPlacer()
    var blocks: [ValueID: Int] = [:]
    var work: [ValueID: [Int]] = [:]
    for (time, id) in steps.enumerated() {
      work[id] = kernels[id]?.workspaces.map { placer.add(bytes: 4 * $0.floats, alive: time...time) }
    }
    for (owner, life) in lives.sorted(by: { ($0.value.lowerBound, $0.key) < ($1.value.lowerBound, $1.key) })
    where homes[owner] == nil {
      if let host = host(of: owner, life, lives, blocks) {
        placer.extend(host, until: life.upperBound)
        blocks[owner] = host
      } else {
        blocks[owner] = placer.add(bytes: 4 * graph[owner].shape.elements, alive: life)
      }
    }
    let offsets = placer.place()
    for (owner, block) in blocks { homes[owner] = .arena(offsets[block] / 4) }
    for (id, blocks) in work { workspaces[id] = blocks.map { offsets[$0] / 4 } }
    (arenaFloats, boundFloats) = (placer.totalBytes / 4, placer.bound / 4)
  }

  /// For each value that owns its numbers: from the first step that writes some of them to the last that reads some.
  private func lifetimes() -> [ValueID: ClosedRange<Int>] {
    var lives: [ValueID: ClosedRange<Int>] = [:]
    for (time, id) in steps.enumerated() {
      for operand in graph[id].operands {
        let owner = root(of: operand).value
        if let life = lives[owner] { lives[owner] = life.lowerBound...time }
      }
      let owner = root(of: id).value
      lives[owner] = (lives[owner]?.lowerBound ?? time)...time
    }
    for index in copiedOutputs {
      let owner = root(of: graph.outputs[index]).value
      if let life = lives[owner] { lives[owner] = life.lowerBound...steps.count }
    }
    return lives
  }

  /// The block of an operand that dies where this value is made and that may be written over.
  private func host(
    of value: ValueID, _ life: ClosedRange<Int>, _ lives: [ValueID: ClosedRange<Int>], _ blocks: [ValueID: Int]
  ) -> Int? {
    guard steps[life.lowerBound] == value, let kernel = kernels[value] else { return nil }
    let operands = graph[value].operands
    for (place, operand) in kernel.operands.enumerated() where operand.mayBeResult {
      let owner = root(of: operands[place])
      let others = operands.indices.filter { $0 != place && !kernel.operands[$0].mayBeResult }
      guard owner.offset == 0, lives[owner.value]?.upperBound == life.lowerBound,
        graph[owner.value].shape.elements == graph[value].shape.elements,
        !others.contains(where: { root(of: operands[$0]).value == owner.value })
      else { continue }
      if let host = blocks[owner.value] { return host }
    }
    return nil
  }
}

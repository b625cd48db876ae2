import NetIR

/// Writes the graph as a plan: one step per op, tensors placed in the caller's buffers or in one arena,
/// whose bytes are used again as soon as nobody needs what was there.
enum PlanMemory {
  static let pass = Pass(
    name: "plan-memory", summary: "order the steps, reuse memory by liveness, work in place where it can"
  ) { compilation in
    var planner = Planner(compilation)
    compilation.plan = planner.plan()
  }

  private struct Planner {
    let graph: Graph
    let views: GraphViews
    /// The same constant in the portable graph.
    let sourceOf: [ValueID: ValueID]
    let catalogue: KernelCatalogue
    let isConstant: [Bool]
    var result: Plan
    var tensorOf: [ValueID: Int] = [:]
    var constantOf: [ConstantKey: Int] = [:]

    struct ConstantKey: Hashable {
      var source: ValueID
      var packing: Plan.Constant.Packing
    }

    init(_ compilation: Compilation) {
      graph = compilation.graph
      views = GraphViews(graph)
      isConstant = graph.constants()
      // Layouts add copies of tensors, never of constants: those keep their order.
      let portable = compilation.portable ?? graph
      let isOriginal = portable.constants()
      let (here, there) = (
        graph.ids.filter { [isConstant] in isConstant[$0.index] },
        portable.ids.filter { isOriginal[$0.index] }
      )
      sourceOf = Dictionary(zip(here, there), uniquingKeysWith: { first, _ in first })
      let options = compilation.options
      catalogue = options.catalogue
      result = Plan(
        name: graph.name, batch: options.batch, microbatch: options.microbatch, precision: options.precision.rawValue,
        numerics: options.numerics.rawValue, target: options.target)
      result.tuning = options.measurements.map { Plan.Tuning(cpu: $0.cpu, threads: $0.threads) }
      result.graphOps = compilation.graphOps
      result.foldedNorms = compilation.foldedNorms
    }

    mutating func plan() -> Plan {
      makeTensors()
      makeSteps()
      placeTensors()
      return result
    }

    private mutating func makeTensors() {
      var outputIndex: [ValueID: Int] = [:]
      for (index, output) in graph.outputs.enumerated() { outputIndex[views.root(of: output)] = index }
      // Callers see the first tensor of their buffer: an output that is a view stands before its root.
      let reshaped = graph.outputs.filter { views.root(of: $0) != $0 }
      let order = reshaped + graph.ids.filter { [isConstant] in !isConstant[$0.index] && !reshaped.contains($0) }
      for (index, id) in order.enumerated() { tensorOf[id] = index }
      result.tensors = order.map { id in
        let node = graph[id]
        let view = views[id]
        let root = view?.of ?? id
        let place: Plan.Tensor.Place =
          switch graph[root].op {
          case .input(let index, _): .input(index)
          default: outputIndex[root].map { .output($0) } ?? .arena(offset: 0)
          }
        return Plan.Tensor(
          name: node.name, shape: node.shape, layout: node.layout, place: place,
          viewOf: view.flatMap { tensorOf[$0.of] }, firstChannel: view?.firstChannel)
      }
    }

    private mutating func makeSteps() {
      for id in graph.ids where !isConstant[id.index] {
        let node = graph[id]
        guard let kernel = node.kernel, let tensor = tensorOf[id] else { continue }
        let index = result.steps.count
        let operands = node.operands.enumerated().map { place, operand in
          if let tensor = tensorOf[operand] { return Plan.Operand.tensor(tensor) }
          return .constant(constant(operand, for: node.op, place: place, step: index))
        }
        let step = Plan.Step(
          name: node.stepName, op: node.op, kernel: kernel, algorithm: algorithm(kernel), operands: operands,
          result: tensor,
          parallel: false, choice: node.choice)
        result.steps.append(step)
        result.steps[index].parallel = isWorthThreads(step)
        result.steps[index].workspace = workspace(for: result.steps[index])
      }
    }

    /// Of no place yet.
    private func workspace(for step: Plan.Step) -> Plan.Workspace? {
      guard let kernel = catalogue[step.kernel], let operand = step.operands.first else { return nil }
      let threads = step.parallel ? max(1, result.target.cores) : 1
      let (input, shape) = (result.shape(of: operand), result.tensors[step.result].shape)
      if let split = SplitProducts(step.op, input: input, result: shape, isPlain: liesPlain(operand), by: kernel) {
        let cost = SplitCost(split, result.target, cores: threads)
        return Plan.Workspace(offset: 0, bytesPerThread: cost.workspaceBytes, threads: threads)
      }
      if let split = step.op.splitWeights(input: input, result: shape, by: kernel) {
        let cost = SplitWeightsCost(split, result.target)
        return Plan.Workspace(offset: 0, bytesPerThread: cost.workspaceBytes, threads: threads)
      }
      if let winograd = step.op.winogradWeights(result: shape, by: kernel) {
        return Plan.Workspace(offset: 0, bytesPerThread: winograd.workspaceBytes, threads: threads)
      }
      guard case .conv2D(let attributes, let epilogue) = step.op,
        let winograd = Winograd(attributes, input: input, result: epilogue.unpooled(shape), by: kernel)
      else { return nil }
      let cost = WinogradCost(winograd, cores: threads)
      return Plan.Workspace(
        offset: 0, bytesPerThread: winograd.workspaceBytes(tilesAtOnce: cost.tilesAtOnce), threads: threads)
    }

    private func liesPlain(_ operand: Plan.Operand) -> Bool {
      if case .tensor(let index) = operand { result.tensors[index].layout.block == 1 } else { true }
    }

    private func algorithm(_ kernel: String) -> String { catalogue[kernel]?.algorithm ?? "" }

    private mutating func constant(_ value: ValueID, for op: GraphOp, place: Int, step: Int) -> Int {
      let packing: Plan.Constant.Packing = op.hasWeights && place == 1 ? .step(step) : .plain
      let source = sourceOf[value] ?? value
      let key = ConstantKey(source: source, packing: packing)
      if let known = constantOf[key] { return known }
      let index = result.constants.count
      let taken = result.constants.count {
        $0.name == graph[value].name || $0.name.hasPrefix(graph[value].name + "#")
      }
      result.constants.append(
        Plan.Constant(
          name: taken == 0 ? graph[value].name : "\(graph[value].name)#\(taken + 1)",
          shape: graph[value].shape,
          packing: packing, source: source))
      constantOf[key] = index
      return index
    }

    private func isWorthThreads(_ step: Plan.Step) -> Bool {
      let flops = result.work(of: step).flops
      var bytes = result.tensors[step.result].bytes
      for operand in step.operands {
        switch operand {
        case .tensor(let index): bytes += result.tensors[index].bytes
        case .constant(let index): bytes += 4 * result.constants[index].shape.elements
        }
      }
      return Plan.isWorthThreads(flops: flops, bytes: bytes)
    }

    // MARK: Memory

    private mutating func placeTensors() {
      let uses = lifetimes()
      var placer = ArenaPlacer()
      var allocation: [Int: Int] = [:]
      for (tensor, life) in uses.sorted(by: { $0.key < $1.key }) {
        guard case .arena = result.tensors[tensor].place, result.tensors[tensor].viewOf == nil else {
          continue
        }
        if let host = inPlaceHost(of: tensor, life, uses, allocation) {
          placer.extend(host, until: life.upperBound)
          allocation[tensor] = host
        } else {
          allocation[tensor] = placer.add(bytes: result.tensors[tensor].bytes, alive: life)
        }
      }
      var workspaces: [Int: Int] = [:]
      for (index, step) in result.steps.enumerated() {
        if let bytes = step.workspace?.bytes { workspaces[index] = placer.add(bytes: bytes, alive: index...index) }
      }
      let offsets = placer.place()
      for (tensor, block) in allocation { result.tensors[tensor].place = .arena(offset: offsets[block]) }
      for (step, block) in workspaces { result.steps[step].workspace?.offset = offsets[block] }
      for index in result.tensors.indices {
        if let root = result.tensors[index].viewOf {
          result.tensors[index].place = result.tensors[root].place
        }
      }
      result.arenaBytes = placer.totalBytes
      result.arenaBound = placer.bound
    }

    /// For each tensor that owns bytes: from the first step that writes it or a view to the last that reads one.
    private func lifetimes() -> [Int: ClosedRange<Int>] {
      var lives: [Int: ClosedRange<Int>] = [:]
      for (index, step) in result.steps.enumerated() {
        for case .tensor(let operand) in step.operands {
          let root = result.part(operand).root
          if let life = lives[root] { lives[root] = life.lowerBound...index }
        }
        let root = result.part(step.result).root
        lives[root] = (lives[root]?.lowerBound ?? index)...index
        // A library may write sums of a gradient together with it.
        if case .gradient = step.op, let last = result.stepsOfSums(of: step).last {
          let sums = result.part(result.steps[last].result).root
          lives[sums] = lives[sums] ?? index...index
        }
      }
      return lives
    }

    /// The allocation of an operand that dies where this tensor is made, lies the same way, and can be
    /// written over.
    private func inPlaceHost(
      of tensor: Int, _ life: ClosedRange<Int>, _ uses: [Int: ClosedRange<Int>], _ allocation: [Int: Int]
    ) -> Int? {
      let step = result.steps[life.lowerBound]
      guard step.result == tensor, step.op.worksInPlace, !isOfLibrary(life.lowerBound) else { return nil }
      var operands = step.operands
      // A library that normalises and adds at once may read the residual twice, and what was normalised never.
      if result.target.isDevice, let before = result.steps[..<life.lowerBound].last,
        case .training(.normalize) = before.op, operands.contains(.tensor(before.result))
      {
        operands = [.tensor(before.result)] + operands.filter { $0 != .tensor(before.result) }
      }
      for case .tensor(let operand) in operands where !step.readsAsVector(operand) {
        let (a, b) = (result.tensors[operand], result.tensors[tensor])
        guard a.viewOf == nil, uses[operand]?.upperBound == life.lowerBound, a.shape == b.shape,
          a.layout == b.layout, let host = allocation[operand]
        else { continue }
        return host
      }
      return nil
    }

    /// Whether a library computes the gradient of what was normalised, with the sums before it: it may read twice what
    /// that is computed of.
    private func isOfLibrary(_ index: Int) -> Bool {
      guard case .gradient(.normalizeData(_, isRectified: false)) = result.steps[index].op else { return false }
      return result.steps[..<index].indices.suffix(2).contains {
        result.steps[$0].normalizes && result.stepsOfNormalization(behind: $0).last == index
      }
    }
  }
}

extension Graph.Node {
  /// `conv1 + add + rectify`: what a step does, in words.
  fileprivate var stepName: String {
    var words = [name]
    switch op {
    case .conv2D(_, let epilogue), .dense(let epilogue):
      if epilogue.residual { words.append("add") }
      if epilogue.activation != .linear { words.append(epilogue.activation.name) }
      if epilogue.pool != nil { words.append("pool") }
    case .scaleShift(let activation), .elementwise(_, let activation):
      if activation != .linear { words.append(activation.name) }
    case .softmax where !name.hasSuffix("softmax"): words.append("softmax")
    default: break
    }
    return words.joined(separator: " + ")
  }
}

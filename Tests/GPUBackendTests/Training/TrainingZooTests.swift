import CPUBackend
import Layers
import NetIR
import NetworkTestSupport
import Runtime
import Testing
import TrainingLoop

@testable import Compiler
@testable import Driver
@testable import GPUBackend

/// A step of each network of `specs/` on the fake device against the `strict` plan for this CPU. Images are the smallest
/// that a network takes. Networks with more parameters than a few run with `NETC_ZOO=all` or `NETC_ZOO=NAME,…`.
///
/// A rectifier that is all but at its corner, or a maximum of two numbers that are all but equal, lets a gradient through
/// or does not: where there are millions of them, two right computations differ in some, and normalisation makes more of
/// that from layer to layer. So each part of a step is compared by itself, of the same numbers, and all gradients of a
/// larger network as one vector, too. Where numbers that differ in their last bits move a result of the CPU's own further
/// than 1e-4, the bound is four times as far: of loss, predictions and moments 1e-3 at most, of a gradient 5 %, of the vector
/// a tenth. Inception-v3, MobileNetV2, ResNet-50 and ResNet-101 have single gradients beyond that.
@Suite struct TrainingZooTests {
  private static let batch = 2
  /// As many parameters: such a network is in every run of the tests, and within 1e-4 whatever moves.
  private static let mostParameters = 300_000

  static let names = Networks.specNames.filter { name in
    guard let network = try? Networks.spec(name), !network.trained.isEmpty else { return false }
    return ZooTests.isWanted(network, named: name, mostParameters: mostParameters)
  }

  @Test func thereAreNetworks() { #expect(Self.names.count >= 8) }

  /// A step of a network and the numbers that it begins with.
  private struct Case {
    let step: TrainingGraph
    let batch: Int
    let isSmall: Bool
    let inputs: [[Float]]
    let constants: (String) -> [Float]

    init(_ name: String) throws {
      let network = try ZooTests.small(name)
      batch = try network.fixedBatch ?? max(TrainingZooTests.batch, TrainingZooTests.fewestExamples(network))
      step = try TrainingGraph(of: network, batch: batch)
      isSmall = network.weights.reduce(0) { $0 + $1.shape.elements } <= TrainingZooTests.mostParameters
      let values = Dictionary(
        zip(network.weights.map(\.name), network.initialParameters(seed: 1)), uniquingKeysWith: { first, _ in first })
      var inputs = step.noise().map { $0.map(Float.init) }
      for (name, input) in zip(step.parameters, step.parameterInputs) { inputs[input] = values[name] ?? [] }
      self.inputs = inputs
      constants = { values[$0] ?? [] }
    }
  }

  @Test(arguments: names)
  func agreesWithTheCPU(name: String) throws {
    let test = try Case(name)
    let step = test.step
    let device = GPUTraining(machine: try DeviceAgreement.machine.get(), host: Self.host)
    let host = try Self.host.step(step, constants: test.constants)
    let wanted = try Self.outputs(host, step, test.inputs)
    let found = try Self.outputs(device.step(step, constants: test.constants), step, test.inputs)
    let isLarge = !test.isSmall
    var moved: [[[Float]]] = []
    func isMoved(_ off: Double, _ most: Double, _ size: ([[Float]]) -> Double) throws -> Bool {
      if moved.isEmpty { moved = try Self.moved(host, test) }
      return off <= min(4 * (moved.map(size).max() ?? 0), most)
    }
    for output in wanted.indices {
      func share(_ other: [[Float]]) -> Double {
        Double(Self.difference(other[output], wanted[output]) / Self.largest(wanted[output]))
      }
      let off = share(found)
      let most = step.gradientOutputs.contains(output) ? 0.05 : 1e-3
      let isClose = try !(off > 1e-4) || isLarge && isMoved(off, most, share)
      #expect(isClose, "output \(output), \(step.graph[step.graph.outputs[output]].name): off by \(off)")
    }
    guard isLarge else { return }
    func share(_ other: [[Float]]) -> Double {
      let gradients = step.gradientOutputs.map { zip(other[$0], wanted[$0]) }
      func size(_ part: (Float, Float) -> Float) -> Double {
        gradients.reduce(0) { $0 + $1.reduce(0) { $0 + Double(part($1.0, $1.1) * part($1.0, $1.1)) } }.squareRoot()
      }
      return size { $0 - $1 } / size { $1 }
    }
    let off = share(found)
    let isClose = try off <= 1e-4 || isMoved(off, 0.1, share)
    print(
      "\(name), batch \(test.batch): gradients off by \(off) as one vector, the CPU's own by \(moved.map(share))")
    #expect(isClose)
  }

  /// The same graph a few ops after the other, each part of the numbers that the CPU has there: whatever a network makes
  /// of last bits, no part may be off by more than 1e-4.
  @Test(arguments: names)
  func agreesPieceByPiece(name: String) throws {
    let test = try Case(name)
    let (graph, batch) = (test.step.graph, test.batch)
    let machine = try DeviceAgreement.machine.get()
    var known = Dictionary(uniqueKeysWithValues: zip(graph.inputs, test.inputs))
    var scales = known.mapValues(Self.largest)
    let summed = Set(graph.ids.compactMap { Self.isSum(graph[$0].op) ? graph[$0].operands[0] : nil })
    let pieces = GraphPieces(graph, nodes: 12, showing: summed).pieces
    var worst = (share: Float(0), name: "")
    for piece in pieces {
      let inputs = try piece.inputs.map { try #require(known[$0]) }
      let wanted = try Self.onCPU(piece.graph, batch, inputs, test.constants)
      let found = try Self.onDevice(piece.graph, batch, inputs, machine, test.constants)
      for (index, id) in piece.outputs.enumerated() {
        known[id] = wanted[index]
        scales[id] = max(Self.largest(wanted[index]), Self.scale(of: id, in: graph, scales))
        let off = Self.difference(found[index], wanted[index])
        let (node, scale) = (graph[id], scales[id] ?? 0)
        if off > worst.share * scale { worst = (scale == 0 ? .infinity : off / scale, node.name) }
        #expect(off <= 1e-4 * scale, "\(node.op.described) of \(node.name): off by \(off) of \(scale)")
      }
    }
    print("\(name), batch \(batch): \(pieces.count) pieces, off by up to \(worst.share), \(worst.name)")
  }

  /// The CPU's own results of numbers that differ in their last bits.
  private static func moved(_ host: any TrainingStepRunner, _ test: Case) throws -> [[[Float]]] {
    try (1...4 as ClosedRange<UInt64>).map { seed in
      var stream = RandomStream(seed: seed, name: "last bits")
      var inputs = test.inputs
      for input in Array(test.step.networkInputs) + Array(test.step.parameterInputs) {
        inputs[input] = test.inputs[input].map { Float(Double($0) * (1 + 0x1p-22 * (2 * stream.uniform() - 1))) }
      }
      return try outputs(host, test.step, inputs)
    }
  }

  /// Infinite where there are numbers that are none.
  private static func difference(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).reduce(Float(0)) { worst, pair in
      let error = abs(pair.0 - pair.1)
      return error.isNaN ? .infinity : max(worst, error)
    }
  }

  private static func largest(_ values: [Float]) -> Float { values.reduce(0) { max($0, abs($1)) } }

  /// What errors of a value are measured by beside its own largest number: of a sum over the batch the terms, for it may
  /// be 0 where no term is.
  private static func scale(of id: ValueID, in graph: Graph, _ known: [ValueID: Float]) -> Float {
    if let known = known[id] { return known }
    let node = graph[id]
    if case .rearrange = node.op { return scale(of: node.operands[0], in: graph, known) }
    if case .reshape = node.op { return scale(of: node.operands[0], in: graph, known) }
    return isSum(node.op) ? scale(of: node.operands[0], in: graph, known) : 0
  }

  private static func isSum(_ op: GraphOp) -> Bool {
    switch op {
    case .gradient(.channelSum), .gradient(.batchSum), .gradient(.normalizeSums): true
    default: false
    }
  }

  private static func compiled(
    _ graph: Graph, _ batch: Int, for target: TargetDescription, _ catalogue: KernelCatalogue
  ) throws -> CompiledNetwork {
    let options = CompileOptions(batch: batch, numerics: .strict, target: target, catalogue: catalogue)
    return try #require(try Pipeline.run(Pipeline.training, graph, options, isTraining: true) { _, _ in true })
  }

  private static func onCPU(
    _ graph: Graph, _ batch: Int, _ inputs: [[Float]], _ constants: @escaping (String) -> [Float]
  ) throws -> [[Float]] {
    let compiled = try compiled(graph, batch, for: HostCPU.current.target, KernelTable.catalogue)
    let packed = try CompilerFront.pack(compiled) { name, _ in constants(name) }
    let executable = try CPUExecutable(compiled.plan, constants: packed, pool: ThreadPool.shared(threads: 1))
    let arrays = FloatArrays(inputs)
    let outputs = FloatArrays(counts: executable.plan.outputCounts)
    executable.run(inputs: arrays.read, outputs: outputs.written)
    return (0..<outputs.count).map { outputs.values($0) }
  }

  private static func onDevice(
    _ graph: Graph, _ batch: Int, _ inputs: [[Float]], _ machine: GPUMachine,
    _ constants: @escaping (String) -> [Float]
  ) throws -> [[Float]] {
    let compiled = try compiled(graph, batch, for: machine.device.target, machine.catalogue)
    let evaluator = ConstantEvaluator(compiled.portable) { name, _ in constants(name) }
    let executable = try GPUExecutable(compiled.plan, on: machine) {
      try evaluator.value(of: compiled.plan.constants[$0].source)
    }
    return try DeviceTrainingAgreement.run(executable, inputs)
  }

  /// As many that no moments are of fewer than 16 numbers: those of two tell nothing but which is larger.
  private static func fewestExamples(_ network: Network) throws -> Int {
    let graph = try network.lowered(batch: 1).graph
    let counts = graph.ids.compactMap { id -> Int? in
      guard case .batchNorm = graph[id].op else { return nil }
      return graph[id].shape.dropFirst(2).reduce(1, *)
    }
    return counts.min().map { (16 + $0 - 1) / $0 } ?? 0
  }

  private static var host: CPUTraining { CPUTraining(threads: 1, numerics: .strict) { _ in } }

  private static func outputs(_ runner: any TrainingStepRunner, _ step: TrainingGraph, _ inputs: [[Float]]) throws
    -> [[Float]]
  {
    let arrays = FloatArrays(inputs)
    let outputs = FloatArrays(counts: step.graph.outputs.map { step.graph[$0].shape.elements })
    try runner.run(inputs: arrays.read, outputs: outputs.written)
    return (0..<outputs.count).map { outputs.values($0) }
  }
}

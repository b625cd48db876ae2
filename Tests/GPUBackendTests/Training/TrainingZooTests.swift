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
/// that from layer to layer. So a larger network's initial step is compared part by part, of the same numbers: a few ops
/// each, then the whole forward and the whole backward pass. The step as one begins with numbers whose last bits move the
/// CPU's own little. Where they move a result further than 1e-4 nevertheless, the bound is four times as far: of loss,
/// predictions and moments 1e-3 at most, of a gradient 5 %, of all as one vector a tenth.
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
    /// Whether there are numbers that are normalised, then scaled and shifted.
    let isNormalised: Bool
    let isShifted: Bool
    private let values: [String: [Float]]

    /// - Parameter isShifted: whether normalised numbers are scaled by a half or so and shifted by 2 and −2 in turns: of
    ///   channels that are open and channels that are closed few are near a rectifier's corner. Without it all parameters
    ///   are those that a training begins with.
    init(_ name: String, isShifted: Bool = false) throws {
      let network = try ZooTests.small(name)
      batch = try network.fixedBatch ?? max(TrainingZooTests.batch, TrainingZooTests.fewestExamples(network))
      step = try TrainingGraph(of: network, batch: batch)
      isSmall = network.weights.reduce(0) { $0 + $1.shape.elements } <= TrainingZooTests.mostParameters
      var values = Dictionary(
        zip(network.weights.map(\.name), network.initialParameters(seed: 1)), uniquingKeysWith: { first, _ in first })
      self.isShifted = isShifted
      isNormalised = values.keys.contains { $0.hasSuffix(".gamma") }
      if isShifted {
        for (name, initial) in values {
          if name.hasSuffix(".gamma") { values[name] = initial.indices.map { 0.375 + Float($0 * 7 % 11) / 40 } }
          if name.hasSuffix(".beta") { values[name] = initial.indices.map { $0 % 2 == 0 ? 2 : -2 } }
        }
      }
      var inputs = step.noise().map { $0.map(Float.init) }
      for (name, input) in zip(step.parameters, step.parameterInputs) { inputs[input] = values[name] ?? [] }
      (self.inputs, self.values) = (inputs, values)
    }

    func constants(_ name: String) -> [Float] { values[name] ?? [] }

    /// Numbers that differ in their last bits.
    var neighbours: [[[Float]]] {
      (1...4 as ClosedRange<UInt64>).map { seed in
        var stream = RandomStream(seed: seed, name: "last bits")
        let factors = (0..<4093).map { _ in Float(1 + 0x1p-22 * (2 * stream.uniform() - 1)) }
        var neighbour = inputs
        for input in Array(step.networkInputs) + Array(step.parameterInputs) {
          neighbour[input] = inputs[input].enumerated().map { $1 * factors[$0 % factors.count] }
        }
        return neighbour
      }
    }
  }

  /// A step on the CPU; of a larger network also what last bits make of it.
  private struct OwnStep {
    let test: Case
    let wanted: [[Float]]
    private let moved: [[[Float]]]
    /// What errors of each output are measured by.
    private let scales: [Float]

    init(_ test: Case) throws {
      self.test = test
      let graph = test.step.graph
      let runner = try host.step(test.step, constants: test.constants)
      wanted = try outputs(runner, test.step, test.inputs)
      moved = test.isSmall ? [] : try test.neighbours.map { try outputs(runner, test.step, $0) }
      let terms = test.isSmall ? [:] : try largestTerms(test)
      scales = zip(graph.outputs, wanted).map { max(largest($1), scale(of: $0, in: graph, terms)) }
    }

    func share(_ other: [[Float]], _ output: Int) -> Double {
      let off = difference(other[output], wanted[output])
      return off == 0 ? 0 : Double(off / scales[output])
    }

    /// Of all gradients as one vector.
    func share(_ other: [[Float]]) -> Double {
      var (off, size) = (0.0, 0.0)
      for output in test.step.gradientOutputs {
        forEachPair(other[output], wanted[output]) { x, y in
          off += Double(x - y) * Double(x - y)
          size += Double(y) * Double(y)
        }
      }
      return (off / size).squareRoot()
    }

    func moved(_ share: ([[Float]]) -> Double) -> Double { moved.map(share).max() ?? 0 }

    var mostMoved: Double { wanted.indices.map { output in moved { share($0, output) } }.max() ?? 0 }
  }

  /// The initial step, or the one of shifted numbers where last bits move that less.
  private static func wellConditioned(_ name: String) throws -> OwnStep {
    let initial = try OwnStep(Case(name))
    guard initial.mostMoved > 1e-4 / 4, initial.test.isNormalised else { return initial }
    let shifted = try OwnStep(Case(name, isShifted: true))
    return shifted.mostMoved < initial.mostMoved ? shifted : initial
  }

  private static func isClose(_ off: Double, moved: Double, most: Double) -> Bool {
    off <= max(1e-4, min(4 * moved, most))
  }

  @Test(arguments: names)
  func agreesWithTheCPU(name: String) throws {
    let own = try Self.wellConditioned(name)
    let step = own.test.step
    let device = GPUTraining(machine: try DeviceAgreement.machine.get(), host: Self.host)
    let found = try Self.outputs(device.step(step, constants: own.test.constants), step, own.test.inputs)
    for (output, id) in step.graph.outputs.enumerated() {
      let (off, moved) = (own.share(found, output), own.moved { own.share($0, output) })
      let most = step.gradientOutputs.contains(output) ? 0.05 : 1e-3
      #expect(
        Self.isClose(off, moved: moved, most: most),
        "output \(output), \(step.graph[id].name): off by \(off), the CPU's own by \(moved)")
    }
    let worst = step.graph.outputs.indices.map { own.share(found, $0) }.max() ?? 0
    print(
      "\(name), batch \(own.test.batch)\(own.test.isShifted ? ", shifted" : ""): off by up to \(worst), "
        + "the CPU's own by \(own.mostMoved)")
    guard !own.test.isSmall else { return }
    #expect(Self.isClose(own.share(found), moved: own.moved(own.share), most: 0.1), "off by \(own.share(found))")
  }

  /// The initial step part by part, each of the numbers that the CPU has there: no part of twelve ops may be off by more
  /// than 1e-4, nor the backward pass, whatever a network makes of last bits; the forward pass only where they move it.
  @Test(arguments: names)
  func agreesPieceByPiece(name: String) throws {
    let test = try Case(name)
    let graph = test.step.graph
    let loss = graph.outputs[test.step.lossOutput]
    let pieces = GraphPieces(graph, nodes: 12, showing: Self.summed(in: graph)).pieces
    let passes = GraphPieces(graph, showing: [], part: { $1.index > loss.index ? 1 : 0 }).pieces
    var comparison = Comparison(of: test, on: try DeviceAgreement.machine.get())
    let shares = try pieces.map { try comparison.check($0) }
    let forward = try comparison.check(passes[0], beside: test.isSmall ? [] : test.neighbours)
    let backward = try comparison.check(passes[1])
    print(
      "\(name), batch \(test.batch): \(pieces.count) pieces off by up to \(shares.max() ?? 0), forward pass \(forward), "
        + "backward pass \(backward)")
  }

  /// Parts of a step on the device beside the same on the CPU, one after the other.
  private struct Comparison {
    private let test: Case
    private let machine: GPUMachine
    private var known: [ValueID: [Float]]
    private var scales: [ValueID: Float]

    init(of test: Case, on machine: GPUMachine) {
      (self.test, self.machine) = (test, machine)
      known = Dictionary(uniqueKeysWithValues: zip(test.step.graph.inputs, test.inputs))
      scales = known.mapValues(largest)
    }

    /// - Parameter neighbours: inputs of the step that the CPU's own results may be moved by; none where nothing may be off
    ///   by more than 1e-4.
    /// - Returns: what share of its scale a result is off by at most.
    mutating func check(_ piece: GraphPieces.Piece, beside neighbours: [[[Float]]] = []) throws -> Double {
      let graph = test.step.graph
      let inputs = try piece.inputs.map { try #require(known[$0]) }
      let wanted = try onCPU(piece.graph, test.batch, inputs, test.constants)
      let found = try onDevice(piece.graph, test.batch, inputs, machine, test.constants)
      let moved = try neighbours.map { neighbour in
        let numbers = Dictionary(uniqueKeysWithValues: zip(graph.inputs, neighbour))
        return try onCPU(piece.graph, test.batch, piece.inputs.map { try #require(numbers[$0]) }, test.constants)
      }
      var worst = 0.0
      for (output, id) in piece.outputs.enumerated() {
        known[id] = wanted[output]
        let scale = max(largest(wanted[output]), TrainingZooTests.scale(of: id, in: graph, scales))
        scales[id] = scale
        func share(_ other: [[Float]]) -> Double {
          let off = difference(other[output], wanted[output])
          return off == 0 ? 0 : Double(off / scale)
        }
        let off = share(found)
        worst = max(worst, off)
        #expect(
          isClose(off, moved: moved.map(share).max() ?? 0, most: 1e-3),
          "\(graph[id].op.described) of \(graph[id].name): off by \(off)")
      }
      return worst
    }
  }

  /// The largest of what each sum over the batch adds up.
  private static func largestTerms(_ test: Case) throws -> [ValueID: Float] {
    var graph = test.step.graph
    let summed = summed(in: graph)
    graph.outputs = Array(summed)
    let terms = try onCPU(graph, test.batch, test.inputs, test.constants)
    return Dictionary(uniqueKeysWithValues: zip(graph.outputs, terms.map(largest)))
  }

  private static func summed(in graph: Graph) -> Set<ValueID> {
    Set(graph.ids.compactMap { isSum(graph[$0].op) ? graph[$0].operands[0] : nil })
  }

  /// With pointers: there are hundreds of millions of numbers, and a debug build takes its time for a sequence's.
  private static func forEachPair(_ a: [Float], _ b: [Float], _ body: (Float, Float) -> Void) {
    precondition(a.count == b.count, "as many results")
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        guard let first = a.baseAddress, let second = b.baseAddress else { return }
        var index = 0
        while index < a.count {
          body(first[index], second[index])
          index += 1
        }
      }
    }
  }

  /// Infinite where there are numbers that are none.
  private static func difference(_ a: [Float], _ b: [Float]) -> Float {
    var worst = Float(0)
    forEachPair(a, b) { x, y in
      let error = abs(x - y)
      if !(error <= worst) { worst = error.isNaN ? .infinity : error }
    }
    return worst
  }

  private static func largest(_ values: [Float]) -> Float {
    var largest = Float(0)
    forEachPair(values, values) { x, _ in if abs(x) > largest { largest = abs(x) } }
    return largest
  }

  /// What errors of a value are measured by beside its own largest number: of a sum over the batch the terms, for it may
  /// be 0 where no term is: that of a gradient in front of a normalisation is.
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

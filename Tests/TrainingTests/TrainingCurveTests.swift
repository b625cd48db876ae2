import CPUBackend
import Compiler
import Layers
import NetIR
import NetworkTestSupport
import Runtime
import Testing
import Training

/// Small networks trained as `netc train` does it, by a plan of kernels in floats and updates in place: the loss before
/// each step is that of PyTorch 2.13 in double precision, from the same weights and batches. `references/losses.py`
/// made the numbers.
///
/// PyTorch in floats is within 2e-7 of PyTorch in doubles here; `fast` numerics may be off by 1e-4 of a layer's largest
/// result. The bound, 1e-4 of a loss, lies below what any mistake does: with one parameter's gradient left out, PyTorch's
/// own losses move by 3e-4 (a convolution's bias in the last network) to 0.14.
@Suite struct TrainingCurveTests {
  struct Run: Sendable, CustomTestStringConvertible {
    var name: String
    var yaml: String
    var rule: UpdateRule
    var rate: Float
    /// How far losses in bf16 may be from PyTorch's in double precision. Its own, under autocast, are off by 0.050, 0.0017
    /// and 0.0003: where pooling chooses between numbers that are rounded alike, gradients go other ways.
    var bf16Bound: Double
    var losses: [Double]
    var testDescription: String { name }
  }

  static let runs = [
    Run(
      name: "lenet",
      yaml: """
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {name: c1, num_filters: 6, filter_size: 5}
        - MaxPool2D: {pool_size: 2}
        - Conv2D: {name: c2, num_filters: 16, filter_size: 5}
        - MaxPool2D: {pool_size: 2}
        - Dense: {name: h1, num_units: 60, nonlinearity: tanh}
        - Dense: {name: h2, num_units: 42}
        - Dense: {name: out, num_units: 10, nonlinearity: softmax}
        """,
      rule: .momentum(0.9), rate: 0.02, bf16Bound: 0.05,
      losses: [
        2.313701859, 2.385592813, 2.274442296, 2.335623313, 2.250369449, 2.394483220, 2.232693753, 2.335309871,
        2.364771495, 2.247923112, 2.191675454, 2.312870615, 2.199127796, 2.312600534, 2.148595098, 2.310739423,
        2.240956050, 2.221972097, 2.107694424, 2.283822216, 2.071513358, 2.254459025, 2.022324710, 2.103055089,
        2.168013682, 2.098100423, 2.046713474, 2.193110366, 2.010651925, 2.093946931, 1.908738668, 2.035191108,
        2.019758648, 1.918122177, 1.868721078, 2.063038576, 1.823302018, 1.968101931, 1.681595091, 1.810181445,
      ]),
    Run(
      name: "residual",
      yaml: """
        - Input: {shape: [null, 3, 16, 16]}
        - Conv2D: {name: stem, num_filters: 16, filter_size: 3, pad: 1, batch_norm: true}
        - Conv2D: {name: a1, num_filters: 16, filter_size: 3, pad: 1, batch_norm: true}
        - Conv2D: {name: a2, num_filters: 16, filter_size: 3, pad: 1, batch_norm: true, nonlinearity: linear}
        - ElemwiseSum: {name: a, incomings: [stem, a2], nonlinearity: rectify}
        - Conv2D: {name: b1, num_filters: 24, filter_size: 3, stride: 2, pad: 1, batch_norm: true}
        - Conv2D: {name: b2, num_filters: 24, filter_size: 3, pad: 1, batch_norm: true, nonlinearity: linear}
        - Conv2D: {name: short, incoming: a, num_filters: 24, filter_size: 1, stride: 2, batch_norm: true,
                   nonlinearity: linear}
        - ElemwiseSum: {name: b, incomings: [b2, short], nonlinearity: rectify}
        - GlobalPool: {}
        - Dense: {name: out, num_units: 10, nonlinearity: softmax}
        """,
      rule: .adam(.init(epsilon: 1e-12)), rate: 0.002, bf16Bound: 0.004,
      losses: [
        2.267885326, 2.259892888, 2.345118086, 2.272642165, 2.457314158, 2.320585924, 2.324473535, 2.502202101,
        1.969554708, 2.036788721, 2.159187176, 2.101428399, 2.272324497, 2.158138329, 2.192915484, 2.332390949,
        1.875261511, 1.948275566, 2.046413635, 1.988917019, 2.137828023, 2.016684206, 2.072403092, 2.176366999,
        1.777538000, 1.871571554, 1.942594265, 1.881878109, 2.009330941, 1.870845988,
      ]),
    Run(
      name: "responses",
      yaml: """
        - Input: {shape: [null, 2, 17, 17]}
        - Conv2D: {name: c1, num_filters: 12, filter_size: 5, pad: 2, nonlinearity: elu}
        - MaxPool2D: {pool_size: 3, stride: 2}
        - LRN: {n: 5, alpha: 0.5, alpha_over_n: true, beta: 0.75, k: 2}
        - Conv2D: {name: c2, num_filters: 20, filter_size: 3, pad: 1, num_groups: 2, nonlinearity: elu}
        - Pool2D: {pool_size: 2, mode: average_exc_pad}
        - Dense: {name: h, num_units: 30, nonlinearity: elu}
        - Dense: {name: out, num_units: 10, nonlinearity: softmax}
        """,
      rule: .rmsprop(rho: 0.9, epsilon: 1e-6), rate: 0.001, bf16Bound: 0.001,
      losses: [
        2.361629119, 2.445089159, 2.420699669, 2.390305744, 2.359345854, 2.392651166, 2.290624352, 2.318205816,
        2.302038974, 2.339845604, 2.354751107, 2.304027846, 2.293844953, 2.328416976, 2.249228258, 2.252040658,
        2.266671684, 2.322918216, 2.329214409, 2.275678746, 2.265656420, 2.290939677, 2.223238726, 2.218210100,
        2.238644427, 2.300797178, 2.306843099, 2.250297662, 2.240787188, 2.257832931,
      ]),
  ]

  private static let batch = 16

  @Test(arguments: runs, Numerics.allCases)
  func followsPyTorch(_ run: Run, numerics: Numerics) throws {
    for (place, (loss, wanted)) in try zip(losses(of: run, .fp32, numerics), run.losses).enumerated() {
      #expect(abs(loss - wanted) < 1e-4 * wanted, "step \(place): \(loss), PyTorch has \(wanted)")
    }
  }

  /// Activations and gradients have 8 bits, and what that does to the parameters adds up.
  @Test(arguments: runs)
  func followsPyTorchInBF16(_ run: Run) throws {
    for (place, (loss, wanted)) in try zip(losses(of: run, .bf16, .fast), run.losses).enumerated() {
      #expect(abs(loss - wanted) < run.bf16Bound * wanted, "step \(place): \(loss), PyTorch has \(wanted)")
    }
  }

  /// Before each step.
  private func losses(of run: Run, _ precision: Precision, _ numerics: Numerics) throws -> [Double] {
    let network = try Networks.of(run.yaml)
    let step = try TrainingGraph(
      network.lowered(batch: Self.batch).graph, [Objective(.crossEntropy(smoothing: 0))],
      trainable: network.trained.map(\.name))
    let options = CompileOptions(
      batch: Self.batch, precision: precision, numerics: numerics, target: HostCPU.current.target,
      catalogue: KernelTable.catalogue)
    let compiled = try #require(try Pipeline.compile(step, options))
    // Running statistics have no part in a step: what is constant is filled with a number.
    let evaluator = ConstantEvaluator(compiled.portable) { name, _ in throw GraphProblem(name) }
    let constants = try WeightPacking(compiled.plan).packed {
      try evaluator.value(of: compiled.plan.constants[$0].source)
    }
    let pool = ThreadPool.shared(threads: 2)
    let executable = try CPUExecutable(compiled.plan, constants: constants, pool: pool)
    let (inputs, outputs) = (
      FloatArrays(counts: compiled.plan.inputCounts), FloatArrays(counts: compiled.plan.outputCounts)
    )
    let slots = FloatArrays(
      counts: step.parameterInputs.flatMap { [Int](repeating: inputs[$0].count, count: run.rule.slots) })
    let parts = step.parameterInputs.enumerated().map { index, place in
      UpdatePart(
        parameter: inputs[place], gradient: UnsafeBufferPointer(outputs[step.gradientOutputs.lowerBound + index]),
        slots: (0..<run.rule.slots).map { slots[index * run.rule.slots + $0] })
    }
    for (name, place) in zip(step.parameters, step.parameterInputs) {
      inputs.write(Self.start(name, step.graph[step.graph.inputs[place]].shape), to: place)
    }
    inputs[step.exampleWeights].update(repeating: 1 / Float(Self.batch))
    let update = ParameterUpdate(pool: pool)
    return run.losses.indices.map { place in
      let image = Numbers.of("images \(place % 8)", count: inputs[0].count, scale: 1)
      inputs.write(image, to: 0)
      inputs.write(Self.classes(of: image), to: step.targets.lowerBound)
      executable.run(inputs: inputs.read, outputs: outputs.written)
      let loss = Double(outputs[step.lossOutput][0])
      update.apply(run.rule, to: parts, step: place + 1, rate: run.rate)
      return loss
    }
  }

  private static func start(_ name: String, _ shape: [Int]) -> [Float] {
    let count = shape.reduce(1, *)
    if name.hasSuffix(".gamma") { return Numbers.of(name, count: count, scale: 0.25).map { 1 + $0 } }
    if shape.count == 1 { return Numbers.of(name, count: count, scale: 0.1) }
    let fan = shape.dropFirst().reduce(1, *)
    return Numbers.of(name, count: count, scale: Double(Float((3 / Double(fan)).squareRoot())))
  }

  /// The largest of ten sums of every tenth pixel.
  private static func classes(of images: [Float]) -> [Float] {
    let size = images.count / batch
    return (0..<batch).map { example in
      let sums = (0..<10).map { number in
        stride(from: number, to: size, by: 10).reduce(0.0) { $0 + Double(images[example * size + $1]) }
      }
      return Float(sums.indices.reduce(0) { sums[$1] > sums[$0] ? $1 : $0 })
    }
  }
}

/// Floats that any language can make: splitmix64 of the place, beginning with a hash of a name (FNV-1a).
private enum Numbers {
  static func of(_ name: String, count: Int, scale: Double) -> [Float] {
    let seed = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return (1...count).map { place in
      var z = seed &+ UInt64(place) &* 0x9E37_79B9_7F4A_7C15
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      z ^= z >> 31
      return Float((Double(z >> 40) / 8_388_608 - 1) * scale)
    }
  }
}

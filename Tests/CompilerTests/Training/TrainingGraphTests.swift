import CPUBackend
import Layers
import NetIR
import NetworkTestSupport
import Testing

@testable import Compiler

/// Whole networks: the loss by hand, and every parameter's gradient by finite differences.
@Suite struct TrainingGraphTests {
  static let nets = [
    TrainingCase(
      name: "digits",
      yaml: """
        - Input: {shape: [null, 1, 8, 8]}
        - Conv2D: {num_filters: 4, filter_size: 3, pad: same, nonlinearity: tanh}
        - MaxPool2D: {pool_size: 2}
        - Conv2D: {num_filters: 3, filter_size: 3, pad: same}
        - MaxPool2D: {pool_size: 2}
        - Dropout: {p: 0.5}
        - Dense: {num_units: 6}
        - Dense: {num_units: 5, nonlinearity: softmax}
        """),
    TrainingCase(
      name: "LeNet with batch normalisation",
      yaml: """
        - Input: {shape: [null, 1, 12, 12]}
        - Conv2D: {num_filters: 3, filter_size: 5, batch_norm: true}
        - Pool2D: {pool_size: 2, mode: average_inc_pad}
        - Conv2D: {num_filters: 4, filter_size: 3, batch_norm: true}
        - MaxPool2D: {pool_size: 2}
        - Dense: {num_units: 7, batch_norm: true}
        - Dense: {num_units: 4, nonlinearity: softmax}
        """, objectives: [Objective(.crossEntropy(smoothing: 0.1))]),
    TrainingCase(
      name: "residual",
      yaml: """
        - Input: {shape: [null, 2, 6, 6]}
        - Conv2D: {name: stem, num_filters: 4, filter_size: 3, pad: same, batch_norm: true}
        - Conv2D: {name: a1, num_filters: 4, filter_size: 3, pad: same, batch_norm: true}
        - Conv2D: {name: a2, num_filters: 4, filter_size: 3, pad: same, batch_norm: true, nonlinearity: linear}
        - ElemwiseSum: {name: a, incomings: [stem, a2], nonlinearity: rectify}
        - Conv2D: {name: b1, num_filters: 5, filter_size: 3, stride: 2, pad: same, nonlinearity: linear}
        - Conv2D: {name: short, incoming: a, num_filters: 5, filter_size: 1, stride: 2, nonlinearity: linear}
        - ElemwiseSum: {name: b, incomings: [b1, short], nonlinearity: elu}
        - GlobalPool: {}
        - Dense: {num_units: 3, nonlinearity: softmax}
        """),
    TrainingCase(
      name: "concatenation",
      yaml: """
        - Input: {name: x, shape: [null, 2, 6, 5]}
        - Conv2D: {name: one, num_filters: 2, filter_size: 1, nonlinearity: swish}
        - Conv2D: {name: three, incoming: x, num_filters: 3, filter_size: 3, pad: same}
        - MaxPool2D: {name: pooled, incoming: x, pool_size: 3, stride: 1, pad: 1}
        - Concat: {incomings: [one, three, pooled]}
        - LRN: {n: 3, alpha: 0.5, beta: 0.75, k: 1}
        - ParametricRectifier: {}
        - Conv2D: {num_filters: 3, filter_size: 2}
        - RandomizedRectifier: {}
        - GlobalPool: {mode: max}
        """, objectives: [Objective(.squaredError)]),
    TrainingCase(
      name: "two outputs",
      yaml: """
        outputs: [yes, what]
        layers:
          - Input: {name: x, shape: [null, 6]}
          - Dense: {name: h, num_units: 5, nonlinearity: tanh}
          - GaussianNoise: {name: noisy, sigma: 0.2}
          - Dense: {name: what, num_units: 3, nonlinearity: softmax}
          - Dense: {name: yes, incoming: h, num_units: 2, nonlinearity: sigmoid}
        """,
      objectives: [Objective(.binaryCrossEntropy, weight: 0.3), Objective(.crossEntropy(smoothing: 0))]),
    TrainingCase(
      name: "autoencoder",
      yaml: """
        - Input: {shape: [null, 1, 6, 6]}
        - Conv2D: {name: down, num_filters: 3, filter_size: 3, stride: 2, pad: 1, nonlinearity: softplus}
        - SpatialDropout: {p: 0.3}
        - TransposedConv2D: {num_filters: 2, filter_size: 4, stride: 2, crop: 1}
        - Conv2D: {num_filters: 2, filter_size: 3, pad: same, nonlinearity: gelu}
        - Conv2D: {num_filters: 1, filter_size: 1, nonlinearity: linear}
        """, objectives: [Objective(.huber(delta: 0.3))]),
  ]

  private static let batch = 3

  @Test(arguments: nets)
  func gradientsAgreeWithFiniteDifferences(_ net: TrainingCase) throws {
    let step = try net.step(batch: Self.batch)
    try step.graph.verify()
    let inputs = step.noise()
    let checked = FiniteDifferences(graph: step.graph, inputs: inputs)
    let values = try checked.run(inputs)
    for (place, name) in step.parameters.enumerated() {
      let gradient = values[step.gradientOutputs.lowerBound + place]
      try checked.compare(gradient, input: step.parameterInputs.lowerBound + place, of: name, limit: 12)
    }
  }

  /// The loss is the mean over the batch of −ln p of the right class, p as the network itself gives it.
  @Test func crossEntropyIsTheMean() throws {
    let net = Self.nets[2]
    let step = try net.step(batch: Self.batch)
    let inputs = step.noise()
    let values = try ReferenceInterpreter(step.graph, parameter: NoiseWeights.values).run(inputs)
    let classes = inputs[step.targets.lowerBound].map(Int.init)
    let probabilities = values[step.predictionOutputs.lowerBound]
    let product = classes.enumerated().reduce(1) { $0 * probabilities[$1.offset * 3 + $1.element] }
    // e^(−N·loss) is the product of the probabilities.
    var power = 1.0
    var (term, n) = (1.0, 1.0)
    while abs(term) > 1e-18 {
      term *= -3 * values[0][0] / n
      power += term
      n += 1
    }
    #expect(abs(power - product) < 1e-12)
  }

  /// A scale is an input behind all others, that gradients alone are multiplied by.
  @Test func scalesGradients() throws {
    for net in Self.nets {
      let (plain, scaled) = (try net.step(batch: Self.batch), try net.step(batch: Self.batch, scalesLoss: true))
      let scale = try #require(scaled.lossScale)
      #expect(plain.lossScale == nil && scale == plain.graph.inputs.count && scale == scaled.graph.inputs.count - 1)
      let inputs = plain.noise()
      let wanted = try ReferenceInterpreter(plain.graph, parameter: NoiseWeights.values).run(inputs)
      let found = try ReferenceInterpreter(scaled.graph, parameter: NoiseWeights.values).run(inputs + [[1024]])
      for (output, (a, b)) in zip(found, wanted).enumerated() {
        let factor = plain.gradientOutputs.contains(output) ? 1024.0 : 1
        #expect(zip(a, b).allSatisfy { abs($0 - factor * $1) <= 1e-12 * abs(factor * $1) }, "output \(output)")
      }
    }
  }

  @Test func namesWhatRunsIt() throws {
    let step = try Self.nets[1].step(batch: Self.batch)
    #expect(step.key == nil && step.networkInputs == 0..<1 && step.targets == 1..<2 && step.exampleWeights == 2)
    #expect(step.parameters.count == step.gradientOutputs.count && step.parameterInputs.lowerBound == 3)
    #expect(step.statistics.count == 3)
    let first = try #require(step.statistics.first)
    #expect(first.mean.hasSuffix(".mean") && first.variance.hasSuffix(".var") && first.count == Self.batch * 64)
    for (name, index) in zip(step.parameters, step.parameterInputs) {
      #expect(step.graph[step.graph.inputs[index]].name == name)
    }
    #expect(step.graph.outputs.count == step.momentsOutputs.upperBound)
    let random = try Self.nets[0].step(batch: Self.batch)
    #expect(random.key == 3 && random.parameterInputs.lowerBound == 4)
  }

  /// Dropout and noise of nothing draw no numbers: there is no key.
  @Test func nothingIsRandom() throws {
    let net = TrainingCase(
      name: "none",
      yaml: """
        - Input: {shape: [null, 4]}
        - Dropout: {p: 0}
        - GaussianNoise: {sigma: 0}
        - Dense: {num_units: 3, nonlinearity: softmax}
        """)
    let step = try net.step(batch: Self.batch)
    try step.graph.verify()
    #expect(step.key == nil && step.graph.inputs.count == step.parameterInputs.upperBound)
  }

  @Test func objectivesMustFit() throws {
    let network = try Networks.of(Self.nets[0].yaml)
    let graph = try network.lowered(batch: 2).graph
    #expect(throws: GraphProblem.self) { try TrainingGraph(graph, [], trainable: []) }
  }
}

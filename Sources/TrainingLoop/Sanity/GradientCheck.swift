import Compiler
import Exchange
import Layers
import NetIR
import Runtime

/// Gradients as training computes them, in floats and by its kernels, against central differences of the loss in double
/// precision: the largest element of each parameter, and a few others.
struct GradientCheck {
  private let work: Trainer.Work
  private let parameters: [[Float]]
  private let backend: any TrainingBackend

  /// Enough for the statistics of a batch.
  private static let examples = 4
  private static let mostElements = 4
  /// Multiply-accumulates of the interpreter: half a minute or so.
  private static let budget = 2e9
  /// Steps of the differences; rounding of a loss adds about 1e-10 of what is large.
  private static let steps = [1e-5, 1e-6, 1e-7]
  /// Of the larger of both numbers, or of a tenth of the largest in the tensor if that is more.
  static let tolerance = 1e-2

  init(_ work: Trainer.Work, _ parameters: [[Float]], _ backend: any TrainingBackend) {
    (self.work, self.parameters, self.backend) = (work, Self.moved(parameters, work.network), backend)
  }

  /// A little beside the first values: where biases are 0 and pixels, too, a rectifier stands on its kink.
  private static func moved(_ parameters: [[Float]], _ network: Network) -> [[Float]] {
    zip(network.weights, parameters).map { weight, values in
      guard weight.role == .trainable else { return values }
      var stream = RandomStream(seed: network.training.seed, name: "sanity \(weight.name)")
      return values.map { $0 + Float(0.01 * stream.normal()) }
    }
  }

  func run() throws -> SanityReport.Check {
    let name = "gradients"
    let examples = Array(work.split.train.prefix(work.network.fixedBatch ?? Self.examples))
    let step = try SanityStep(work, backend, examples, parameters)
    let graph = step.graph
    let macs = try work.network.lowered(batch: work.network.fixedBatch ?? examples.count).graph.work.macs
    let elements = Self.elements(macs: macs, tensors: graph.parameters.count)
    guard elements > 0 else {
      return SanityReport.Check(
        name, .skipped,
        "a pass over \(examples.count.counted("example")) has \((macs / 1_000_000).grouped) million "
          + "multiply-accumulates, too many for differences in double precision")
    }
    let found = try step.run()
    let inputs = (0..<step.inputs.count).map { step.inputs.values($0).map(Double.init) }
    let loss = Loss(step.graph, inputs, backend, constants: constants)
    var (worst, place, checked) = (0.0, "", 0)
    for (index, tensor) in graph.parameters.enumerated() {
      let gradient = found[graph.gradientOutputs.lowerBound + index].map(Double.init)
      let scale = gradient.map { abs($0) }.max() ?? 0
      for element in chosen(gradient, elements, tensor) {
        let error = try loss.error(of: gradient[element], scale, element, graph.parameterInputs.lowerBound + index)
        checked += 1
        if !(error <= worst) { (worst, place) = (error, "\(tensor)[\(element)]") }
      }
    }
    let finding =
      "\(checked.counted("element")) of \(graph.parameters.count.counted("tensor")): "
      + (place.isEmpty ? "none is off" : "the worst, \(place), is off by \(significant(worst)) of its size")
    return SanityReport.Check(
      name, worst <= Self.tolerance ? .passed : .failed, finding,
      remedy: "a layer's gradient is not that of its result: please report it with this spec",
      [("elements", .int(checked)), ("worst", .double(worst)), ("tensor", .string(place))])
  }

  /// How many elements of each tensor the budget allows.
  ///
  /// - Parameter macs: of a forward pass.
  static func elements(macs: Int, tensors: Int) -> Int {
    min(mostElements, Int(budget / Double(max(1, macs))) / (2 * steps.count * max(1, tensors)))
  }

  private var constants: (String) -> [Float] {
    let values = Dictionary(
      zip(work.network.weights.map(\.name), parameters), uniquingKeysWith: { first, _ in first })
    return { values[$0] ?? [] }
  }

  /// The largest element, and others that the seed draws.
  private func chosen(_ gradient: [Double], _ count: Int, _ name: String) -> [Int] {
    guard gradient.count > count else { return Array(gradient.indices) }
    var stream = RandomStream(seed: work.network.training.seed, name: "elements of \(name)")
    var chosen = [gradient.indices.reduce(0) { abs(gradient[$1]) > abs(gradient[$0]) ? $1 : $0 }]
    while chosen.count < count {
      let next = stream.next(below: gradient.count)
      if !chosen.contains(next) { chosen.append(next) }
    }
    return chosen
  }

  /// The loss as a function of the graph's inputs.
  private struct Loss {
    private let graph: Graph
    private let inputs: [[Double]]
    private let backend: any TrainingBackend
    private let constants: (String) -> [Float]

    init(
      _ step: TrainingGraph, _ inputs: [[Double]], _ backend: any TrainingBackend,
      constants: @escaping (String) -> [Float]
    ) {
      (self.inputs, self.backend, self.constants) = (inputs, backend, constants)
      graph = step.lossAlone()
    }

    /// How far a derivative is from the nearest of the differences: a kink may lie within a step, but hardly within
    /// all of them.
    func error(of gradient: Double, _ scale: Double, _ element: Int, _ input: Int) throws -> Double {
      var least = Double.infinity
      for step in GradientCheck.steps {
        var moved = inputs
        moved[input][element] += step
        let up = try backend.exactly(graph, inputs: moved, constants: constants)[0][0]
        moved[input][element] = inputs[input][element] - step
        let down = try backend.exactly(graph, inputs: moved, constants: constants)[0][0]
        let difference = (up - down) / (2 * step)
        let size = max(abs(gradient), abs(difference), 0.1 * scale)
        let error = size == 0 ? 0 : abs(gradient - difference) / size
        least = min(least, error.isNaN ? .infinity : error)
        if least <= GradientCheck.tolerance / 10 { break }
      }
      return least
    }
  }
}

import Layers
import NetIR

/// A step of training as a graph: of examples, targets and parameters the loss and its gradients.
///
/// Inputs, in this order: those of the network; a target for each of its outputs; a weight for each example (N), which
/// is 1/N where all count alike; where an objective reads them as `weight`, the weights of the examples' classes (N),
/// which the weights before then leave out; the key of what is random, if anything is; the parameters; where the loss is
/// scaled, the number that all gradients are multiplied by (1×1). Outputs: the loss, the network's outputs, the gradient
/// of each parameter, the moments of each batch normalisation. Nothing is state: who runs the graph keeps parameters and
/// running statistics, and how they change are functions (`UpdateRule`).
package struct TrainingGraph: Sendable {
  /// A batch normalisation's running statistics, which take part in nothing but inference.
  package struct Statistics: Sendable, Equatable {
    package var layer: String
    /// Parameters.
    package var mean: String
    package var variance: String
    /// Elements of a channel in a batch: M/(M − 1) makes the biased variance unbiased.
    package var count: Int
  }

  package private(set) var graph: Graph
  /// The inputs that the network itself has.
  package let networkInputs: Range<Int>
  package let targets: Range<Int>
  package let exampleWeights: Int
  /// The input that takes the weights of the examples' classes on their own; nil where no objective asks for them.
  package let classWeights: Int?
  /// The input that takes the key; nil where nothing is random.
  package let key: Int?
  /// Names of the parameters that are trained, in the order of their inputs and gradients.
  package let parameters: [String]
  package let parameterInputs: Range<Int>
  /// The input that all gradients are multiplied by; nil where they are as they are.
  package let lossScale: Int?
  package let statistics: [Statistics]

  package let lossOutput = 0
  package var predictionOutputs: Range<Int> { 1..<1 + targets.count }
  package var gradientOutputs: Range<Int> {
    predictionOutputs.upperBound..<predictionOutputs.upperBound + parameters.count
  }
  package var momentsOutputs: Range<Int> {
    gradientOutputs.upperBound..<gradientOutputs.upperBound + statistics.count
  }

  /// - Parameters:
  ///   - network: a network as it is lowered, before any pass.
  ///   - objectives: one for each output.
  ///   - trainable: the names of the parameters that are trained; others are constants.
  ///   - scalesLoss: whether there is an input that gradients are multiplied by.
  /// - Throws: `GradientProblem` where an op has no gradient, `GraphProblem` where objectives do not fit the outputs.
  package init(_ network: Graph, _ objectives: [Objective], trainable: [String], scalesLoss: Bool = false) throws {
    guard objectives.count == network.outputs.count else {
      throw GraphProblem("\(objectives.count) objectives for \(network.outputs.count) outputs")
    }
    let readsWeights = objectives.contains(where: \.readsWeights)
    var form = TrainingForm(
      network, trainable: trainable,
      firstFreeInput: network.inputs.count + objectives.count + (readsWeights ? 2 : 1))
    graph = try form.rewritten(network)
    networkInputs = 0..<network.inputs.count
    targets = networkInputs.upperBound..<networkInputs.upperBound + objectives.count
    exampleWeights = targets.upperBound
    classWeights = readsWeights ? targets.upperBound + 1 : nil
    key = form.keyInput
    parameters = form.parameters.map(\.name)
    parameterInputs = form.firstParameter..<form.firstParameter + parameters.count
    statistics = form.statistics.map(\.statistics)
    let predictions = graph.outputs
    let loss = try Self.loss(of: predictions, objectives, targets, (exampleWeights, classWeights), in: &graph)
    let values = form.parameters.map(\.value)
    lossScale = scalesLoss ? parameterInputs.upperBound : nil
    let scale = try lossScale.map { try graph.add(.input(index: $0, shape: graph[loss].shape), name: "loss_scale") }
    let gradients = try Differentiation.gradients(of: loss, for: values, times: scale, in: &graph)
    graph.outputs = [loss] + predictions
    for (parameter, gradient) in zip(values, gradients) {
      // What no output depends on stays as it is.
      let none = GraphOp.fill(value: 0, shape: graph[parameter].shape)
      graph.outputs.append(try gradient ?? graph.add(none, name: graph[parameter].name))
    }
    graph.outputs += form.statistics.map(\.moments)
  }

  /// A step as the spec has it, targets in the shape that its objectives take by default.
  package init(of network: Network, batch: Int, scalesLoss: Bool = false) throws {
    let graph = try network.lowered(batch: batch).graph
    try self.init(
      graph, Objective.all(of: network, graph), trainable: network.trained.map(\.name), scalesLoss: scalesLoss)
  }

  /// The forward pass: the same inputs, and the loss.
  package func lossAlone() -> Graph {
    var forward = graph
    forward.outputs = [graph.outputs[lossOutput]]
    return RemoveDead.removed(from: forward)
  }

  /// The weighted sum over examples, the sum over outputs: of shape 1×1.
  private static func loss(
    of predictions: [ValueID], _ objectives: [Objective], _ targets: Range<Int>,
    _ weightInputs: (ofExamples: Int, ofClasses: Int?), in graph: inout Graph
  ) throws -> ValueID {
    guard let batch = graph[predictions[0]].shape.first else { throw GraphProblem("an output without a batch") }
    let name = "loss"
    let classWeights = try weightInputs.ofClasses.map {
      try graph.add(.input(index: $0, shape: [batch]), name: "class_weights")
    }
    var losses: [ValueID] = []
    for (objective, (prediction, index)) in zip(objectives, zip(predictions, targets)) {
      let (output, shape) = (graph[prediction].name, graph[prediction].shape)
      guard shape.first == batch else { throw GraphProblem("`\(output)` has \(shape), its batch is not \(batch)") }
      let target = try graph.add(
        .input(index: index, shape: objective.targetShape(of: shape)), name: "\(output).target")
      var values = try objective.losses(of: prediction, target: target, weights: classWeights, in: &graph)
      if let classWeights, !objective.readsWeights {
        let product = ElementwiseAttributes(kind: .mul)
        values = try graph.add(.elementwise(product, .linear), [values, classWeights], name: name)
      }
      losses.append(values)
    }
    let weights = try graph.add(.input(index: weightInputs.ofExamples, shape: [batch]), name: "example_weights")
    // A dense layer of one unit: its filter holds the examples' weights.
    let filter = try graph.add(.reshape(shape: [1, batch]), [weights], name: name)
    var terms: [ValueID] = []
    for loss in losses {
      let row = try graph.add(.reshape(shape: [1, batch]), [loss], name: name)
      terms.append(try graph.add(.dense(Epilogue(bias: false)), [row, filter], name: name))
    }
    let factors = objectives.map(\.weight)
    guard terms.count > 1 || factors != [1] else { return terms[0] }
    return try graph.add(
      .elementwise(ElementwiseAttributes(kind: .sum, coefficients: factors), .linear), terms, name: name)
  }
}

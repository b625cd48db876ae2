import Compiler
import DataPipeline
import Layers
import NetIR

/// Judges a network as it is at inference by examples whose targets are known.
package struct Evaluator: Sendable {
  /// What some examples came to.
  package struct Result: Sendable {
    /// The mean over examples, of all outputs by their weights.
    package var loss: Double
    /// Of the first output; nil where it tells no classes apart.
    package var accuracy: Double?
    package var examples: Int
  }

  /// Examples whose inputs lie in memory at once.
  private static let chunk = 256

  private let task: TrainingTask
  private let preprocessing: [PreprocessingStep]
  private let classWeights: [Float]?

  package init(_ network: Network, _ task: TrainingTask, _ preprocessing: [PreprocessingStep]) {
    (self.task, self.preprocessing) = (task, preprocessing)
    if case .given(let weights) = network.training.classWeights { classWeights = weights } else { classWeights = nil }
  }

  /// - Parameter visit: is told of each example in turn: its number, its loss, and what every output says of it.
  package func evaluate(
    _ data: DataSet, _ examples: [Int], _ predictor: any Predictor,
    visit: (Int, Double, [ArraySlice<Float>]) -> Void = { _, _, _ in }
  ) throws -> Result {
    let maker = BatchMaker(data, preprocessing, classes: nil, classWeights: nil, size: 1)
    let sizes = task.outputShapes.map { $0.reduce(1, *) }
    var (sum, right, places) = (0.0, 0, 0)
    for start in stride(from: 0, to: examples.count, by: Self.chunk) {
      let part = Array(examples[start..<min(examples.count, start + Self.chunk)])
      let outputs =
        if predictor.takesBytes, data.inputs.count == 1, let bytes = data.inputs[0].bytes(of: part) {
          try predictor.predict(examples: part.count, bytes: bytes)
        } else {
          try predictor.predict(examples: part.count, inputs: data.inputs.map { maker.inputs(part, $0) })
        }
      for (place, example) in part.enumerated() {
        let rows = zip(outputs, sizes).map { $0[place * $1..<(place + 1) * $1] }
        let targets = data.targets.map { $0.floats(of: example)[...] }
        let loss = self.loss(rows, targets)
        sum += loss
        if let classes = task.classes {
          let counted = Correctness.count(
            prediction: rows[0], target: targets[0], objective: task.objectives[0], classes: classes)
          (right, places) = (right + counted.right, places + counted.places)
        }
        visit(example, loss, rows)
      }
    }
    return Result(
      loss: sum / Double(max(1, examples.count)), accuracy: places > 0 ? Double(right) / Double(places) : nil,
      examples: examples.count)
  }

  private func loss(_ rows: [ArraySlice<Float>], _ targets: [ArraySlice<Float>]) -> Double {
    var sum = 0.0
    let weight = weight(targets)
    for (index, objective) in task.objectives.enumerated() {
      let value =
        switch objective.kind {
        case .loss(let loss):
          loss.value(prediction: rows[index], target: targets[index], classes: task.outputShapes[index].first ?? 1)
        case .expression(let expression):
          expression.value(prediction: rows[index], target: targets[index], weight: weight)
        }
      sum += Double(objective.weight) * (objective.readsWeights ? 1 : weight) * value
    }
    return sum
  }

  /// Of the example's class, where the spec gives each a number.
  private func weight(_ targets: [ArraySlice<Float>]) -> Double {
    guard let classWeights, let target = targets.first, task.objectives[0].isOverClasses,
      target.count == 1 || target.count == classWeights.count
    else { return 1 }
    let number = TrainingTask.classNumber(target)
    return classWeights.indices.contains(number) ? Double(classWeights[number]) : 1
  }
}

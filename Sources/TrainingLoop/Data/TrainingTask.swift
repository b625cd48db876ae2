import Compiler
import DataPipeline
import Diagnostics
import Exchange
import Layers
import NetIR

/// What a network learns from a data set: its objectives, once the shapes of targets and outputs are known.
package struct TrainingTask: Sendable {
  /// One for each output.
  package let objectives: [Objective]
  /// Sizes of an example of each output.
  package let outputShapes: [[Int]]
  package let inputShapes: [[Int]]
  /// How many classes the first output tells apart; nil where it does not.
  package let classes: Int?

  /// - Throws: N0507 or N0518 where the data do not fit the network.
  package init(_ network: Network, _ data: DataSet) throws(DiagnosticError) {
    inputShapes = network.inputs.map { network.layers[$0].shape.dropFirst().map { $0 ?? 0 } }
    let shapes = network.outputs.map { network.layers[$0].shape.dropFirst().map { $0 ?? 0 } }
    outputShapes = shapes
    var objectives: [Objective] = []
    for (place, output) in network.outputs.enumerated() {
      let setting = network.training.objective(of: network.layers[output].name)
      let target = data.targets[min(place, data.targets.count - 1)]
      objectives.append(try Self.objective(setting, shapes[place], target, network.layers[output].name))
    }
    self.objectives = objectives
    classes = objectives.first.flatMap { Self.classCount($0, shapes[0]) }
  }

  private static func objective(
    _ setting: ObjectiveSetting, _ shape: [Int], _ target: Examples, _ name: String
  ) throws(DiagnosticError) -> Objective {
    switch setting.kind {
    case .loss(let loss):
      let classShape = Array(shape.dropFirst())
      if loss.isOverClasses, target.shape == classShape || target.size == 1 && classShape.isEmpty {
        return Objective(loss, weight: setting.weight, hasClassTargets: true)
      }
      if case .multiclassHinge = loss {
        throw misfit(name, "needs the number of a class for each example, and the data have \(text(target.shape))")
      }
      guard target.size == shape.reduce(1, *) else {
        throw misfit(
          name, "has \(text(shape)) for each example, and the targets \(text(target.shape))",
          loss.isOverClasses ? [] : ["`\(loss.name)` compares the output with targets of its own shape"])
      }
      return Objective(loss, weight: setting.weight, hasClassTargets: false)
    case .expression(let expression):
      let isOverClasses = target.size == 1 && shape.count == 1 && shape[0] > 1
      guard isOverClasses || target.size == shape.reduce(1, *) else {
        throw misfit(
          name, "has \(text(shape)) for each example, and the targets \(text(target.shape))",
          ["a formula compares each element of the prediction with one of the target"])
      }
      return Objective(expression, weight: setting.weight, isOverClasses: isOverClasses)
    }
  }

  private static func text(_ shape: [Int]) -> String { shape.isEmpty ? "a number" : shape.crossed }

  private static func misfit(_ name: String, _ message: String, _ notes: [String] = []) -> DiagnosticError {
    DiagnosticError(Diagnostic(.badTargets, "the output `\(name)` \(message)", at: .none, notes: notes))
  }

  private static func classCount(_ objective: Objective, _ shape: [Int]) -> Int? {
    switch objective.loss {
    case .crossEntropy, .softmaxCrossEntropy, .multiclassHinge: shape.first
    case .binaryCrossEntropy, .sigmoidCrossEntropy, .binaryHinge: shape.reduce(1, *) == 1 ? 2 : nil
    case .squaredError, .absoluteError, .huber: nil
    case nil: objective.isOverClasses ? shape.first : nil
    }
  }

  /// The data in the shapes of the network's inputs and targets.
  ///
  /// - Parameter path: of the data, for messages.
  /// - Throws: N0507 or N0518 where they do not fit.
  package func fitted(_ data: DataSet, path: String) throws(DiagnosticError) -> DataSet {
    guard data.inputs.count == inputShapes.count else {
      throw FileFault.make(
        .inputShapeDiffers, in: path,
        "the network has \(inputShapes.count.counted("input")), the data have \(data.inputs.count)")
    }
    guard data.targets.count == 1 || data.targets.count == objectives.count else {
      throw FileFault.make(
        .badTargets, in: path,
        "the network has \(objectives.count.counted("output")), the data have \(data.targets.count.counted("target"))")
    }
    var fitted = data
    for (place, shape) in inputShapes.enumerated() {
      let examples = data.inputs[place]
      let isFlat = examples.shape.count == 1
      let squeezed = shape.first == 1 ? Array(shape.dropFirst()) : shape
      guard examples.shape == shape || examples.shape == squeezed || isFlat && examples.size == shape.reduce(1, *)
      else {
        throw FileFault.make(
          .inputShapeDiffers, in: path,
          "an example has \(Self.text(examples.shape)), and the network takes \(shape.crossed)")
      }
      fitted.inputs[place].shape = shape
    }
    // Every output has its targets, if they are the same ones.
    fitted.targets = objectives.indices.map { data.targets[min($0, data.targets.count - 1)] }
    for (place, objective) in objectives.enumerated() {
      if objective.loss == nil, objective.isOverClasses, fitted.targets[place].size == 1 {
        let count = outputShapes[place].first ?? 0
        try checkClasses(fitted.targets[place], below: count, path)
        fitted.targets[place] = fitted.targets[place].rows(ofClasses: count)
      }
      let shape = Array(objective.targetShape(of: [1] + outputShapes[place]).dropFirst())
      guard fitted.targets[place].size == shape.reduce(1, *) else {
        throw FileFault.make(
          .badTargets, in: path,
          "a target has \(Self.text(fitted.targets[place].shape)), and the objective takes \(Self.text(shape))")
      }
      fitted.targets[place].shape = shape
      if objective.hasClassTargets {
        try checkClasses(fitted.targets[place], below: outputShapes[place].first ?? 0, path)
      }
    }
    return fitted
  }

  private func checkClasses(_ targets: Examples, below count: Int, _ path: String) throws(DiagnosticError) {
    for example in 0..<targets.count {
      for value in targets.floats(of: example) where value < 0 || value >= Float(count) || value != value.rounded() {
        let number = value == value.rounded() ? "\(Int(value))" : "\(value)"
        throw FileFault.make(
          .badTargets, in: path, "the target of example \(example) is \(number), and there are \(count) classes",
          help: [
            value == Float(count)
              ? "classes count from 0" : "give the output a unit for each class, or mend the targets"
          ])
      }
    }
  }
}

extension TrainingTask {
  /// Whether there is one input, and it takes images, C×H×W.
  package var takesImages: Bool { inputShapes.count == 1 && inputShapes[0].count == 3 }

  /// The class of each example by its first target; nil where it has none, or several.
  package func classNumbers(of data: DataSet) -> [Int]? {
    guard let classes, let target = data.targets.first else { return nil }
    let width = objectives[0].hasClassTargets ? 1 : classes
    guard target.size == width || classes == 2 && target.size == 1 else { return nil }
    return (0..<target.count).map { Self.classNumber(target.floats(of: $0)[...]) }
  }

  /// The class that a target names: by its number, or by the largest of its elements, of equal ones the first.
  static func classNumber(_ target: ArraySlice<Float>) -> Int {
    guard target.count > 1 else { return Int(target.first ?? 0) }
    return target.indices.reduce(target.startIndex) { target[$1] > target[$0] ? $1 : $0 } - target.startIndex
  }
}

extension Examples {
  /// Numbers of classes as rows of bytes, 1 at the class.
  fileprivate func rows(ofClasses count: Int) -> Examples {
    var bytes = [UInt8](repeating: 0, count: self.count * count)
    for example in 0..<self.count { bytes[example * count + Int(floats(of: example)[0])] = 1 }
    return Examples(shape: [count], count: self.count, .bytes(bytes))
  }
}

extension Duration {
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}

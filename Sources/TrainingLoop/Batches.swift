import DataPipeline
import NetIR
import Runtime

/// Examples ready for a step: prepared inputs, targets and weights.
package struct Batch: Sendable {
  /// One list for each input of the network, then one for each target.
  package var values: [[Float]]
  package var weights: [Float]
  /// The examples in it; what fills the batch beyond them has weight 0.
  package var examples: [Int]
}

/// Makes batches of a data set: gathers, prepares and pads. What it makes is a function of its arguments.
package struct BatchMaker: Sendable {
  package let data: DataSet
  private let preprocessing: [PreprocessingStep]
  private let classWeights: [Float]?
  private let classes: [Int]?
  package let size: Int

  /// - Parameters:
  ///   - classWeights: by class, of the first target.
  ///   - classes: of each example.
  package init(
    _ data: DataSet, _ preprocessing: [PreprocessingStep], classes: [Int]?, classWeights: [Float]?, size: Int
  ) {
    (self.data, self.preprocessing, self.size) = (data, preprocessing, size)
    (self.classes, self.classWeights) = (classes, classWeights)
  }

  /// The batch at a place of an order. The last one may be short: the order's first examples fill it, so that its
  /// statistics are those of examples, and count nothing.
  package func batch(_ place: Int, of order: [Int]) -> Batch {
    let examples = Array(order[place * size..<min(order.count, (place + 1) * size)])
    let filled =
      examples + (examples.count..<max(size, examples.count)).map { order[($0 - examples.count) % order.count] }
    var values = data.inputs.map { inputs(filled, $0) }
    values += data.targets.map { gathered(filled, $0) }
    var weights = [Float](repeating: 0, count: size)
    for (index, example) in examples.enumerated() {
      let factor = classWeights.flatMap { weights in classes.map { weights[$0[example]] } } ?? 1
      weights[index] = factor / Float(examples.count)
    }
    return Batch(values: values, weights: weights, examples: examples)
  }

  /// Prepared inputs of some examples.
  package func inputs(_ examples: [Int], _ source: Examples) -> [Float] {
    var values = gathered(examples, source)
    for step in preprocessing { step.apply(to: &values, shape: source.shape) }
    return values
  }

  private func gathered(_ examples: [Int], _ source: Examples) -> [Float] {
    let size = source.size
    return [Float](unsafeUninitializedCapacity: examples.count * size) { buffer, count in
      for (place, example) in examples.enumerated() {
        source.write(example, to: UnsafeMutableBufferPointer(rebasing: buffer[place * size..<(place + 1) * size]))
      }
      count = examples.count * size
    }
  }
}

import DataPipeline
import NetIR
import Runtime

/// Examples ready for a step: prepared inputs, targets and weights.
package struct Batch: Sendable {
  /// One list for each input of the network, then one for each target.
  package var values: [[Float]]
  /// The only input, where somebody else prepares it: its list is empty then.
  package var bytes: [UInt8]?
  /// How much each counts: the weight of its class. What fills the batch beyond the examples has 0.
  package var factors: [Float]
  /// The examples in it.
  package var examples: [Int]

  /// What each example is of the batch's mean, its factor included.
  package var weights: [Float] { factors.map { $0 / Float(examples.count) } }
  /// The same without the factors.
  package var shares: [Float] { factors.indices.map { $0 < examples.count ? 1 / Float(examples.count) : 0 } }
}

/// Makes batches of a data set: gathers, prepares and pads. What it makes is a function of its arguments.
package struct BatchMaker: Sendable {
  package let data: DataSet
  private let preprocessing: [PreprocessingStep]
  private let classWeights: [Float]?
  private let classes: [Int]?
  private let augmenter: Augmenter?
  private let hasRepeats: Bool
  private let givesBytes: Bool
  package let size: Int

  /// - Parameters:
  ///   - classWeights: by class, of the first target.
  ///   - classes: of each example.
  ///   - augmenter: changes examples before they are prepared; the first input is an image then.
  ///   - hasRepeats: whether an example may come several times in an epoch.
  ///   - givesBytes: whether the only input shall stay bytes; where it can (`staysBytes`).
  package init(
    _ data: DataSet, _ preprocessing: [PreprocessingStep], classes: [Int]?, classWeights: [Float]?,
    augmenter: Augmenter? = nil, hasRepeats: Bool = false, givesBytes: Bool = false, size: Int
  ) {
    (self.hasRepeats, self.givesBytes) = (hasRepeats, givesBytes)
    (self.data, self.preprocessing, self.size, self.augmenter) = (data, preprocessing, size, augmenter)
    (self.classes, self.classWeights) = (classes, classWeights)
  }

  /// Whether examples are bytes, of one input, behind augmentation as well.
  package static func staysBytes(_ data: DataSet, _ augmenter: Augmenter?) -> Bool {
    data.inputs.count == 1 && data.inputs[0].isBytes && augmenter?.keepsWholeNumbers ?? true
  }

  /// The batch at a place of an epoch's order. The last one may be short: the order's first examples fill it, so that
  /// its statistics are those of examples, and count nothing.
  package func batch(_ place: Int, of order: [Int], epoch: Int = 0) -> Batch {
    let places = place * size..<min(order.count, (place + 1) * size)
    let examples = Array(order[places])
    let filled =
      examples + (examples.count..<max(size, examples.count)).map { order[($0 - examples.count) % order.count] }
    let rawBytes = givesBytes && augmenter == nil ? data.inputs[0].bytes(of: filled) : nil
    var values =
      (rawBytes == nil ? data.inputs.map { gathered(filled, $0) } : [[]]) + data.targets.map { gathered(filled, $0) }
    if let augmenter {
      // An example that comes again in an epoch looks different.
      let uses = filled.indices.map { index in
        index < examples.count && hasRepeats ? order[..<(places.lowerBound + index)].count { $0 == filled[index] } : 0
      }
      augment(&values, filled, uses, epoch, augmenter)
    }
    let bytes = rawBytes ?? (givesBytes ? values[0].map { UInt8($0) } : nil)
    if bytes != nil { values[0] = [] }
    for (index, source) in data.inputs.enumerated() where bytes == nil {
      for step in preprocessing { step.apply(to: &values[index], shape: source.shape) }
    }
    var factors = [Float](repeating: 0, count: size)
    for (index, example) in examples.enumerated() {
      factors[index] = classWeights.flatMap { weights in classes.map { weights[$0[example]] } } ?? 1
    }
    return Batch(values: values, bytes: bytes, factors: factors, examples: examples)
  }

  private func augment(
    _ values: inout [[Float]], _ examples: [Int], _ uses: [Int], _ epoch: Int, _ augmenter: Augmenter
  ) {
    let target = data.inputs.count
    let (size, width) = (data.inputs[0].size, data.targets[0].size)
    for (place, example) in examples.enumerated() {
      let (pixels, numbers) = (place * size..<(place + 1) * size, place * width..<(place + 1) * width)
      var (image, wanted) = (Array(values[0][pixels]), Array(values[target][numbers]))
      augmenter.apply(to: &image, targets: &wanted, example: example, epoch: epoch, use: uses[place])
      values[0].replaceSubrange(pixels, with: image)
      values[target].replaceSubrange(numbers, with: wanted)
    }
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

import Compiler
import DataPipeline
import Layers
import NetIR

/// Finds rectified units that are 0 whatever comes in: no gradient reaches them, so they learn no more.
struct DeadUnits {
  /// A layer with a larger share than this is worth a word.
  static let limit = 0.5

  /// Examples that are looked at.
  static let mostExamples = 128
  /// Of them at once: images of all of them would take more memory than training does.
  private static let mostAtOnce = 8

  private let probe: RectifierProbe
  private let batch: Int
  private let examples: [Int]
  private let inputs: [[Float]]

  /// - Parameter examples: of the data; the first ones of them are looked at.
  /// - Returns: nil where nothing is rectified.
  init?(_ network: Network, _ data: DataSet, _ examples: [Int], _ preprocessing: [PreprocessingStep]) throws {
    batch = network.fixedBatch ?? min(Self.mostAtOnce, examples.count)
    guard batch > 0, examples.count >= batch,
      let probe = try RectifierProbe(network.lowered(batch: batch).graph)
    else { return nil }
    self.probe = probe
    self.examples = Array(examples.prefix(max(batch, Self.mostExamples)))
    let maker = BatchMaker(data, preprocessing, classes: nil, classWeights: nil, size: 1)
    inputs = data.inputs.map { [examples = self.examples] in maker.inputs(examples, $0) }
  }

  /// The share of dead units of each rectified layer, in their order.
  func shares(_ backend: any TrainingBackend, parameters: @escaping (String) -> [Float]) throws -> [TensorNumber] {
    let predictor = try backend.predictor(probe.graph, batch: batch, parameters: parameters)
    var isAlive = probe.units.map { [Bool](repeating: false, count: $0) }
    for start in stride(from: 0, to: examples.count, by: batch) {
      // The last ones are looked at with some that were before: a unit is alive or is not.
      let first = min(start, examples.count - batch)
      let part = inputs.map { values in
        let size = values.count / examples.count
        return Array(values[first * size..<(first + batch) * size])
      }
      for (layer, values) in try predictor.predict(examples: batch, inputs: part).enumerated() {
        for (index, value) in values.enumerated() where value > 0 { isAlive[layer][index % probe.units[layer]] = true }
      }
    }
    return zip(probe.layers, isAlive).map { layer, units in
      TensorNumber(layer, Double(units.count { !$0 }) / Double(units.count))
    }
  }
}

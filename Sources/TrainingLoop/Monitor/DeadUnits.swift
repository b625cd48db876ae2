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

  private let probe: RectifierProbe
  private let batch: Int
  private let examples: [Int]
  private let inputs: [[Float]]

  /// - Parameter examples: of the data; the first ones of them are looked at.
  /// - Returns: nil where nothing is rectified.
  init?(_ network: Network, _ data: DataSet, _ examples: [Int], _ preprocessing: [PreprocessingStep]) throws {
    batch = network.fixedBatch ?? min(Self.mostExamples, examples.count)
    guard batch > 0, examples.count >= batch,
      let probe = try RectifierProbe(network.lowered(batch: batch).graph)
    else { return nil }
    self.probe = probe
    self.examples = Array(examples.prefix(batch))
    let maker = BatchMaker(data, preprocessing, classes: nil, classWeights: nil, size: 1)
    inputs = data.inputs.map { [examples = self.examples] in maker.inputs(examples, $0) }
  }

  /// The share of dead units of each rectified layer, in their order.
  func shares(_ backend: any TrainingBackend, parameters: @escaping (String) -> [Float]) throws -> [TensorNumber] {
    let outputs = try backend.predictor(probe.graph, batch: batch, parameters: parameters)
      .predict(examples: batch, inputs: inputs)
    return zip(probe.layers, zip(probe.units, outputs)).map { layer, output in
      let (units, values) = output
      let dead = (0..<units).count { unit in (0..<batch).allSatisfy { values[$0 * units + unit] <= 0 } }
      return TensorNumber(layer, Double(dead) / Double(units))
    }
  }
}

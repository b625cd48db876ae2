import Foundation
import NetIR

/// Normalisation, parameters per axis, and what moves elements.
extension LayerDefinition {
  /// (x − mean)/√(variance + ε) over the axes of one example.
  private static func standard(_ v: Values, _ i: [Int], _ axes: [Int]) -> Double {
    let row = NaiveTensor.indices(axes.map { v.x.shape[$0] }).map { places in
      var other = i
      for (axis, place) in zip(axes, places) { other[axis] = place }
      return v.padded(other)
    }
    let mean = row.reduce(0, +) / Double(row.count)
    let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
    return (v.padded(i) - mean) / (variance + Double(Float(1e-4))).squareRoot()
  }

  private static func prelu(_ x: Double, _ slope: Double) -> Double { x > 0 ? x : slope * x }

  private static func normalised(_ v: Values, _ i: [Int], _ place: [Int]) -> Double {
    let deviation = (NaiveOracle.at(v.weight("var"), place) + Double(Float(1e-4))).squareRoot()
    return NaiveOracle.at(v.weight("gamma"), place) * (v.padded(i) - NaiveOracle.at(v.weight("mean"), place))
      / deviation + NaiveOracle.at(v.weight("beta"), place)
  }

  private static func four(_ shape: [Int]) -> [String: [Int]] {
    ["gamma": shape, "beta": shape, "mean": shape, "var": shape]
  }

  static let norms = [
    LayerDefinition(layer: "Standardization: {}", inputs: [[3, 4, 5]], result: [2, 3, 4, 5]) { v, i in
      standard(v, i, [2, 3])
    },
    LayerDefinition(layer: "Standardization: {}", inputs: [[9]], result: [2, 9]) { v, i in standard(v, i, [1]) },
    LayerDefinition(layer: "Standardization: {axes: features}", inputs: [[3, 4, 5]], result: [2, 3, 4, 5]) { v, i in
      standard(v, i, [1, 2, 3])
    },
    LayerDefinition(layer: "Standardization: {axes: [1, 3]}", inputs: [[3, 4, 5]], result: [2, 3, 4, 5]) { v, i in
      standard(v, i, [1, 3])
    },
    LayerDefinition(
      layer: "InstanceNorm: {}", inputs: [[3, 4, 5]], result: [2, 3, 4, 5], weights: ["gamma": [3], "beta": [3]]
    ) { v, i in
      standard(v, i, [2, 3]) * NaiveOracle.at(v.weight("gamma"), [i[1]]) + NaiveOracle.at(v.weight("beta"), [i[1]])
    },
    LayerDefinition(
      layer: "InstanceNorm: {gamma: null}", inputs: [[3, 7]], result: [2, 3, 7], weights: ["beta": [3]]
    ) { v, i in standard(v, i, [2]) + NaiveOracle.at(v.weight("beta"), [i[1]]) },
    LayerDefinition(
      layer: "LayerNorm: {beta: null}", inputs: [[6]], result: [2, 6], weights: ["gamma": [6]]
    ) { v, i in standard(v, i, [1]) * NaiveOracle.at(v.weight("gamma"), [i[1]]) },
    LayerDefinition(
      layer: "BatchNorm: {axes: [0]}", inputs: [[3, 2, 4]], result: [2, 3, 2, 4], weights: four([3, 2, 4])
    ) { v, i in normalised(v, i, Array(i.dropFirst())) },
    LayerDefinition(
      layer: "BatchNorm: {axes: [0, 1, 2]}", inputs: [[3, 2, 4]], result: [2, 3, 2, 4], weights: four([4])
    ) { v, i in normalised(v, i, [i[3]]) },
    LayerDefinition(
      layer: "BatchNorm: {axes: [0, 2]}", inputs: [[3, 2, 4]], result: [2, 3, 2, 4], weights: four([3, 4])
    ) { v, i in normalised(v, i, [i[1], i[3]]) },
    LayerDefinition(
      layer: "BatchNorm: {axes: [0, 1, 2, 3]}", inputs: [[3, 2, 4]], result: [2, 3, 2, 4], weights: four([1])
    ) { v, i in normalised(v, i, [0]) },
    LayerDefinition(
      layer: "ParametricRectifier: {}", inputs: [[3, 4, 5]], result: [2, 3, 4, 5], weights: ["alpha": [3]]
    ) { v, i in prelu(v.padded(i), NaiveOracle.at(v.weight("alpha"), [i[1]])) },
    LayerDefinition(
      layer: "ParametricRectifier: {shared_axes: [0]}", inputs: [[3, 4]], result: [2, 3, 4], weights: ["alpha": [3, 4]]
    ) { v, i in prelu(v.padded(i), NaiveOracle.at(v.weight("alpha"), Array(i.dropFirst()))) },
    LayerDefinition(layer: "RandomizedRectifier: {}", inputs: [[7]], result: [2, 7]) { v, i in
      prelu(v.padded(i), 2.0 / 11)
    },
    LayerDefinition(layer: "GaussianNoise: {}", inputs: [[7]], result: [2, 7]) { v, i in v.padded(i) },
    LayerDefinition(layer: "SpatialDropout: {}", inputs: [[3, 2, 2]], result: [2, 3, 2, 2]) { v, i in v.padded(i) },
    LayerDefinition(layer: "Bias: {}", inputs: [[3, 4]], result: [2, 3, 4], weights: ["b": [3]]) { v, i in
      v.padded(i) + NaiveOracle.at(v.weight("b"), [i[1]])
    },
    LayerDefinition(
      layer: "Bias: {shared_axes: [0, 1]}", inputs: [[3, 4]], result: [2, 3, 4], weights: ["b": [4]]
    ) { v, i in v.padded(i) + NaiveOracle.at(v.weight("b"), [i[2]]) },
    LayerDefinition(layer: "Scale: {}", inputs: [[3, 2, 2]], result: [2, 3, 2, 2], weights: ["scales": [3]]) { v, i in
      v.padded(i) * NaiveOracle.at(v.weight("scales"), [i[1]])
    },
    LayerDefinition(
      layer: "Scale: {shared_axes: [0, 1, 2, 3]}", inputs: [[3, 2, 2]], result: [2, 3, 2, 2], weights: ["scales": [1]]
    ) { v, i in v.padded(i) * NaiveOracle.at(v.weight("scales"), [0]) },
  ]

  static let joins = [
    LayerDefinition(
      layer: "Concat: {cropping: [null, null, center, upper]}", inputs: [[2, 4, 5], [3, 7, 4]], result: [2, 5, 4, 4]
    ) { v, i in
      i[1] < 2
        ? v.padded([i[0], i[1], i[2], i[3] + 1]) : v.padded([i[0], i[1] - 2, i[2] + 1, i[3]], input: 1)
    },
    LayerDefinition(
      layer: "Concat: {axis: 2, cropping: [null, lower, center, lower]}", inputs: [[2, 1, 3], [3, 2, 2]],
      result: [2, 2, 3, 2]
    ) { v, i in
      i[2] < 1 ? v.padded([i[0], i[1], 0, i[3]]) : v.padded([i[0], i[1], i[2] - 1, i[3]], input: 1)
    },
    LayerDefinition(
      layer: "ElemwiseSum: {cropping: [null, upper], coeffs: [1, 2]}", inputs: [[5, 2], [3, 2]], result: [2, 3, 2]
    ) { v, i in v.padded([i[0], i[1] + 2, i[2]]) + 2 * v.padded(i, input: 1) },
    LayerDefinition(
      layer: "ElemwiseMerge: {operation: mul, nonlinearity: tanh}", inputs: [[3, 2, 2], [3, 2, 2]],
      result: [2, 3, 2, 2]
    ) { v, i in tanh(v.padded(i) * v.padded(i, input: 1)) },
    LayerDefinition(
      layer: "ElemwiseMerge: {operation: min, cropping: [null, null, center]}", inputs: [[3, 6], [3, 3]],
      result: [2, 3, 3]
    ) { v, i in min(v.padded([i[0], i[1], i[2] + 1]), v.padded(i, input: 1)) },
    LayerDefinition(
      layer: "ElemwiseMerge: {operation: max}", inputs: [[3], [3], [3]], result: [2, 3]
    ) { v, i in (0..<3).map { v.padded(i, input: $0) }.max() ?? .nan },
    LayerDefinition(layer: "ElemwiseMerge: {operation: mean}", inputs: [[3], [3]], result: [2, 3]) { v, i in
      (v.padded(i) + v.padded(i, input: 1)) / 2
    },
    LayerDefinition(layer: "Dimshuffle: {pattern: [0, 2, 3, 1]}", inputs: [[3, 4, 5]], result: [2, 4, 5, 3]) { v, i in
      v.padded([i[0], i[3], i[1], i[2]])
    },
    LayerDefinition(layer: "Dimshuffle: {pattern: [0, x, 2, x]}", inputs: [[1, 5]], result: [2, 1, 5, 1]) { v, i in
      v.padded([i[0], 0, i[2]])
    },
    LayerDefinition(layer: "Slice: {indices: 1}", inputs: [[3, 4]], result: [2, 3]) { v, i in v.padded(i + [1]) },
    LayerDefinition(layer: "Slice: {indices: -1, axis: 1}", inputs: [[3, 4]], result: [2, 4]) { v, i in
      v.padded([i[0], 2, i[1]])
    },
    LayerDefinition(layer: "Slice: {indices: '1:-1', axis: 2}", inputs: [[3, 6, 2]], result: [2, 3, 4, 2]) { v, i in
      v.padded([i[0], i[1], i[2] + 1, i[3]])
    },
    LayerDefinition(layer: "Slice: {indices: '::-2', axis: 1}", inputs: [[6]], result: [2, 3]) { v, i in
      v.padded([i[0], 5 - 2 * i[1]])
    },
  ]
}

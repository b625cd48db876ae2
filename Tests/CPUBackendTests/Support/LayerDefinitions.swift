import Foundation
import NetIR

/// The layers, written as textbooks have them.
extension LayerDefinition {
  private static func relu(_ x: Double) -> Double { max(0, x) }

  /// Σ w[f, c, taps]·x[n, c, places] over the filter of an output, zeros outside.
  private static func correlate(
    _ v: Values, _ i: [Int], stride: [Int], pad: [Int], dilation: [Int], channels: Range<Int>? = nil
  ) -> Double {
    let w = v.weight("W")
    let first = channels?.lowerBound ?? 0
    return NaiveTensor.indices(Array(w.shape.dropFirst())).reduce(0) { sum, tap in
      let places = stride.indices.map { i[2 + $0] * stride[$0] - pad[$0] + tap[1 + $0] * dilation[$0] }
      return sum + NaiveOracle.at(w, [i[1]] + tap) * v.padded([i[0], first + tap[0]] + places)
    }
  }

  private static func bias(_ v: Values, _ i: [Int]) -> Double { NaiveOracle.at(v.weight("b"), [i[1]]) }

  static let convolutions = [
    LayerDefinition(
      layer: "Conv1D: {num_filters: 5, filter_size: 3, stride: 2, pad: [[2, 1]], dilation: 2}", inputs: [[4, 11]],
      result: [2, 5, 5], weights: ["W": [5, 4, 3], "b": [5]]
    ) { v, i in relu(correlate(v, i, stride: [2], pad: [2], dilation: [2]) + bias(v, i)) },
    LayerDefinition(
      layer: "Conv1D: {num_filters: 4, filter_size: 3, pad: same, num_groups: 2, untie_biases: true, "
        + "nonlinearity: tanh}",
      inputs: [[6, 7]], result: [2, 4, 7], weights: ["W": [4, 3, 3], "b": [4, 7]]
    ) { v, i in
      let group = i[1] / 2 * 3
      let sum = correlate(v, i, stride: [1], pad: [1], dilation: [1], channels: group..<group + 3)
      return tanh(sum + NaiveOracle.at(v.weight("b"), [i[1], i[2]]))
    },
    LayerDefinition(
      layer: "Conv3D: {num_filters: 5, filter_size: [3, 2, 3], stride: [2, 1, 2], pad: [1, 0, [0, 2]], "
        + "dilation: [1, 2, 1]}",
      inputs: [[3, 5, 6, 7]], result: [2, 5, 3, 4, 4], weights: ["W": [5, 3, 3, 2, 3], "b": [5]]
    ) { v, i in relu(correlate(v, i, stride: [2, 1, 2], pad: [1, 0, 0], dilation: [1, 2, 1]) + bias(v, i)) },
    LayerDefinition(
      layer: "Conv3D: {num_filters: 4, filter_size: 2, num_groups: 2, untie_biases: true, nonlinearity: linear}",
      inputs: [[2, 3, 4, 3]], result: [2, 4, 2, 3, 2], weights: ["W": [4, 1, 2, 2, 2], "b": [4, 2, 3, 2]]
    ) { v, i in
      correlate(v, i, stride: [1, 1, 1], pad: [0, 0, 0], dilation: [1, 1, 1], channels: i[1] / 2..<i[1] / 2 + 1)
        + NaiveOracle.at(v.weight("b"), Array(i.dropFirst()))
    },
    LayerDefinition(
      layer: "Conv3D: {num_filters: 3, filter_size: 1, b: null, nonlinearity: softmax}", inputs: [[2, 2, 3, 2]],
      result: [2, 3, 2, 3, 2], weights: ["W": [3, 2, 1, 1, 1]]
    ) { v, i in
      let scores = (0..<3).map { filter in
        exp(correlate(v, [i[0], filter] + i.dropFirst(2), stride: [1, 1, 1], pad: [0, 0, 0], dilation: [1, 1, 1]))
      }
      return scores[i[1]] / scores.reduce(0, +)
    },
    transposed("num_filters: 5, filter_size: 2, stride: 2", [3, 4, 5], [5, 8, 10], k: 2, s: 2, crop: 0),
    transposed("num_filters: 4, filter_size: 4, stride: 2, crop: 1", [3, 5, 4], [4, 10, 8], k: 4, s: 2, crop: 1),
    transposed("num_filters: 17, filter_size: 3, crop: full", [2, 6, 5], [17, 4, 3], k: 3, s: 1, crop: 2),
    transposed("num_filters: 2, filter_size: 5, stride: 3, crop: same", [3, 4, 4], [2, 10, 10], k: 5, s: 3, crop: 2),
    transposed(
      "num_filters: 3, filter_size: 3, stride: 4, output_size: [14, 12]", [2, 3, 3], [3, 14, 12], k: 3, s: 4, crop: 0),
    transposed("num_filters: 3, filter_size: 2, stride: 1, crop: 3", [2, 9, 8], [3, 4, 3], k: 2, s: 1, crop: 3),
    LayerDefinition(
      layer: "DepthwiseConv2D: {multiplier: 2, filter_size: 3, stride: 2, pad: same}", inputs: [[3, 6, 5]],
      result: [2, 6, 3, 3], weights: ["W": [6, 1, 3, 3], "b": [6]]
    ) { v, i in
      let channel = i[1] / 2
      let sum = correlate(v, i, stride: [2, 2], pad: [1, 1], dilation: [1, 1], channels: channel..<channel + 1)
      return relu(sum + bias(v, i))
    },
    LayerDefinition(
      layer: "LocallyConnected2D: {num_filters: 4, filter_size: 3}", inputs: [[3, 5, 4]], result: [2, 4, 5, 4],
      weights: ["W": [4, 3, 3, 3, 5, 4], "b": [4]]
    ) { v, i in
      relu(
        NaiveTensor.indices([3, 3, 3]).reduce(bias(v, i)) { sum, tap in
          sum + NaiveOracle.at(v.weight("W"), [i[1]] + tap + i.suffix(2))
            * v.padded([i[0], tap[0], i[2] + tap[1] - 1, i[3] + tap[2] - 1])
        })
    },
    LayerDefinition(
      layer: "LocallyConnected2D: {num_filters: 3, filter_size: [2, 3], stride: 2, pad: 0, channelwise: true, "
        + "untie_biases: true}",
      inputs: [[3, 6, 7]], result: [2, 3, 3, 3], weights: ["W": [3, 2, 3, 3, 3], "b": [3, 3, 3]]
    ) { v, i in
      relu(
        NaiveTensor.indices([2, 3]).reduce(NaiveOracle.at(v.weight("b"), Array(i.dropFirst()))) { sum, tap in
          sum + NaiveOracle.at(v.weight("W"), [i[1]] + tap + i.suffix(2))
            * v.padded([i[0], i[1], 2 * i[2] + tap[0], 2 * i[3] + tap[1]])
        })
    },
    LayerDefinition(
      layer: "NIN: {num_units: 5}", inputs: [[3, 4, 2]], result: [2, 5, 4, 2], weights: ["W": [5, 3], "b": [5]]
    ) { v, i in relu(dense(v, i) + bias(v, i)) },
    LayerDefinition(
      layer: "NIN: {num_units: 4, untie_biases: true, nonlinearity: null}", inputs: [[3, 2, 3, 2]],
      result: [2, 4, 2, 3, 2], weights: ["W": [4, 3], "b": [4, 2, 3, 2]]
    ) { v, i in dense(v, i) + NaiveOracle.at(v.weight("b"), Array(i.dropFirst())) },
    LayerDefinition(
      layer: "NIN: {num_units: 4, b: null, nonlinearity: null}", inputs: [[3]], result: [2, 4], weights: ["W": [4, 3]]
    ) { v, i in dense(v, i) },
  ]

  private static func dense(_ v: Values, _ i: [Int]) -> Double {
    (0..<v.x.shape[1]).reduce(0) {
      $0 + NaiveOracle.at(v.weight("W"), [i[1], $1]) * v.padded([i[0], $1] + i.dropFirst(2))
    }
  }

  private static func transposed(
    _ parameters: String, _ input: [Int], _ result: [Int], k: Int, s: Int, crop: Int
  ) -> LayerDefinition {
    LayerDefinition(
      layer: "TransposedConv2D: {\(parameters)}", inputs: [input], result: [2] + result,
      weights: ["W": [input[0], result[0], k, k], "b": [result[0]]]
    ) { v, i in
      var sum = bias(v, i)
      for p in NaiveTensor.indices(input) {
        // Which tap of this pixel's patch falls on the output.
        let (y, x) = (i[2] + crop - p[1] * s, i[3] + crop - p[2] * s)
        guard (0..<k).contains(y), (0..<k).contains(x) else { continue }
        sum += v.padded([i[0]] + p) * NaiveOracle.at(v.weight("W"), [p[0], i[1], y, x])
      }
      return relu(sum)
    }
  }

  private static func largest(_ v: Values, _ i: [Int], window: [Int], stride: [Int], pad: [Int]) -> Double {
    let taps = NaiveTensor.indices(window).compactMap { tap in
      v.x[[i[0], i[1]] + tap.indices.map { i[2 + $0] * stride[$0] - pad[$0] + tap[$0] }]
    }
    return taps.max() ?? .nan
  }

  static let pooling = [
    LayerDefinition(
      layer: "MaxPool1D: {pool_size: 3, stride: 2, pad: 1}", inputs: [[5, 10]], result: [2, 5, 5]
    ) { v, i in largest(v, i, window: [3], stride: [2], pad: [1]) },
    LayerDefinition(layer: "MaxPool1D: {pool_size: 4, round: ceil}", inputs: [[2, 10]], result: [2, 2, 3]) { v, i in
      largest(v, i, window: [4], stride: [4], pad: [0])
    },
    LayerDefinition(
      layer: "MaxPool3D: {pool_size: [2, 3, 2], stride: [1, 2, 2], pad: [0, 1, 0]}", inputs: [[3, 4, 5, 6]],
      result: [2, 3, 3, 3, 3]
    ) { v, i in largest(v, i, window: [2, 3, 2], stride: [1, 2, 2], pad: [0, 1, 0]) },
    LayerDefinition(layer: "FeaturePool: {pool_size: 3}", inputs: [[6, 3, 2]], result: [2, 2, 3, 2]) { v, i in
      (0..<3).map { v.padded([i[0], 3 * i[1] + $0] + i.suffix(2)) }.max() ?? .nan
    },
    LayerDefinition(layer: "FeaturePool: {pool_size: 2, axis: -1, mode: l2}", inputs: [[3, 8]], result: [2, 3, 4]) {
      v, i in hypot(v.padded([i[0], i[1], 2 * i[2]]), v.padded([i[0], i[1], 2 * i[2] + 1]))
    },
    LayerDefinition(layer: "FeaturePool: {pool_size: 5, mode: mean}", inputs: [[10]], result: [2, 2]) { v, i in
      (0..<5).reduce(0) { $0 + v.padded([i[0], 5 * i[1] + $1]) } / 5
    },
    pyramid("", [3, 8, 12], [4, 2, 1]) { $0.max() ?? .nan },
    pyramid("pool_dims: [3, 2], mode: mean", [2, 7, 10], [3, 2]) { $0.reduce(0, +) / Double($0.count) },
    pyramid("pool_dims: [5]", [2, 3, 4], [5]) { $0.max() ?? .nan },
    pyramid("pool_dims: [4, 1], mode: l2", [2, 7, 7], [4, 1]) { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() },
    LayerDefinition(layer: "Upscale2D: {scale_factor: [2, 3]}", inputs: [[3, 2, 3]], result: [2, 3, 4, 9]) { v, i in
      v.padded([i[0], i[1], i[2] / 2, i[3] / 3])
    },
    LayerDefinition(
      layer: "Upscale2D: {scale_factor: [2, 3], mode: dilate}", inputs: [[3, 2, 3]], result: [2, 3, 4, 9]
    ) { v, i in i[2] % 2 == 0 && i[3] % 3 == 0 ? v.padded([i[0], i[1], i[2] / 2, i[3] / 3]) : 0 },
    LayerDefinition(
      layer: "Upscale2D: {scale_factor: 2, mode: bilinear}", inputs: [[2, 3, 3]], result: [2, 2, 6, 6]
    ) { v, i in
      // At factor 2 every output lies a quarter off a pixel, towards one neighbour.
      func near(_ o: Int) -> [(Int, Double)] { [(o / 2, 0.75), (o / 2 + (o % 2 == 0 ? -1 : 1), 0.25)] }
      return near(i[2]).reduce(0) { sum, y in
        near(i[3]).reduce(sum) { sum, x in
          sum + y.1 * x.1 * v.padded([i[0], i[1], min(max(y.0, 0), 2), min(max(x.0, 0), 2)])
        }
      }
    },
  ]

  private static func pyramid(
    _ parameters: String, _ input: [Int], _ grids: [Int], _ pool: @escaping @Sendable ([Double]) -> Double
  ) -> LayerDefinition {
    LayerDefinition(
      layer: "SpatialPyramidPooling: {\(parameters)}", inputs: [input],
      result: [2, input[0], grids.reduce(0) { $0 + $1 * $1 }]
    ) { v, i in
      var bin = i[2]
      var grid = 0
      while bin >= grids[grid] * grids[grid] { (bin, grid) = (bin - grids[grid] * grids[grid], grid + 1) }
      let p = Double(grids[grid])
      func pixels(_ place: Int, _ size: Int) -> [Int] {
        (0..<size).filter {
          Double($0) + 1 > (Double(place) * Double(size) / p).rounded(.down)
            && Double($0) < (Double(place + 1) * Double(size) / p).rounded(.up)
        }
      }
      return pool(
        pixels(bin / grids[grid], input[1]).flatMap { y in
          pixels(bin % grids[grid], input[2]).map { v.padded([i[0], i[1], y, $0]) }
        })
    }
  }
}

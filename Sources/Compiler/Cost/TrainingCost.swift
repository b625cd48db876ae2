import NetIR

extension OpInstance {
  /// Cycles of one core for an op that only training has, from vectors of so many lanes. Convolutions have costs of their
  /// own.
  func trainingCycles(lanes: Double) -> Double {
    let inputs = Double(operands[0].elements) / lanes
    let outputs = Double(result.elements) / lanes
    switch op {
    case .training(let op):
      switch op {
      // Strips are read twice, the second time from the first cache.
      case .moments: return inputs * 3
      case .joinMoments: return inputs * lanes * 5
      case .normalize: return outputs * 4
      // Ten rounds of two products for four numbers.
      case .drop, .randomSlopes: return outputs * 24
      // Twice the numbers, a root, a logarithm and a cosine.
      case .noise: return outputs * 80
      case .function: return outputs * 12
      case .loss: return inputs * 90
      }
    case .gradient(let op):
      switch op {
      case .convolutionData, .convolutionWeights: return Double(work.macs) / lanes
      case .channelSum, .batchSum: return inputs
      case .pool(let attributes, _): return inputs * Double(4 + 3 * attributes.window.height * attributes.window.width)
      case .activation, .normalizeData: return outputs * 5
      case .normalizeSums: return inputs * 3
      case .standardize: return outputs * 12
      case .extremum: return outputs * 3 * Double(operands.count)
      case .lrn(let attributes): return outputs * Double(50 + 4 * attributes.size)
      case .softmax: return outputs * 6
      case .scatter: return Double(operands[0].elements) * 3
      case .upscaleBilinear: return Double(operands[0].elements) * 6
      case .loss: return outputs * 90
      }
    default: return 0
    }
  }
}

import Testing

@testable import Training

@Suite struct BoundsTests {
  @Test func penaltiesAndTheirDerivatives() {
    let weights: [Float] = [2, -1, 0]
    let penalty = Penalty(l1: 0.5, l2: 0.25, weightDecay: 0.125)
    // 0.5·3 + 0.25·5 + 0.125/2·5
    #expect(penalty.value(weights) == 3.0625)
    // A step of −1 along the gradient.
    var stepper = Stepper(.sgd, [weights])
    stepper.step([[1, 1, 1]], rate: -1, penalty: penalty)
    let gradient = zip(stepper.values[0], weights).map { $0 - $1 }
    // 1 + 0.625·2 + 0.5 and 1 − 0.625 − 0.5
    #expect(gradient == [2.75, -0.125, 1])
    // Central differences of the value, away from 0.
    for index in 0..<2 {
      var (up, down) = (weights, weights)
      up[index] += 0.0078125
      down[index] -= 0.0078125
      let slope = (penalty.value(up) - penalty.value(down)) / 0.015625
      #expect(abs(slope - Double(gradient[index] - 1)) < 1e-6)
    }
  }

  @Test func valuesAreClipped() {
    var stepper = Stepper(.sgd, [[0, 0, 0]])
    stepper.step([[-3, 0.5, 2]], rate: -1, bounds: GradientBounds(limit: 1))
    #expect(stepper.values == [[-1, 0.5, 1]])
  }

  @Test func theTotalNormIsOfAllTogether() {
    func bounded(_ norm: Double, limit: Float = .infinity) -> [[Float]] {
      var stepper = Stepper(.sgd, [[0, 0], [0, 0]])
      stepper.step([[3, 0], [0, 4]], rate: -1, bounds: GradientBounds(limit: limit), norm: norm)
      return stepper.values
    }
    #expect(bounded(10) == [[3, 0], [0, 4]])
    let gradients = bounded(1)
    #expect(abs(gradients[0][0] - 0.6) < 1e-6 && abs(gradients[1][1] - 0.8) < 1e-6)
    #expect(gradients[0][1] == 0 && gradients[1][0] == 0)
    // The norm is of what the limit left.
    #expect(bounded(5, limit: 3) == [[3, 0], [0, 3]])
    let both = bounded(1, limit: 3)
    #expect(abs(both[0][0] - 0.70710678) < 1e-6 && both[0][0] == both[1][1])
  }

  @Test func normsAreBoundedPerUnit() {
    var weights: [Float] = [3, 0, 4, 0, 0.3, 0, 0, 0.4]
    weights.withUnsafeMutableBufferPointer { MaxNorm.apply(to: $0, units: 2, limit: 1) }
    #expect(abs(weights[0] - 0.6) < 1e-6 && abs(weights[2] - 0.8) < 1e-6)
    #expect(weights[4...] == [0.3, 0, 0, 0.4])
    var none: [Float] = []
    none.withUnsafeMutableBufferPointer { MaxNorm.apply(to: $0, units: 0, limit: 1) }
    #expect(none.isEmpty)
  }

  @Test func runningStatisticsTakeTheUnbiasedVariance() {
    var (mean, variance): ([Float], [Float]) = ([1, 0], [2, 4])
    RunningStatistics.follow(&mean, &variance, moments: [3, -2, 6, 3], count: 4, alpha: 0.25)
    // 0.75·2 + 0.25·8 and 0.75·4 + 0.25·4
    #expect(mean == [1.5, -0.5])
    #expect(variance == [3.5, 4])
    RunningStatistics.follow(&mean, &variance, moments: [0, 0, 1, 1], count: 1, alpha: 1)
    #expect(mean == [0, 0] && variance == [1, 1])
  }
}

import Testing

@testable import Training

@Suite struct BoundsTests {
  @Test func penaltiesAndTheirDerivatives() {
    let weights: [Float] = [2, -1, 0]
    let penalty = Penalty(l1: 0.5, l2: 0.25, weightDecay: 0.125)
    // 0.5·3 + 0.25·5 + 0.125/2·5
    #expect(penalty.value(weights) == 3.0625)
    var gradient: [Float] = [1, 1, 1]
    penalty.add(to: &gradient, of: weights)
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
    var untouched: [Float] = [1, .nan]
    Penalty().add(to: &untouched, of: [1, 1])
    #expect(untouched[0] == 1)
  }

  @Test func valuesAreClipped() {
    var gradient: [Float] = [-3, 0.5, 2]
    Clipping.values(&gradient, limit: 1)
    #expect(gradient == [-1, 0.5, 1])
  }

  @Test func theTotalNormIsOfAllTogether() {
    var gradients: [[Float]] = [[3, 0], [0, 4]]
    #expect(Clipping.totalNorm(&gradients, limit: 10) == 5)
    #expect(gradients == [[3, 0], [0, 4]])
    #expect(Clipping.totalNorm(&gradients, limit: 1) == 5)
    #expect(abs(gradients[0][0] - 0.6) < 1e-6 && abs(gradients[1][1] - 0.8) < 1e-6)
    #expect(gradients[0][1] == 0 && gradients[1][0] == 0)
  }

  @Test func normsAreBoundedPerUnit() {
    var weights: [Float] = [3, 0, 4, 0, 0.3, 0, 0, 0.4]
    Clipping.maxNorm(&weights, shape: [2, 1, 2, 2], limit: 1)
    #expect(abs(weights[0] - 0.6) < 1e-6 && abs(weights[2] - 0.8) < 1e-6)
    #expect(weights[4...] == [0.3, 0, 0, 0.4])
    var none: [Float] = []
    Clipping.maxNorm(&none, shape: [0, 3], limit: 1)
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

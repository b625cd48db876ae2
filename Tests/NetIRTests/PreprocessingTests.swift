import NetIR
import Testing

struct PreprocessingTests {
  /// Two examples of 2×1×2 values.
  private static let values: [Float] = [0, 255, 51, 102, 255, 0, 153, 204]

  @Test(
    arguments: [
      (.scale(low: 0, high: 1), [0, 1, 0.2, 0.4, 1, 0, 0.6, 0.8]),
      (.scale(low: -1, high: 1), [-1, 1, -0.6, -0.2, 1, -1, 0.2, 0.6]),
      (.multiply([2]), [0, 510, 102, 204, 510, 0, 306, 408]),
      (.divide([51]), [0, 5, 1, 2, 5, 0, 3, 4]), (.divide([255, 51]), [0, 1, 1, 2, 1, 0, 3, 4]),
      (.subtract([55, 2]), [-55, 200, 49, 100, 200, -55, 151, 202]),
      (.multiply([1, 0]), [0, 255, 0, 0, 255, 0, 0, 0]),
    ] as [(PreprocessingStep, [Float])])
  func applies(_ step: PreprocessingStep, _ expected: [Float]) {
    var values = Self.values
    step.apply(to: &values, shape: [2, 1, 2])
    for (value, wanted) in zip(values, expected) { #expect(abs(value - wanted) < 1e-6) }
    #expect(values.count == expected.count)
  }

  /// Features without an image: one number each.
  @Test func vectors() {
    var values: [Float] = [1, 2, 3, 4]
    PreprocessingStep.subtract([1, 2]).apply(to: &values, shape: [2])
    #expect(values == [0, 0, 2, 2])
  }

  /// A number for each element, and a matrix.
  @Test func elements() {
    var values = Self.values
    PreprocessingStep.subtract([0, 255, 51, 102]).apply(to: &values, shape: [2, 1, 2])
    #expect(values == [0, 0, 0, 0, 255, -255, 102, 102])
    var pairs: [Float] = [1, 2, 3, 4]
    PreprocessingStep.project(matrix: [0, 1, 2, -1]).apply(to: &pairs, shape: [2])
    #expect(pairs == [2, 0, 4, 2])
  }

  @Test(
    arguments: [
      (.scale(low: 0, high: 1), [3, 2, 2], true), (.divide([16]), [3, 2, 2], true),
      (.subtract([1, 2, 3]), [3, 2, 2], true),
      (.subtract([1, 2]), [3, 2, 2], false), (.subtract([1, 2, 3, 4]), [1, 2, 2], true),
      (.multiply([1, 2]), [1, 2, 2], false),
      (.project(matrix: [1, 0, 0, 1]), [2], true), (.project(matrix: [1, 0, 0, 1]), [4], false),
    ] as [(PreprocessingStep, [Int], Bool)])
  func fits(_ step: PreprocessingStep, _ shape: [Int], _ wanted: Bool) { #expect(step.fits(shape) == wanted) }
}

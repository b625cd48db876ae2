import NetIR
import Testing

@Suite struct TrainingKernelsTests {
  struct Places: Sendable {
    var shape: [Int]
    var shared: [Int]
    var strides: [Int]
    /// Count and stride.
    var axes: [[Int]]

    init(_ shape: [Int], _ shared: [Int], _ strides: [Int], _ axes: [[Int]]) {
      (self.shape, self.shared, self.strides, self.axes) = (shape, shared, strides, axes)
    }
  }

  @Test(arguments: [
    Places([2, 3, 4, 5], [], [60, 20, 5, 1], [[120, 1]]),
    Places([2, 3, 4, 5], [2, 3], [3, 1, 0, 0], [[6, 1], [20, 0]]),
    Places([2, 3, 4, 5], [0, 2], [0, 5, 0, 1], [[2, 0], [3, 5], [4, 0], [5, 1]]),
    Places([2, 3, 4, 5], [3], [12, 4, 1, 0], [[24, 1], [5, 0]]),
    Places([6, 1, 1, 7], [1, 2], [7, 0, 0, 1], [[42, 1]]),
    Places([1, 1], [], [1, 1], [[1, 0]]), Places([3, 4], [0, 1], [0, 0], [[12, 0]]),
    Places([2, 3, 2, 3, 2], [0, 2, 4], [0, 3, 0, 1, 0], [[2, 0], [3, 3], [2, 0], [3, 1], [2, 0]]),
  ])
  func whereNumbersBelong(_ test: Places) {
    let places = CounterPlaces(test.shape, shared: test.shared)
    #expect(places.strides == test.strides)
    #expect(places.axes.map { [$0.count, $0.stride] } == test.axes)
  }

  /// Weights and vectors are read as they are, whatever the layout of images.
  @Test func whatIsAVector() {
    func vectors(_ op: GraphOp, _ count: Int) -> [Int] { (0..<count).filter { op.isVector($0, of: count) } }
    #expect(vectors(.training(.normalize(epsilon: 1)), 4) == [1, 2, 3])
    #expect(vectors(.training(.drop(probability: 0.5, sharedAxes: [], stream: 0)), 2) == [1])
    #expect(vectors(.training(.randomSlopes(lower: 1, upper: 2, stream: 0)), 3) == [2])
    #expect(vectors(.gradient(.normalizeSums(epsilon: 1)), 3) == [2])
    #expect(vectors(.gradient(.normalizeData(epsilon: 1)), 5) == [2, 3, 4])
    #expect(vectors(.gradient(.activation(.rectify)), 2) == [] && vectors(.gradient(.loss(.squaredError)), 3) == [])
    #expect(vectors(.scaleShift(.linear), 3) == [1, 2])
    #expect(vectors(.dense(Epilogue(bias: true, residual: true)), 4) == [1, 2])
  }
}

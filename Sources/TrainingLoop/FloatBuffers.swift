/// Memory for lists of floats that stays where it is, so that a plan's arguments are bound once.
package final class FloatBuffers {
  private let all: UnsafeMutableBufferPointer<Float>
  private let ranges: [Range<Int>]

  /// Zeros.
  ///
  /// - Parameter counts: how many floats each list has.
  package init(_ counts: [Int]) {
    // Lists begin at cache lines.
    var ranges: [Range<Int>] = []
    var end = 0
    for count in counts {
      ranges.append(end..<end + count)
      end += (count + 15) / 16 * 16
    }
    self.ranges = ranges
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(64, 4 * end), alignment: 64)
    all = UnsafeMutableBufferPointer(start: memory.bindMemory(to: Float.self, capacity: max(16, end)), count: end)
    all.initialize(repeating: 0)
  }

  deinit { all.baseAddress?.deallocate() }

  package var count: Int { ranges.count }

  package subscript(index: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(rebasing: all[ranges[index]])
  }

  /// Every list, to be read.
  package var readable: [UnsafeBufferPointer<Float>] { ranges.indices.map { UnsafeBufferPointer(self[$0]) } }
  /// Every list, to be written.
  package var writable: [UnsafeMutableBufferPointer<Float>] { ranges.indices.map { self[$0] } }

  package func write(_ values: [Float], to index: Int) {
    precondition(values.count == ranges[index].count, "another number of floats")
    _ = self[index].update(fromContentsOf: values)
  }

  package func values(_ index: Int) -> [Float] { Array(self[index]) }
}

/// Arrays of floats in one piece of memory, each from a cache line on, zero at first: what a step of training reads and
/// writes. They live as long as this object.
///
/// `@unchecked Sendable`: who may write when is the owner's to arrange, as with any memory.
package final class FloatArrays: @unchecked Sendable {
  private let memory: AlignedBuffer
  private let arrays: [UnsafeMutableBufferPointer<Float>]

  package init(counts: [Int]) {
    func aligned(_ count: Int) -> Int {
      let bytes = count * MemoryLayout<Float>.stride
      return (bytes + AlignedBuffer.alignment - 1) / AlignedBuffer.alignment * AlignedBuffer.alignment
    }
    memory = AlignedBuffer(byteCount: counts.reduce(0) { $0 + aligned($1) })
    arrays = memory.withBytes { bytes in
      var start = 0
      return counts.map { count in
        let part = UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + count * MemoryLayout<Float>.stride])
        start += aligned(count)
        return part.bindMemory(to: Float.self)
      }
    }
  }

  package convenience init(_ values: [[Float]]) {
    self.init(counts: values.map(\.count))
    for (array, values) in zip(arrays, values) { _ = array.update(fromContentsOf: values) }
  }

  package var count: Int { arrays.count }
  package subscript(index: Int) -> UnsafeMutableBufferPointer<Float> { arrays[index] }

  /// - Parameter values: as many as the array has.
  package func write(_ values: [Float], to index: Int) {
    precondition(values.count == arrays[index].count, "another number of floats")
    _ = arrays[index].update(fromContentsOf: values)
  }

  package func values(_ index: Int) -> [Float] { Array(arrays[index]) }

  package var written: [UnsafeMutableBufferPointer<Float>] { arrays }
  package var read: [UnsafeBufferPointer<Float>] { arrays.map { UnsafeBufferPointer($0) } }
}

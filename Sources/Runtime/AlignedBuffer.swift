/// Memory of its own, aligned to cache lines and wide vectors, zero at first.
///
/// `@unchecked Sendable`: whoever holds the buffer is its only owner, and it never hands out its pointer
/// beyond the calls of its methods' closures; ownership moves between threads as a whole.
package struct AlignedBuffer: ~Copyable, @unchecked Sendable {
  package static let alignment = 64

  private let bytes: UnsafeMutableRawBufferPointer

  package init(byteCount: Int) {
    let rounded = max(1, (byteCount + Self.alignment - 1) / Self.alignment) * Self.alignment
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: rounded, alignment: Self.alignment)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    bytes = memory
  }

  deinit { bytes.deallocate() }

  package func withBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) throws -> Result) rethrows -> Result {
    try body(bytes)
  }
}

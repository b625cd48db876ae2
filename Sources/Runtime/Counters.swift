import Synchronization

/// Numbers that threads share, each on cache lines of its own: whoever writes one does not disturb those who read
/// another.
///
/// `@unchecked Sendable`: the memory is initialised before any thread sees it, and holds atomics only.
struct Counters: ~Copyable, @unchecked Sendable {
  private let memory: UnsafeMutableRawPointer
  private let count: Int

  /// Two lines: CPUs like to fetch the neighbour as well.
  private static let stride = 128

  /// All of them 0.
  init(_ count: Int) {
    self.count = count
    memory = .allocate(byteCount: max(1, count) * Self.stride, alignment: Self.stride)
    for index in 0..<count {
      (memory + index * Self.stride).bindMemory(to: Atomic<Int>.self, capacity: 1).initialize(to: Atomic(0))
    }
  }

  deinit { memory.deallocate() }

  subscript(index: Int) -> UnsafeMutablePointer<Atomic<Int>> {
    (memory + index * Self.stride).assumingMemoryBound(to: Atomic<Int>.self)
  }
}

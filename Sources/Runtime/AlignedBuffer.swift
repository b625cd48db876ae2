#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Memory of its own, aligned to cache lines and wide vectors, zero at first.
///
/// `@unchecked Sendable`: whoever holds the buffer is its only owner, and it never hands out its pointer
/// beyond the calls of its methods' closures; ownership moves between threads as a whole.
package struct AlignedBuffer: ~Copyable, @unchecked Sendable {
  package static let alignment = 64

  private let bytes: UnsafeMutableRawBufferPointer
  /// A mapping of its own; otherwise the memory comes from the heap.
  private let isMapped: Bool

  package init(byteCount: Int) {
    let rounded = max(1, (byteCount + Self.alignment - 1) / Self.alignment) * Self.alignment
    if let mapped = HugePages.map(byteCount: rounded) {
      (bytes, isMapped) = (mapped, true)
    } else {
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: rounded, alignment: Self.alignment)
      memory.initializeMemory(as: UInt8.self, repeating: 0)
      (bytes, isMapped) = (memory, false)
    }
  }

  deinit {
    if isMapped { munmap(bytes.baseAddress, bytes.count) } else { bytes.deallocate() }
  }

  package func withBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) throws -> Result) rethrows -> Result {
    try body(bytes)
  }
}

/// Large pieces of memory in pages of 2 MiB. The first touch of memory costs the same for such a page as for a few
/// ordinary ones, and one entry of the address cache serves all of it.
private enum HugePages {
  static let size = 2 << 20

  /// - Returns: zeroed memory that takes no pages before it is touched; nil for less than a huge page, and where the
  ///   system has none to give. Only whole huge pages inside of it are asked for: no byte more is ever resident.
  static func map(byteCount: Int) -> UnsafeMutableRawBufferPointer? {
    #if os(Linux)
      guard byteCount >= size else { return nil }
      let page = max(4096, sysconf(Int32(_SC_PAGESIZE)))
      let length = (byteCount + page - 1) / page * page
      let flags = MAP_PRIVATE | MAP_ANONYMOUS
      guard let all = mmap(nil, length + size, PROT_READ | PROT_WRITE, flags, -1, 0), all != MAP_FAILED else {
        return nil
      }
      // What lies before the first boundary and behind the end goes back.
      let before = (size - Int(bitPattern: all) % size) % size
      if before > 0 { munmap(all, before) }
      if size - before > 0 { munmap(all + before + length, size - before) }
      madvise(all + before, length / size * size, MADV_HUGEPAGE)
      return UnsafeMutableRawBufferPointer(start: all + before, count: byteCount)
    #else
      return nil
    #endif
  }
}

import Foundation
import Testing

/// Floats with canaries before and behind, initially canaries throughout. Misaligned on purpose: kernels may assume
/// no more than the alignment of a float.
///
/// A fenced buffer ends where an inaccessible page begins instead: whoever reads beyond its end crashes.
final class Guarded {
  /// A signalling NaN, and two of bfloat16: whoever computes with it gets NaN, whoever copies it leaves a trace.
  static let canary: UInt32 = 0x7FA5_7FA5
  private static let guardFloats = 61

  let count: Int
  private let base: UnsafeMutablePointer<UInt32>
  private let floatsBehind: Int
  private let pages: (start: UnsafeMutableRawPointer, size: Int)?

  init(_ count: Int, fenced: Bool = false) {
    self.count = count
    floatsBehind = fenced ? 0 : Self.guardFloats
    let floats = Self.guardFloats + count + floatsBehind
    if fenced {
      let page = Int(sysconf(Int32(_SC_PAGESIZE)))
      let used = (4 * floats + page - 1) / page * page
      guard let start = mmap(nil, used + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      else { preconditionFailure("no memory") }
      precondition(start != MAP_FAILED && mprotect(start + used, page, PROT_NONE) == 0)
      base = (start + used - 4 * floats).bindMemory(to: UInt32.self, capacity: floats)
      pages = (start, used + page)
    } else {
      base = .allocate(capacity: floats)
      pages = nil
    }
    base.initialize(repeating: Self.canary, count: floats)
  }

  /// An input: fenced.
  convenience init(_ values: [Float]) {
    self.init(values.count, fenced: true)
    write(values)
  }

  deinit {
    if let pages { munmap(pages.start, pages.size) } else { base.deallocate() }
  }

  var data: UnsafeMutablePointer<Float> {
    UnsafeMutableRawPointer(base + Self.guardFloats).assumingMemoryBound(to: Float.self)
  }

  var bits: [UInt32] { Array(UnsafeBufferPointer(start: base + Self.guardFloats, count: count)) }

  var values: [Float] { bits.map { Float(bitPattern: $0) } }

  func write(_ values: [Float]) {
    for i in 0..<count { base[Self.guardFloats + i] = values[i].bitPattern }
  }

  func reset() { for i in 0..<count { base[Self.guardFloats + i] = Self.canary } }

  func expectIntact(_ what: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let before = UnsafeBufferPointer(start: base, count: Self.guardFloats)
    let behind = UnsafeBufferPointer(start: base + Self.guardFloats + count, count: floatsBehind)
    let intact = before.allSatisfy { $0 == Self.canary } && behind.allSatisfy { $0 == Self.canary }
    #expect(intact, "wrote outside of \(what)", sourceLocation: sourceLocation)
  }
}

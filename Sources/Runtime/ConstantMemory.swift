/// The packed weights of a plan, one piece of memory per constant, and whoever owns it.
///
/// `@unchecked Sendable`: the memory is written before this object exists and never again.
package final class ConstantMemory: @unchecked Sendable {
  package let constants: [UnsafeRawBufferPointer]
  private let owner: any Sendable

  /// - Parameter owner: keeps the memory alive: an `OwnedMemory`, or a mapped file.
  package init(_ constants: [UnsafeRawBufferPointer], owner: any Sendable) {
    self.constants = constants
    self.owner = owner
  }
}

/// Buffers that are filled once and then only read.
///
/// `@unchecked Sendable`: `add` is called by one thread, before the object is shared.
package final class OwnedMemory: @unchecked Sendable {
  private final class Box {
    let buffer: AlignedBuffer
    init(_ buffer: consuming AlignedBuffer) { self.buffer = buffer }
  }

  private var boxes: [Box] = []

  package init() {}

  /// Takes another buffer of that size and lets `fill` write it.
  package func add(byteCount: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows
    -> UnsafeRawBufferPointer
  {
    let box = Box(AlignedBuffer(byteCount: byteCount))
    boxes.append(box)
    return try box.buffer.withBytes { bytes in
      let exact = UnsafeMutableRawBufferPointer(rebasing: bytes[..<byteCount])
      try fill(exact)
      return UnsafeRawBufferPointer(exact)
    }
  }
}

#if _endian(big)
  #error("netc reads and writes tensors as they lie in the memory of a little-endian machine")
#endif

/// The type of a tensor's elements in a file.
package enum ElementType: String, Sendable, CaseIterable {
  case f64, f32, f16, bf16
  case i64, i32, i16, i8
  case u64, u32, u16, u8
  case bool

  /// Bytes of one element.
  package var byteCount: Int {
    switch self {
    case .f64, .i64, .u64: 8
    case .f32, .i32, .u32: 4
    case .f16, .bf16, .i16, .u16: 2
    case .i8, .u8, .bool: 1
    }
  }

  package var isFloatingPoint: Bool {
    switch self {
    case .f64, .f32, .f16, .bf16: true
    default: false
    }
  }

  /// The elements in `bytes`, a whole number of them at any alignment, as `Float`.
  ///
  /// f16 and bf16 convert exactly, f64 and wide integers round to nearest even; a boolean is 0 or 1.
  package func floats(_ bytes: UnsafeRawBufferPointer, bigEndian: Bool = false) -> [Float] {
    switch self {
    case .f64: convert(bytes, bigEndian) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case .f32 where !bigEndian: copy(bytes)
    case .f32: convert(bytes, bigEndian) { (bits: UInt32) in Float(bitPattern: bits) }
    case .f16: convert(bytes, bigEndian) { (bits: UInt16) in Float(halfBits: bits) }
    case .bf16: convert(bytes, bigEndian) { (bits: UInt16) in Float(bfloat16Bits: bits) }
    case .i64: convert(bytes, bigEndian) { (bits: Int64) in Float(bits) }
    case .i32: convert(bytes, bigEndian) { (bits: Int32) in Float(bits) }
    case .i16: convert(bytes, bigEndian) { (bits: Int16) in Float(bits) }
    case .i8: convert(bytes, bigEndian) { (bits: Int8) in Float(bits) }
    case .u64: convert(bytes, bigEndian) { (bits: UInt64) in Float(bits) }
    case .u32: convert(bytes, bigEndian) { (bits: UInt32) in Float(bits) }
    case .u16: convert(bytes, bigEndian) { (bits: UInt16) in Float(bits) }
    case .u8: convert(bytes, bigEndian) { (bits: UInt8) in Float(bits) }
    case .bool: convert(bytes, bigEndian) { (bits: UInt8) in bits == 0 ? 0 : 1 }
    }
  }

  private func copy(_ bytes: UnsafeRawBufferPointer) -> [Float] {
    let count = bytes.count / 4
    return [Float](unsafeUninitializedCapacity: count) { output, initialized in
      UnsafeMutableRawBufferPointer(output).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes.prefix(4 * count)))
      initialized = count
    }
  }

  @inline(__always)
  private func convert<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ bigEndian: Bool, _ transform: (Bits) -> Float
  ) -> [Float] {
    let size = MemoryLayout<Bits>.size
    let count = bytes.count / size
    return [Float](unsafeUninitializedCapacity: count) { output, initialized in
      for index in 0..<count {
        let bits = bytes.loadUnaligned(fromByteOffset: index * size, as: Bits.self)
        output.initializeElement(at: index, to: transform(bigEndian ? bits.byteSwapped : bits))
      }
      initialized = count
    }
  }
}

/// Sizes of shapes that come from files, where nothing may be trusted.
package enum ShapeSize {
  /// The number of elements; nil if a dimension is negative or the product of those above 0 overflows.
  package static func elementCount(_ shape: [Int]) -> Int? {
    var product = 1
    var isEmpty = false
    for dimension in shape {
      guard dimension >= 0 else { return nil }
      if dimension == 0 {
        isEmpty = true
        continue
      }
      let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
      guard !overflow else { return nil }
      product = next
    }
    return isEmpty ? 0 : product
  }

  /// Bytes of `shape` at `elementSize` each; nil on overflow.
  package static func byteCount(_ shape: [Int], elementSize: Int) -> Int? {
    guard let count = elementCount(shape) else { return nil }
    let (total, overflow) = count.multipliedReportingOverflow(by: elementSize)
    return overflow ? nil : total
  }

  /// "20×1×5×5"; "scalar" without dimensions.
  package static func text(_ shape: [Int]) -> String {
    shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: "×")
  }
}

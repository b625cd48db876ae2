/// The element types that a safetensors header may name.
///
/// Source: https://github.com/huggingface/safetensors, `Dtype`.
package enum SafetensorsType: String, Sendable, CaseIterable {
  case f64 = "F64"
  case f32 = "F32"
  case f16 = "F16"
  case bf16 = "BF16"
  case i64 = "I64"
  case i32 = "I32"
  case i16 = "I16"
  case i8 = "I8"
  case u64 = "U64"
  case u32 = "U32"
  case u16 = "U16"
  case u8 = "U8"
  case bool = "BOOL"
  case c64 = "C64"
  case f8e5m2 = "F8_E5M2"
  case f8e4m3 = "F8_E4M3"
  case f8e8m0 = "F8_E8M0"
  case f8e5m2fnuz = "F8_E5M2FNUZ"
  case f8e4m3fnuz = "F8_E4M3FNUZ"
  case f6e2m3 = "F6_E2M3"
  case f6e3m2 = "F6_E3M2"
  case f4 = "F4"

  /// Bits of one element; types below 8 bits are packed.
  package var bits: Int {
    switch self {
    case .c64: 64
    case .f8e5m2, .f8e4m3, .f8e8m0, .f8e5m2fnuz, .f8e4m3fnuz: 8
    case .f6e2m3, .f6e3m2: 6
    case .f4: 4
    default: (element?.byteCount ?? 0) * 8
    }
  }

  /// The type that netc computes with; nil for those it only carries.
  package var element: ElementType? {
    switch self {
    case .f64: .f64
    case .f32: .f32
    case .f16: .f16
    case .bf16: .bf16
    case .i64: .i64
    case .i32: .i32
    case .i16: .i16
    case .i8: .i8
    case .u64: .u64
    case .u32: .u32
    case .u16: .u16
    case .u8: .u8
    case .bool: .bool
    case .c64, .f8e5m2, .f8e4m3, .f8e8m0, .f8e5m2fnuz, .f8e4m3fnuz, .f6e2m3, .f6e3m2, .f4: nil
    }
  }

  /// Bytes of a tensor of `shape`; nil on overflow or where packed elements do not fill whole bytes.
  package func byteCount(_ shape: [Int]) -> Int? {
    guard let count = ShapeSize.elementCount(shape) else { return nil }
    let (total, overflow) = count.multipliedReportingOverflow(by: bits)
    return overflow || total % 8 != 0 ? nil : total / 8
  }
}

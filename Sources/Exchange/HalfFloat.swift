extension Float {
  /// The value of an IEEE 754 binary16 number, exactly; NaN keeps its payload.
  ///
  /// Uses no subnormal operands, so it is right in threads that flush them to zero.
  package init(halfBits bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let magnitude = UInt32(bits & 0x7FFF) << 13
    let exponent = bits & 0x7C00
    let result: UInt32
    if exponent == 0x7C00 {
      result = magnitude | 0x7F80_0000
    } else if exponent == 0 {
      // Mantissa × 2⁻²⁴, as the difference of two normal numbers at 2⁻¹⁴.
      let base: UInt32 = 0x3880_0000
      result = (Float(bitPattern: base | magnitude) - Float(bitPattern: base)).bitPattern
    } else {
      // The bias of the exponent is 127, not 15.
      result = magnitude + (112 << 23)
    }
    self.init(bitPattern: sign | result)
  }

  /// The value of a bfloat16 number, the upper half of a binary32 one.
  package init(bfloat16Bits bits: UInt16) {
    self.init(bitPattern: UInt32(bits) << 16)
  }
}

import CKernels

/// What storing does to numbers, without the kernels' code.
extension ck_storage {
  var bytes: Int { self == CK_BF16 ? 2 : 4 }

  /// How far a result may be from the truth, of 1 + its size: half a unit in the last place of a stored number, and
  /// what sums of floats lose.
  var tolerance: Double { tolerance(1e-5) }

  /// The same, where floats may be off by that much.
  func tolerance(_ ofFloats: Double) -> Double { self == CK_BF16 ? 0x1p-8 + ofFloats : ofFloats }

  func rounded(_ values: [Float]) -> [Float] { self == CK_BF16 ? values.map(\.nearestBF16) : values }
}

extension Float {
  /// The nearest number with eight significant bits; of two equally near ones the one whose last bit is 0.
  var nearestBF16: Float {
    guard isFinite else { return self }
    let low = bitPattern & 0xFFFF_0000
    let high = low &+ 0x1_0000
    // The first number beyond the largest is as far from it as if exponents went on.
    let above = high & 0x7FFF_FFFF == 0x7F80_0000 ? (self < 0 ? -0x1p128 : 0x1p128) : Double(Float(bitPattern: high))
    let below = Double(Float(bitPattern: low))
    let (down, up) = (abs(Double(self) - below), abs(above - Double(self)))
    let isDown = down < up || down == up && low & 0x1_0000 == 0
    return Float(bitPattern: isDown ? low : high)
  }
}

extension Guarded {
  /// An array of numbers that are stored so: fenced, and rounded already.
  convenience init(_ values: [Float], _ storage: ck_storage) {
    self.init((values.count * storage.bytes + 3) / 4, fenced: true)
    write(values, storage)
  }

  /// Room for `count` numbers.
  convenience init(_ count: Int, _ storage: ck_storage) { self.init((count * storage.bytes + 3) / 4) }

  private var halves: UnsafeMutablePointer<UInt16> {
    UnsafeMutableRawPointer(data).assumingMemoryBound(to: UInt16.self)
  }

  func write(_ values: [Float], _ storage: ck_storage) {
    guard storage == CK_BF16 else { return write(values) }
    for (i, value) in values.enumerated() { halves[i] = UInt16(value.bitPattern >> 16) }
  }

  func values(_ count: Int, _ storage: ck_storage) -> [Float] {
    guard storage == CK_BF16 else { return values }
    return (0..<count).map { Float(bitPattern: UInt32(halves[$0]) << 16) }
  }
}

/// A stream of random numbers that depends on a seed and a name alone: the same on every machine, for any
/// number of threads, whatever other streams exist. Philox-4×32-10 (Salmon et al. 2011), a block cipher on a
/// counter; the name is hashed into the key.
package struct RandomStream: Sendable {
  private let key: (UInt32, UInt32)
  private var counter: UInt64 = 0
  private var block: [UInt32] = []

  package init(seed: UInt64, name: String) {
    // FNV-1a, then a finalising mix: names that differ in one letter get unrelated keys.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ seed
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
    hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
    hash ^= hash >> 33
    key = (UInt32(truncatingIfNeeded: hash), UInt32(truncatingIfNeeded: hash >> 32))
  }

  package mutating func next() -> UInt32 {
    if block.isEmpty {
      let words = (UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32))
      let x = Self.philox((words.0, words.1, 0, 0), key)
      // Taken from the end.
      block = [x.3, x.2, x.1, x.0]
      counter += 1
    }
    return block.removeLast()
  }

  /// Uniform in (0, 1), 32 bits of it.
  package mutating func uniform() -> Double { (Double(next()) + 0.5) * 0x1p-32 }

  /// Uniform in 0..<bound, for bounds far below 2³².
  package mutating func next(below bound: Int) -> Int {
    Int((UInt64(next()) * UInt64(bound)) >> 32)
  }

  /// Standard normal: Marsaglia's polar method.
  package mutating func normal() -> Double {
    while true {
      let x = 2 * uniform() - 1
      let y = 2 * uniform() - 1
      let s = x * x + y * y
      if s > 0, s < 1 { return x * (-2 * Self.log(s) / s).squareRoot() }
    }
  }

  /// ln x from IEEE operations alone, so that no C library's last bit gets into anybody's weights:
  /// x = m·2ᵉ, ln m = 2·artanh((m − 1)/(m + 1)).
  static func log(_ x: Double) -> Double {
    var mantissa = x.significand
    var exponent = Double(x.exponent)
    if mantissa > 1.414_213_562_373_095_1 {
      mantissa /= 2
      exponent += 1
    }
    let t = (mantissa - 1) / (mantissa + 1)
    let square = t * t
    var power = t
    var sum = t
    for n in stride(from: 3.0, through: 25, by: 2) {
      power *= square
      sum += power / n
    }
    return 2 * sum + exponent * 0.693_147_180_559_945_3
  }

  /// The cipher: a counter of four words, a key of two.
  package static func philox(_ counter: (UInt32, UInt32, UInt32, UInt32), _ key: (UInt32, UInt32))
    -> (UInt32, UInt32, UInt32, UInt32)
  {
    var x = counter
    var (k0, k1) = key
    for _ in 0..<10 {
      let first = UInt64(0xD251_1F53) * UInt64(x.0)
      let second = UInt64(0xCD9E_8D57) * UInt64(x.2)
      x = (
        UInt32(second >> 32) ^ x.1 ^ k0, UInt32(truncatingIfNeeded: second),
        UInt32(first >> 32) ^ x.3 ^ k1, UInt32(truncatingIfNeeded: first)
      )
      k0 = k0 &+ 0x9E37_79B9
      k1 = k1 &+ 0xBB67_AE85
    }
    return x
  }
}

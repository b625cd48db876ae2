/// Random numbers that are a function of a key, a stream and a place: drawn in any order, by any thread, and drawn
/// again, they are the same. Philox-4×32-10 (Salmon et al. 2011) of the counter (place / 4, stream), whose four words
/// belong to four places.
package struct CounterRandom: Sendable {
  private let key: (UInt32, UInt32)
  private let stream: UInt32

  package init(key: UInt64, stream: Int) {
    self.key = (UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32))
    self.stream = UInt32(truncatingIfNeeded: stream)
  }

  /// The key that operands of random ops hold: 16 bits a word, the lowest first.
  package init(words: [Double], stream: Int) {
    self.init(key: words.reversed().reduce(0) { $0 << 16 | UInt64($1) }, stream: stream)
  }

  /// A key in the words of an operand.
  package static func words(_ key: UInt64) -> [Float] { (0..<4).map { Float(key >> (16 * UInt64($0)) & 0xFFFF) } }

  /// 32 random bits.
  package func bits(_ place: Int) -> UInt32 {
    let x = block(place / 4)
    return switch place % 4 {
    case 0: x.0
    case 1: x.1
    case 2: x.2
    default: x.3
    }
  }

  /// Uniform in (0, 1), 23 bits of it: a float holds it.
  package func uniform(_ place: Int) -> Double { Self.uniform(bits(place)) }

  /// Two uniform numbers for Box and Muller's transform, which no other place has.
  package func pair(_ place: Int) -> (Double, Double) {
    let x = block(place / 2)
    let (a, b) = place % 2 == 0 ? (x.0, x.1) : (x.2, x.3)
    return (Self.uniform(a), Self.uniform(b))
  }

  private static func uniform(_ bits: UInt32) -> Double { (Double(bits >> 9) + 0.5) * 0x1p-23 }

  private func block(_ counter: Int) -> (UInt32, UInt32, UInt32, UInt32) {
    let words = (UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32))
    return RandomStream.philox((words.0, words.1, stream, 0x7261_6E64), key)
  }
}

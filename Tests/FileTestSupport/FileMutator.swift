/// Damages files at random, the same way for the same seed.
package struct FileMutator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  /// SplitMix64 (Steele, Lea & Flood 2014).
  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  private mutating func next(below bound: Int) -> Int { bound > 0 ? Int(next() >> 33) % bound : 0 }

  /// The file with one to four changes: bits, bytes, extreme numbers, parts that are lost, doubled or moved, an early
  /// end.
  package mutating func damaged(_ file: [UInt8]) -> [UInt8] {
    var bytes = file
    for _ in 0...next(below: 4) { change(&bytes) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return bytes.append(UInt8(truncatingIfNeeded: next())) }
    let place = next(below: bytes.count)
    let length = 1 + next(below: min(64, bytes.count - place))
    switch next(below: 9) {
    case 0: bytes[place] ^= 1 << UInt8(next(below: 8))
    case 1: bytes[place] = UInt8(truncatingIfNeeded: next())
    case 2: bytes[place] = [0, 0x7F, 0x80, 0xFF][next(below: 4)]
    case 3:
      let extreme: UInt8 = [0, 0x7F, 0xFF][next(below: 3)]
      for index in place..<min(place + [2, 4, 8][next(below: 3)], bytes.count) { bytes[index] = extreme }
    case 4: bytes.removeSubrange(place..<place + length)
    case 5: bytes.insert(contentsOf: Array(bytes[place..<place + length]), at: next(below: bytes.count))
    case 6:
      bytes.insert(contentsOf: (0..<length).map { _ in UInt8(truncatingIfNeeded: next()) }, at: place)
    // Digits are where texts have their sizes.
    case 7:
      let digits = bytes.indices.filter { (0x30...0x39).contains(bytes[$0]) }
      if digits.isEmpty {
        bytes[place] = 0x39
      } else {
        bytes[digits[next(below: digits.count)]] = 0x30 + UInt8(next(below: 10))
      }
    default: bytes.removeSubrange(place...)
    }
  }
}

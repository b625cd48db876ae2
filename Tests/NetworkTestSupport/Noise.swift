import NetIR

/// Numbers for tests: the same for the same seed, on every machine.
package struct Noise: Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed &* 0x2545_F491_4F6C_DD1D }

  /// SplitMix64 (Steele et al. 2014).
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// One of 0..<bound.
  package mutating func next(below bound: Int) -> Int { Int(next() >> 33) % bound }

  /// `count` numbers between -1 and 1.
  package static func floats(_ count: Int, seed: UInt64) -> [Float] {
    var noise = Noise(seed: seed)
    return [Float](unsafeUninitializedCapacity: count) { buffer, written in
      for index in 0..<count {
        buffer[index] = Float(Int32(truncatingIfNeeded: noise.next() >> 40) - (1 << 23)) / Float(1 << 23)
      }
      written = count
    }
  }

  package static func doubles(_ count: Int, seed: UInt64) -> [Double] {
    floats(count, seed: seed).map(Double.init)
  }

  /// FNV-1a.
  package static func seed(of name: String) -> UInt64 {
    name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}

/// Numbers for every parameter of a network: others for each name, none of them zero or one, and of a size
/// that keeps the values of a deep network in range.
package enum NoiseWeights {
  /// A big network has more parameters than a debug build can draw: they repeat after a prime.
  private static let period = 65_537

  package static func values(_ name: String, _ shape: [Int]) -> [Float] {
    let count = shape.elements
    var values = Noise.floats(min(count, period), seed: Noise.seed(of: name))
    let isVector = shape.count == 1 || name.hasSuffix(".var") || name.hasSuffix(".gamma")
    // Uniform numbers in ±√(3·2/n) keep the variance through a rectifier (He et al. 2015).
    let factor = isVector ? 0.3 : (6 / Float(max(1, shape.dropFirst().reduce(1, *)))).squareRoot()
    let offset: Float = name.hasSuffix(".var") || name.hasSuffix(".gamma") ? 1 : 0
    for index in values.indices { values[index] = values[index] * factor + offset }
    guard count > period else { return values }
    return [Float](unsafeUninitializedCapacity: count) { buffer, written in
      while written < count {
        let part = min(period, count - written)
        _ = UnsafeMutableBufferPointer(rebasing: buffer[written..<written + part])
          .initialize(fromContentsOf: values[..<part])
        written += part
      }
    }
  }
}

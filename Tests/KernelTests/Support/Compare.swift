import Testing

/// Uniform numbers in (-1, 1), the same for the same seed (SplitMix64).
func noise(_ count: Int, _ seed: UInt64) -> [Float] {
  var state = seed &* 0x2545_F491_4F6C_DD1D
  return (0..<count).map { _ in
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    return Float(Int32(truncatingIfNeeded: z >> 40) - (1 << 23)) / Float(1 << 23)
  }
}

func doubles(_ values: [Float]) -> [Double] { values.map(Double.init) }

/// |got − want| ≤ tolerance·(1 + |want|), and no NaN.
func expectClose(
  _ got: [Float], _ want: [Double], tolerance: Double = 1e-5, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  expectClose(doubles(got), want, tolerance: tolerance, what, sourceLocation: sourceLocation)
}

func expectClose(
  _ got: [Double], _ want: [Double], tolerance: Double, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(got.count == want.count, sourceLocation: sourceLocation)
  var worst = -1
  var excess = 0.0
  for i in 0..<min(got.count, want.count) {
    let error = got[i] == want[i] ? 0 : abs(got[i] - want[i]) / (tolerance * (1 + abs(want[i])))
    if !(error <= max(1, excess)) {
      worst = i
      excess = error.isNaN ? .infinity : error
    }
  }
  if worst >= 0 {
    Issue.record("\(what) [\(worst)] is \(got[worst]), not \(want[worst])", sourceLocation: sourceLocation)
  }
}

import Testing

/// Runs `args` in one go and in pieces: `out` equals `want`, is sound, and has the same bits both times.
func checkUnits<Args>(
  _ row: Row, _ args: Args, _ out: Tensor, _ want: [Double], tolerance: Double? = nil, lanesAreZero: Bool = false,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  row.run(args)
  out.expectSound("out", lanesAreZero: lanesAreZero, sourceLocation: sourceLocation)
  expectClose(out.values, want, tolerance: tolerance ?? row.storage.tolerance, sourceLocation: sourceLocation)
  let bits = out.buffer.bits
  out.buffer.reset()
  row.runInPieces(args)
  #expect(out.buffer.bits == bits, "the split of units changes the result", sourceLocation: sourceLocation)
}

func checkUnits<Args>(
  _ row: Row, _ args: Args, _ out: Guarded, _ want: [Double], tolerance: Double = 1e-5,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  row.run(args)
  out.expectIntact("out", sourceLocation: sourceLocation)
  expectClose(out.values, want, tolerance: tolerance, sourceLocation: sourceLocation)
  let bits = out.bits
  out.reset()
  row.runInPieces(args)
  #expect(out.bits == bits, "the split of units changes the result", sourceLocation: sourceLocation)
}

import CKernels
import Testing

struct DenseCase: Sendable, CustomTestStringConvertible {
  var rows: Int, inputs: Int, units: Int
  var bias = true, residual = false
  var activation = ck_activation.linear
  var testDescription: String { "\(rows)x\(inputs) to \(units), activation \(activation.kind)" }

  static let all: [DenseCase] =
    [1, 2, 5, 6, 7, 13].flatMap { rows in
      [1, 16, 31, 64, 65, 150].map { DenseCase(rows: rows, inputs: 19, units: $0, residual: rows % 2 == 0) }
    } + ck_activation.each.map { DenseCase(rows: 3, inputs: 33, units: 37, activation: $0) } + [
      DenseCase(rows: 1, inputs: 1, units: 1, bias: false),
      DenseCase(rows: 3, inputs: 257, units: 10, bias: false, residual: true),
      DenseCase(rows: 1, inputs: 800, units: 130),
      DenseCase(rows: 16, inputs: 48, units: 33),
      DenseCase(rows: 37, inputs: 32, units: 40),
    ]
}

extension Kernels {
  @Suite struct DenseTests {
    @Test(arguments: Row.of(CK_OP_DENSE, "gemm"), DenseCase.all)
    func dense(row: Row, t: DenseCase) {
      var t = t
      // Tiles take 16 inputs at a time.
      if row.isAMX { t.inputs = (t.inputs + 15) / 16 * 16 }
      let floats = check(row, t, stored: CK_F32)
      guard row.storage == CK_BF16 else { return }
      #expect(check(row, t, stored: CK_BF16) == CK_BF16.rounded(floats), "results are not rounded once")
    }

    /// Weights as they lie, in both ways; more units and inputs than a unit of work and a part have.
    @Test(
      arguments: Row.of(CK_OP_DENSE, "unpacked"),
      DenseCase.all.filter { $0.rows <= CK_UNPACKED_MOST_ROWS } + [
        DenseCase(rows: 32, inputs: 2049, units: 50, residual: true),
        DenseCase(rows: 9, inputs: 4100, units: 25),
        DenseCase(rows: 8, inputs: 40, units: 1000, activation: ck_activation.each[1]),
        DenseCase(rows: 10, inputs: 128, units: 500, bias: false),
      ])
    func unpacked(row: Row, t: DenseCase) {
      _ = check(row, t, stored: CK_F32)
      _ = check(row, t, stored: CK_F32, byInput: true)
    }

    /// - Parameters:
    ///   - stored: how the result is stored.
    ///   - byInput: whether weights lie transposed.
    private func check(_ row: Row, _ t: DenseCase, stored: ck_storage, byInput: Bool = false) -> [Float] {
      let values = row.storage.rounded(noise(t.rows * t.inputs, 1))
      let input = Guarded(values, row.storage)
      let weights = row.storage.rounded(noise(t.units * t.inputs, 2))
      let bias = Guarded(noise(t.units, 3))
      let residualValues = row.storage.rounded(noise(t.rows * t.units, 4))
      let residual = Guarded(residualValues, row.storage)
      let out = Guarded(t.rows * t.units, stored)
      var want = Oracle.dense(
        t.rows, t.inputs, t.units, doubles(values), doubles(weights), t.bias ? doubles(bias.values) : nil)
      if t.residual { want = zip(want, doubles(residualValues)).map(+) }
      want = Oracle.activate(want, t.activation)

      var args = ck_dense_args()
      (args.rows, args.inputs, args.units) = (Int64(t.rows), Int64(t.inputs), Int64(t.units))
      args.activation = t.activation
      args.out_storage = Int32(stored.rawValue)
      let packed =
        byInput
        ? Guarded((0..<t.inputs * t.units).map { weights[$0 % t.units * t.inputs + $0 / t.units] })
        : row.pack(args, weights)
      args.weights_by_input = byInput ? 1 : 0
      args.in = UnsafePointer(input.data)
      args.out = out.data
      args.weights = UnsafePointer(packed.data)
      if t.bias { args.bias = UnsafePointer(bias.data) }
      if t.residual { args.residual = UnsafePointer(residual.data) }
      row.run(args)
      out.expectIntact("out")
      let found = out.values(t.rows * t.units, stored)
      expectClose(found, want, tolerance: stored.tolerance)
      let bits = out.bits
      out.reset()
      row.runInPieces(args)
      #expect(out.bits == bits, "the split of units changes the result")
      if t.residual && stored == row.storage {
        out.write(residualValues, stored)
        args.residual = UnsafePointer(out.data)
        row.run(args)
        #expect(out.bits == bits, "in place of the residual")
      }
      return found
    }
  }
}

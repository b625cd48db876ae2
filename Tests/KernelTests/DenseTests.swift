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
    ]
}

extension Kernels {
  @Suite struct DenseTests {
    @Test(arguments: Row.of(CK_OP_DENSE), DenseCase.all)
    func dense(row: Row, t: DenseCase) {
      let input = Guarded(noise(t.rows * t.inputs, 1))
      let weights = noise(t.units * t.inputs, 2)
      let bias = Guarded(noise(t.units, 3))
      let residual = Guarded(noise(t.rows * t.units, 4))
      let out = Guarded(t.rows * t.units)
      var want = Oracle.dense(
        t.rows, t.inputs, t.units, doubles(input.values), doubles(weights), t.bias ? doubles(bias.values) : nil)
      if t.residual { want = zip(want, doubles(residual.values)).map(+) }
      want = Oracle.activate(want, t.activation)

      var args = ck_dense_args()
      (args.rows, args.inputs, args.units) = (Int64(t.rows), Int64(t.inputs), Int64(t.units))
      args.activation = t.activation
      let packed = row.pack(args, weights)
      args.in = UnsafePointer(input.data)
      args.out = out.data
      args.weights = UnsafePointer(packed.data)
      if t.bias { args.bias = UnsafePointer(bias.data) }
      if t.residual { args.residual = UnsafePointer(residual.data) }
      row.run(args)
      out.expectIntact("out")
      expectClose(out.values, want)
      let bits = out.bits
      out.reset()
      row.runInPieces(args)
      #expect(out.bits == bits, "the split of units changes the result")
      if t.residual {
        out.write(residual.values)
        args.residual = UnsafePointer(out.data)
        row.run(args)
        #expect(out.bits == bits, "in place of the residual")
      }
    }
  }
}

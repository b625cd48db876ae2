import CKernels
import Testing

/// A layout of both input and output.
struct LayoutCase: Sendable, CustomTestStringConvertible {
  var shape: [Int]
  var blocked = false
  var inHalo = 0, outHalo = Halo(), gap = 0

  var testDescription: String {
    "\(shape) \(blocked ? "blocked" : "plain") halo \(inHalo) to \(outHalo.top) \(outHalo.left) gap \(gap)"
  }
  var count: Int { shape.reduce(1, *) }

  func input(_ row: Row, _ values: [Float]) -> Tensor {
    Tensor(shape, values, block: blocked ? row.block : 1, halo: .all(inHalo), gap: gap, storage: row.storage)
  }
  func output(_ row: Row) -> Tensor {
    Tensor(shape, block: blocked ? row.block : 1, halo: outHalo, gap: gap, storage: row.storage)
  }
  /// Input and output may share memory.
  var alike: Bool {
    inHalo == outHalo.top && inHalo == outHalo.bottom && inHalo == outHalo.left && inHalo == outHalo.right
  }

  static let all: [LayoutCase] =
    [[1, 1, 1, 1], [2, 3, 4, 5], [3, 17, 1, 1], [2, 33, 5, 7], [1, 1, 1, 9001], [2, 20, 23, 11]].flatMap {
      [LayoutCase(shape: $0), LayoutCase(shape: $0, blocked: true)]
    } + [
      LayoutCase(shape: [2, 17, 4, 5], blocked: true, inHalo: 1, outHalo: Halo(top: 2, bottom: 1, left: 3, right: 0)),
      LayoutCase(shape: [2, 17, 4, 5], inHalo: 1, outHalo: Halo(top: 0, bottom: 1, left: 0, right: 2), gap: 3),
      LayoutCase(shape: [2, 17, 4, 5], blocked: true, inHalo: 1, outHalo: .all(1), gap: 2),
      LayoutCase(shape: [2, 17, 4, 5], blocked: true, gap: 7),
      LayoutCase(shape: [2, 17, 1, 1], gap: 7),
      LayoutCase(shape: [2, 5, 1, 1], outHalo: .all(1)),
    ]
}

extension Kernels {
  @Suite struct EltwiseTests {
    /// Activations behind another op apply to stored numbers, and none of them is steeper than 1.1.
    private func tolerance(_ row: Row) -> Double {
      row.storage == CK_BF16 ? 2.1 * row.storage.tolerance : row.storage.tolerance
    }

    @Test(arguments: Row.of(CK_OP_ACTIVATION), LayoutCase.all)
    func activation(row: Row, t: LayoutCase) {
      let values = row.storage.rounded(noise(t.count, 1).map { $0 * 5 })
      for activation in t.count < 200 ? ck_activation.each : [.linear, .init(CK_ELU)] {
        let input = t.input(row, values)
        let out = t.output(row)
        let want = Oracle.activate(doubles(values), activation)
        let args = ck_activation_args(in: input.c, out: out.c, activation: activation)
        checkUnits(row, args, out, want, tolerance: tolerance(row))
        if t.alike {
          row.run(ck_activation_args(in: input.c, out: input.c, activation: activation))
          input.expectSound("in place")
          expectClose(input.values, want, tolerance: tolerance(row))
        }
      }
    }

    @Test(arguments: Row.of(CK_OP_SCALE_SHIFT), LayoutCase.all)
    func scaleShift(row: Row, t: LayoutCase) {
      let values = row.storage.rounded(noise(t.count, 1))
      let scale = Guarded(noise(t.shape[1], 2))
      let shift = Guarded(noise(t.shape[1], 3))
      for (hasScale, hasShift, kind) in [(true, true, CK_RECTIFY), (true, false, CK_LINEAR), (false, true, CK_TANH)] {
        let input = t.input(row, values)
        let out = t.output(row)
        var args = ck_scale_shift_args(in: input.c, out: out.c, scale: nil, shift: nil, activation: .init(kind))
        if hasScale { args.scale = UnsafePointer(scale.data) }
        if hasShift { args.shift = UnsafePointer(shift.data) }
        let want = values.enumerated().map { i, x in
          let c = i / (t.shape[2] * t.shape[3]) % t.shape[1]
          let y = Double(x) * (hasScale ? Double(scale.values[c]) : 1) + (hasShift ? Double(shift.values[c]) : 0)
          return Oracle.activate(y, args.activation)
        }
        checkUnits(row, args, out, want, tolerance: tolerance(row))
        if t.alike {
          args.out = input.c
          row.run(args)
          input.expectSound("in place")
          expectClose(input.values, want, tolerance: tolerance(row))
        }
        scale.expectIntact("scale")
      }
    }

    @Test(arguments: Row.of(CK_OP_PARAMETRIC_RECTIFY), LayoutCase.all)
    func parametricRectify(row: Row, t: LayoutCase) {
      let values = row.storage.rounded(noise(t.count, 1))
      let slope = Guarded(noise(t.shape[1], 2).map { 2 * $0 })
      let input = t.input(row, values)
      let out = t.output(row)
      var args = ck_parametric_rectify_args(in: input.c, out: out.c, slope: slope.data)
      let want = values.enumerated().map { i, x in
        max(Double(x), 0) + Double(slope.values[i / (t.shape[2] * t.shape[3]) % t.shape[1]]) * min(Double(x), 0)
      }
      checkUnits(row, args, out, want, tolerance: tolerance(row))
      if t.alike {
        args.out = input.c
        row.run(args)
        input.expectSound("in place")
        expectClose(input.values, want, tolerance: tolerance(row))
      }
      slope.expectIntact("slope")
    }

    @Test(arguments: Row.of(CK_OP_ELEMENTWISE), LayoutCase.all)
    func elementwise(row: Row, t: LayoutCase) {
      let values = (1...3).map { row.storage.rounded(noise(t.count, UInt64($0))) }
      let coefficients: [Float] = [0.5, -2, 3]
      for (kind, count, weighted) in [
        (CK_SUM, 2, false), (CK_SUM, 3, true), (CK_SUM, 1, false), (CK_MUL, 3, false), (CK_MAX, 3, false),
        (CK_MIN, 2, false), (CK_MEAN, 3, false),
      ] {
        let inputs = values.prefix(count).map { t.input(row, $0) }
        let out = t.output(row)
        let activation = ck_activation(kind == CK_MEAN ? CK_SOFTPLUS : CK_LINEAR)
        let want = (0..<t.count).map { i in
          let x = (0..<count).map { Double(values[$0][i]) * (weighted ? Double(coefficients[$0]) : 1) }
          let y =
            switch kind {
            case CK_SUM: x.reduce(0, +)
            case CK_MUL: x.reduce(1, *)
            case CK_MAX: x.max()!
            case CK_MIN: x.min()!
            default: x.reduce(0, +) / Double(count)
            }
          return Oracle.activate(y, activation)
        }
        inputs.map(\.c).withUnsafeBufferPointer { pointers in
          coefficients.withUnsafeBufferPointer { factors in
            var args = ck_elementwise_args(
              inputs: pointers.baseAddress, count: Int64(count), coefficients: weighted ? factors.baseAddress : nil,
              out: out.c, kind: Int32(kind.rawValue), activation: activation)
            checkUnits(row, args, out, want, tolerance: tolerance(row))
            if t.alike {
              args.out = inputs[count - 1].c
              row.run(args)
              inputs[count - 1].expectSound("in place")
              expectClose(inputs[count - 1].values, want, tolerance: tolerance(row))
            }
          }
        }
      }
    }

    /// Against libm over [-100, 100] and very near 0: 2 units in the last place for exp-like functions.
    @Test(arguments: Row.of(CK_OP_ACTIVATION).filter { $0.storage == CK_F32 }, ck_activation.each)
    func accuracy(row: Row, activation: ck_activation) {
      let grid = (-20_000...20_000).map { Float($0) * 0.005 + 0.00017 }
      let small = (-30...30).map { Float($0) * 1e-5 } + [0, -0.0, 1e-30, -1e-30, 1e-8, -1e-8]
      let values = grid + small
      let input = Tensor([1, 1, 1, values.count], values)
      let out = Tensor([1, 1, 1, values.count])
      row.run(ck_activation_args(in: input.c, out: out.c, activation: activation))
      var worstAbsolute = 0.0
      var worstRelative = 0.0
      for (x, y) in zip(values, out.values) {
        let want = Oracle.activate(Double(x), activation)
        let error = abs(Double(y) - want)
        if abs(want) <= 1 || error.isNaN { worstAbsolute = error.isNaN ? .infinity : max(worstAbsolute, error) }
        if abs(want) > 1e-35 { worstRelative = max(worstRelative, error / abs(want)) }
      }
      #expect(worstAbsolute <= 3e-7, "absolute error where |y| ≤ 1")
      #expect(worstRelative <= (activation.kind == Int32(CK_GELU.rawValue) ? 3e-5 : 6e-7), "relative error")
    }

    @Test(arguments: Row.of(CK_OP_ACTIVATION).filter { $0.storage == CK_F32 }, ck_activation.each)
    func extremes(row: Row, activation: ck_activation) {
      let input = Tensor([1, 1, 1, 5], [.nan, .infinity, 3e38, -3e38, .leastNonzeroMagnitude])
      let out = Tensor([1, 1, 1, 5])
      row.run(ck_activation_args(in: input.c, out: out.c, activation: activation))
      let y = out.values
      #expect(y[0].isNaN, "NaN comes through")
      #expect(!y[1].isNaN && y[1] > 0.99)
      #expect(!y[2].isNaN && y[2] > 0.99)
      #expect(!y[3].isNaN)
    }
  }
}

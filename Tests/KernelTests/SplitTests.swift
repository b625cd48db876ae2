import CKernels
import Testing

extension Row {
  fileprivate static let splitConvolutions = of(CK_OP_CONV2D, "split")
  fileprivate static let splitDense = of(CK_OP_DENSE, "split")
}

extension ConvCase {
  /// As for direct convolution, in one group, and what is cut into bands and strips in a way of its own.
  fileprivate static let split: [ConvCase] =
    direct.map {
      var test = $0
      test.groups = 1
      return test
    } + [
      ConvCase(name: "rows of 7 in lines", n: 3, c: 40, h: 7, w: 7, f: 40, residual: true),
      ConvCase(name: "rows of 16, no lines", n: 2, c: 16, h: 5, w: 16, f: 20),
      ConvCase(name: "1x1 over rows and images", n: 3, c: 70, h: 5, w: 3, f: 35, kernel: [1, 1], pads: [0, 0, 0, 0]),
      ConvCase(
        name: "1x1, stride 2, padded", n: 2, c: 35, h: 9, w: 8, f: 18, kernel: [1, 1], stride: [2, 2],
        outHalo: .all(1)),
      ConvCase(name: "3x1, stride 2x3", c: 40, h: 9, w: 14, kernel: [3, 1], stride: [2, 3], pads: [1, 0, 1, 0]),
      ConvCase(
        name: "1x3, dilated, stride 3x1", c: 20, h: 9, w: 14, kernel: [1, 3], stride: [3, 1], dilation: [1, 2]),
    ]
}

extension Kernels {
  /// Split products against double precision, and bit by bit against a statement of the same sums.
  @Suite struct SplitTests {
    @Test func thereAreRows() { #expect(!Row.splitConvolutions.isEmpty && !Row.splitDense.isEmpty) }

    @Test(arguments: Row.splitConvolutions, ConvCase.split)
    func againstTheOracle(row: Row, test: ConvCase) {
      for block in [row.block, 1] {
        let problem = SplitProblem(test)
        let run = SplitRun(row, test, problem, inBlock: block, images: 1, rows: 1)
        run.run()
        let found = run.out.values
        problem.check(found, "block \(block)")
        let bits = run.out.buffer.bits
        run.out.buffer.reset()
        row.runInPieces(run.args)
        #expect(run.out.buffer.bits == bits, "the split of units changes the result")
        let height = test.geometry.oh
        for (images, rows) in [(1, min(2, height)), (1, height), (2, height), (test.n + 1, height)] {
          let other = SplitRun(row, test, problem, inBlock: block, images: images, rows: rows)
          row.runInPieces(other.args)
          other.out.expectSound("out")
          other.workspace.expectIntact("the workspace")
          #expect(other.out.values == found, "\(rows) rows of \(images) images at a time change the result")
        }
        if test.residual && test.outHalo.top == 0 {
          run.out.write(problem.residual)
          run.args.residual = run.out.c
          run.run()
          #expect(run.out.values == found, "in place of the residual")
        }
      }
    }

    @Test(
      arguments: Row.splitConvolutions,
      [
        ConvCase(name: "3x3", n: 2, c: 40, h: 5, w: 6, f: 18, bias: false),
        ConvCase(name: "stride 2", c: 33, h: 9, w: 11, f: 3, stride: [2, 2], residual: true),
        ConvCase(
          name: "1x1", c: 70, h: 4, w: 5, f: 33, kernel: [1, 1], pads: [0, 0, 0, 0], activation: .init(CK_RECTIFY)),
        ConvCase(name: "few channels", c: 3, h: 12, w: 13, f: 17, kernel: [5, 4], stride: [2, 3], dilation: [1, 2]),
      ])
    func bitsOfTheSums(row: Row, test: ConvCase) {
      for block in [row.block, 1] {
        let problem = SplitProblem(test)
        let run = SplitRun(row, test, problem, inBlock: block, images: 1, rows: 2)
        run.run()
        #expect(run.out.values == problem.stated(isPlain: block == 1), "block \(block)")
      }
    }

    /// The root mean square of the error is what plans say, in parts of that of the results.
    @Test(arguments: Row.splitConvolutions, [16, 64, 500])
    func expectedError(row: Row, channels: Int) {
      let test = ConvCase(name: "error", c: channels, h: 9, w: 9, f: 32, bias: false)
      let problem = SplitProblem(test)
      let run = SplitRun(row, test, problem, inBlock: row.block, images: 1, rows: 9)
      run.run()
      var (errors, results) = (0.0, 0.0)
      for (got, want) in zip(run.out.values, problem.want) {
        errors += (Double(got) - want) * (Double(got) - want)
        results += want * want
      }
      let found = (errors / results).squareRoot()
      #expect(found < 4e-6 && found > 3e-6, "\(found)")
    }

    @Test(arguments: Row.splitConvolutions)
    func unitsFollowTheWorkspace(row: Row) {
      let test = ConvCase(name: "units", n: 5, c: 20, h: 6, w: 5, f: 40)
      let problem = SplitProblem(test)
      for (images, rows, bands) in [(1, 1, 30), (1, 2, 15), (1, 3, 10), (1, 6, 5), (2, 6, 3), (3, 6, 2), (5, 6, 1)] {
        let run = SplitRun(row, test, problem, inBlock: row.block, images: images, rows: rows)
        #expect(withUnsafePointer(to: run.args) { Int(row.kernel.units($0)) } == 2 * bands)
      }
    }

    @Test(arguments: Row.splitDense, DenseCase.all)
    func dense(row: Row, t: DenseCase) {
      let run = SplitDenseRun(row, t, rowsAtOnce: t.rows)
      run.run()
      let found = run.out.values
      run.check(found)
      for rows in [1, 2, 16, 17] where rows < t.rows {
        let other = SplitDenseRun(row, t, rowsAtOnce: rows)
        other.run()
        #expect(other.out.values == found, "\(rows) rows at a time change the result")
      }
      run.out.reset()
      row.runInPieces(run.args)
      #expect(run.out.values == found, "the split of units changes the result")
      if t.residual {
        run.out.write(run.residual.values)
        run.args.residual = UnsafePointer(run.out.data)
        row.run(run.args)
        #expect(run.out.values == found, "in place of the residual")
      }
    }

    @Test(arguments: Row.splitDense)
    func bitsOfDenseSums(row: Row) {
      let t = DenseCase(rows: 19, inputs: 75, units: 34, bias: false)
      let run = SplitDenseRun(row, t, rowsAtOnce: 18)
      run.run()
      for (at, found) in run.out.values.enumerated() {
        let (r, u) = (at / t.units, at % t.units)
        let stated = SplitSum.of(
          (0..<3).map { step in
            (32 * step..<32 * step + 32).map { i in
              i < t.inputs ? (run.input.values[r * t.inputs + i], run.weights[u * t.inputs + i]) : (0, 0)
            }
          })
        #expect(found == stated, "[\(r), \(u)]")
      }
    }

    /// Weights come back as what is multiplied with: within 2⁻¹⁶, and as they are from then on.
    @Test(arguments: Row.splitConvolutions + Row.splitDense)
    func weightsComeBack(row: Row) {
      let special: [Float] = [0, 1, -1, 1.00390625, 1.998, 3.4e38, -.infinity, .greatestFiniteMagnitude, 1e-30]
      let values = special + noise(1999 - special.count, 5)
      let once = SplitRun.packedAndUnpacked(row, values)
      for (got, want) in zip(once, values) {
        let high = want.nearestBF16
        let low = high.isFinite ? (want - high).nearestBF16 : 0
        #expect(got == high + low)
        #expect(!high.isFinite || abs(got - want) <= abs(want) * 0x1p-16)
      }
      #expect(SplitRun.packedAndUnpacked(row, once) == once)
    }
  }
}

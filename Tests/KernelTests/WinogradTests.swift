import CKernels
import Testing

extension ConvCase {
  /// For filters of so many taps either way, and tiles of 4 × 4 pixels.
  static func winograd(taps: Int) -> [ConvCase] {
    let same = taps / 2, few = [1, 3, 17, 33]
    let channels = few + (taps == 3 ? [32, 64, 65, 130] : [32, 49, 65])
    var cases: [ConvCase] = channels.flatMap { c in
      [1, 17, 33].map { ConvCase(name: "channels \(c) to \($0)", c: c, h: 6, w: 5, f: $0) }
    }
    cases += (1...9).map { ConvCase(name: "image \($0)×\(10 - $0)", n: 2, c: 5, h: $0, w: 10 - $0, f: 20) }
    cases += [13, 14, 15, 16, 29].map { ConvCase(name: "a row of \($0) tiles", c: 3, h: 4, w: 4 * $0 - 1, f: 9) }
    cases += ck_activation.each.map {
      ConvCase(
        name: "activation \($0.kind)", c: 18, h: 5, w: 9, f: 18, outHalo: .all(1), residual: $0.kind % 2 == 0,
        activation: $0)
    }
    cases += [
      ConvCase(name: "one pixel", n: 3, c: 17, h: 1, w: 1),
      ConvCase(
        name: "a larger halo than needed, gaps", n: 2, h: 9, w: 10, extraHalo: 3,
        outHalo: Halo(top: 1, bottom: 2, left: 3, right: 4), gap: 5, residual: true),
      ConvCase(
        name: "whole tiles, residual, rectifier", n: 2, c: 16, h: 8, w: 8, residual: true,
        activation: .init(CK_RECTIFY)),
      ConvCase(name: "whole tiles, residual", c: 16, h: 8, w: 4, f: 32, outHalo: .all(2), residual: true, bias: false),
      ConvCase(name: "four tiles", c: 32, h: 7, w: 7, f: 33),
      ConvCase(name: "four tiles, three blocks", c: 48, h: 8, w: 8, f: 50, residual: true, bias: false),
      ConvCase(name: "four images of a tile", n: 4, c: 16, h: 3, w: 4, f: 16, activation: .init(CK_RECTIFY)),
      ConvCase(name: "many images", n: 7, c: 9, h: 4, w: 5, f: 36, outHalo: .all(1)),
    ]
    cases += [(2, 2), (3, 5), (4, 4), (6, 9), (8, 12), (13, 14), (2, 41)].flatMap { h, w in
      [CK_LINEAR, CK_RECTIFY].map {
        ConvCase(
          name: "pooled \(h)×\(w), activation \($0.rawValue)", n: 2, h: h, w: w, outHalo: .all(h % 2 + 1),
          gap: w % 3, bias: w != 5, pool: 2, activation: ck_activation($0))
      }
    }
    for index in cases.indices { cases[index].pads = [same, same, same, same] }
    cases += [
      ConvCase(name: "no padding", c: 20, h: 10, w: 11, pads: [0, 0, 0, 0]),
      ConvCase(name: "full padding", c: 20, h: 7, w: 6, f: 18, pads: [2 * same, 2 * same, 2 * same, 2 * same]),
      ConvCase(name: "asymmetric pads", c: 18, h: 8, w: 7, pads: [0, same, 2 * same, 0]),
    ]
    for index in cases.indices { cases[index].kernel = [taps, taps] }
    return cases
  }
}

extension Row {
  fileprivate static let winograd = of(CK_OP_CONV2D).filter { $0.algorithm.hasPrefix("winograd_") }
  fileprivate static let winogradCases = winograd.flatMap { row in
    ConvCase.winograd(taps: Int(row.form.taps)).map { (row, $0) }
  }

  /// F(m×m, r×r) is called `winograd_fmxr`.
  var form: ck_winograd_form {
    let numbers = algorithm.drop { !$0.isNumber }.split(separator: "x").compactMap { Int32($0) }
    return ck_winograd_form(out: numbers.first ?? 0, taps: numbers.last ?? 0)
  }
}

extension Kernels {
  /// Against double precision, within what the algorithm may lose; the bits depend neither on the units at once nor
  /// on the size of the workspace.
  @Suite struct WinogradTests {
    @Test func everyFormHasItsRows() {
      let forms = Set(Row.winograd.map(\.algorithm))
      #expect(forms == ["winograd_f4x3", "winograd_f4x5"])
      #expect(Row.winograd.count % forms.count == 0)
    }

    @Test(arguments: Row.winogradCases)
    func againstTheOracle(row: Row, test: ConvCase) {
      let problem = Problem(test, row.form, row.storage)
      let run = WinogradRun(row, test, problem, tiles: 1)
      run.run()
      run.out.expectSound("out")
      let found = run.out.values
      problem.check(found, "a tile at a time")
      let bits = run.out.buffer.bits
      run.out.buffer.reset()
      row.runInPieces(run.args)
      #expect(run.out.buffer.bits == bits, "the split of units changes the result")
      for tiles in [2, 5, 64] {
        let other = WinogradRun(row, test, problem, tiles: tiles)
        row.runInPieces(other.args)
        other.out.expectSound("out")
        other.workspace.expectIntact("the workspace")
        #expect(other.out.values == found, "\(tiles) tiles at a time change the result")
      }
      if test.residual && test.outHalo.top == 0 && row.storage == CK_F32 {
        run.out.write(problem.residual)
        run.args.residual = run.out.c
        run.run()
        problem.check(run.out.values, "in place of the residual")
      }
    }

    /// Rows of different vector lengths read different layouts and sum in the same order.
    @Test(arguments: [3, 5].flatMap { ConvCase.winograd(taps: $0) }.filter { $0.c > 16 })
    func rowsAgree(test: ConvCase) throws {
      let rows = Row.winograd.filter { Int($0.form.taps) == test.kernel[0] && $0.storage == CK_F32 }
      let problem = Problem(test, try #require(rows.first).form)
      let results = rows.map { row in
        let run = WinogradRun(row, test, problem, tiles: 3)
        run.run()
        return run.out.values
      }
      for other in results.dropFirst() {
        for i in other.indices {
          #expect(abs(Double(other[i]) - Double(results[0][i])) <= 2 * problem.bounds[i])
        }
      }
    }

    /// The root mean square of the error is what plans say, in parts of that of the results.
    @Test(arguments: Row.winograd, [16, 64, 200])
    func expectedError(row: Row, channels: Int) {
      let taps = Int(row.form.taps)
      let test = ConvCase(name: "error", c: channels, h: 12, w: 12, f: 16, kernel: [taps, taps], bias: false)
      let problem = Problem(test, row.form, row.storage)
      let run = WinogradRun(row, test, problem, tiles: 9)
      run.run()
      var (errors, results) = (0.0, 0.0)
      for (got, want) in zip(run.out.values, problem.want) {
        errors += (Double(got) - want) * (Double(got) - want)
        results += want * want
      }
      let c = Double(channels)
      let squared =
        taps == 3 ? 1.3e-13 + 7.5e-15 * min(c, 32) + 2.3e-16 * c : 2e-12 + 1.5e-13 * min(c, 32) + 4.4e-15 * c
      let (expected, found) = (squared.squareRoot(), (errors / results).squareRoot())
      #expect(found < 1.25 * expected && found > 0.6 * expected, "\(found), not \(expected)")
    }

    /// What is stored as bf16 is what would have been stored as floats, rounded.
    @Test(arguments: Row.winogradCases.filter { $0.0.storage == CK_BF16 })
    func roundedOnce(row: Row, test: ConvCase) {
      let problem = Problem(test, row.form, CK_BF16)
      let (floats, rounded) = (
        WinogradRun(row, test, problem, tiles: 3), WinogradRun(row, test, problem, tiles: 3, stored: CK_BF16)
      )
      floats.run()
      rounded.run()
      rounded.out.expectSound("out")
      // The CPU's own conversion takes denormal numbers as 0.
      let flushes = row.kernel.isa == CK_ISA_AVX512_BF16.rawValue
      let want = floats.out.values.map { flushes && $0.isSubnormal ? 0 : $0 }
      #expect(rounded.out.values == CK_BF16.rounded(want))
      if test.residual && test.outHalo.top == 0 {
        let values = rounded.out.values
        rounded.out.write(problem.residual)
        rounded.args.residual = rounded.out.c
        rounded.run()
        #expect(rounded.out.values == values, "in place of the residual")
      }
    }

    @Test(arguments: Row.winograd)
    func unitsFollowTheWorkspace(row: Row) {
      // 25 tiles.
      let (taps, pad) = (Int(row.form.taps), Int(row.form.taps) / 2)
      let test = ConvCase(
        name: "units", c: 20, h: 20, w: 18, f: 1, kernel: [taps, taps], pads: [pad, pad, pad, pad])
      let problem = Problem(test, row.form, row.storage)
      for tiles in [1, 2, 12, 13, 24, 25, 99] {
        let run = WinogradRun(row, test, problem, tiles: tiles)
        let channels = Int64((20 + row.block - 1) / row.block * row.block)
        let most = (1...25).last {
          ck_winograd_floats(row.form, Int64($0), channels, Int64(row.kernel.tile_n)) <= run.args.workspace_floats
        }
        // A plane is whole cache lines: sometimes there is room for one more.
        #expect(most == min(tiles, 25) || most == tiles + 1)
        let blocks = (25 + (most ?? 1) - 1) / (most ?? 1)
        #expect(withUnsafePointer(to: run.args) { Int(row.kernel.units($0)) } == blocks)
      }
    }
  }
}

/// Numbers for a case, what they give, and how far from it one may be.
private struct Problem {
  let test: ConvCase
  let input, weights, bias, residual: [Float]
  let want, bounds: [Double]

  /// - Parameter storage: of the operands.
  init(_ test: ConvCase, _ form: ck_winograd_form, _ storage: ck_storage = CK_F32) {
    let g = test.geometry
    self.test = test
    input = storage.rounded(noise(test.n * test.c * test.h * test.w, 1))
    weights = storage.rounded(noise(test.f * test.c * g.kh * g.kw, 2))
    residual = storage.rounded(noise(test.n * test.f * g.oh * g.ow, 3))
    bias = noise(test.f, 4)
    var sums = Oracle.conv(g, doubles(input), doubles(weights), test.bias ? doubles(bias) : nil)
    if test.residual { for i in sums.indices { sums[i] += Double(residual[i]) } }
    let activated = Oracle.activate(sums, test.activation)
    let errors = WinogradBound(form).of(g, input, weights)
    guard test.pool > 0 else {
      (want, bounds) = (activated, errors)
      return
    }
    let windows = Oracle.Pool(
      n: g.n, c: g.f, h: g.oh, w: g.ow, oh: g.oh / test.pool, ow: g.ow / test.pool, kh: test.pool, kw: test.pool,
      sh: test.pool, sw: test.pool)
    // A maximum is off by no more than the most of its window.
    (want, bounds) = (Oracle.pool(windows, activated, CK_POOL_MAX), Oracle.pool(windows, errors, CK_POOL_MAX))
  }

  func check(_ found: [Float], _ what: String, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(found.count == want.count, sourceLocation: sourceLocation)
    // No activation here is steeper than 2; each has an error of its own, as bias and residual have.
    let isWrong = found.indices.filter {
      !(abs(Double(found[$0]) - want[$0]) <= 2 * bounds[$0] + 1e-5 * (1 + abs(want[$0])))
    }
    if let at = isWrong.first {
      Issue.record("\(what): [\(at)] is \(found[at]), not \(want[at])", sourceLocation: sourceLocation)
    }
  }
}

/// A row with tensors, weights and a workspace with room for some tiles, full of NaN.
private final class WinogradRun {
  let row: Row
  let input, out, residual: Tensor
  let packed, bias, workspace: Guarded
  var args: ck_conv2d_args

  /// - Parameter stored: how results are stored: as floats, that nothing hides what the sums lose.
  init(_ row: Row, _ test: ConvCase, _ problem: Problem, tiles: Int, stored: ck_storage = CK_F32) {
    let g = test.geometry
    self.row = row
    let pool = max(1, test.pool)
    input = Tensor(
      [test.n, test.c, test.h, test.w], problem.input, block: row.block, halo: test.inHalo, gap: test.gap,
      storage: row.storage)
    out = Tensor(
      [test.n, test.f, g.oh / pool, g.ow / pool], block: row.block, halo: test.outHalo, gap: test.gap, storage: stored)
    residual = Tensor(
      [test.n, test.f, g.oh, g.ow], problem.residual, block: row.block, halo: .all(1), storage: row.storage)
    bias = Guarded(problem.bias)
    args = ck_conv2d_args()
    args.in = input.c
    args.out = out.c
    (args.kernel_h, args.kernel_w, args.stride_h, args.stride_w) = (Int64(g.kh), Int64(g.kw), 1, 1)
    (args.dilation_h, args.dilation_w, args.groups) = (1, 1, 1)
    (args.pad_top, args.pad_left) = (Int64(g.pt), Int64(g.pl))
    args.activation = test.activation
    args.pool = Int64(test.pool)
    packed = row.pack(args, problem.weights)
    args.weights = UnsafePointer(packed.data)
    if test.bias { args.bias = UnsafePointer(bias.data) }
    if test.residual { args.residual = residual.c }
    let channels = (test.c + row.block - 1) / row.block * row.block
    args.workspace_floats = ck_winograd_floats(
      row.form, Int64(tiles), Int64(channels), Int64(row.kernel.tile_n))
    workspace = Guarded(Int(args.workspace_floats))
    args.workspace = workspace.data
  }

  func run() {
    row.run(args)
    workspace.expectIntact("the workspace")
  }
}

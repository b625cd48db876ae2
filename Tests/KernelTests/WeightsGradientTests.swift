import CKernels
import Testing

extension ConvCase {
  /// What tiles, taps and slices the gradient of filters is made of.
  static let weightsGradient: [ConvCase] =
    [1, 3, 17, 33].flatMap { c in
      [1, 3, 17, 33, 50].map { ConvCase(name: "channels \(c) to \($0)", n: 2, c: c, h: 3, w: 4, f: $0) }
    }
    + (1...12).map {
      ConvCase(name: "filters \($0) wide", n: 3, c: 3, h: 4, w: 12, f: 20, kernel: [2, $0], pads: [1, 3, 1, 3])
    } + [
      ConvCase(name: "more filters than a tile", n: 2, c: 20, h: 5, w: 5, f: 120),
      ConvCase(name: "5x5", n: 4, c: 19, h: 7, w: 6, f: 40, kernel: [5, 5], pads: [2, 2, 2, 2]),
      ConvCase(
        name: "7x7, stride 2", n: 2, c: 3, h: 15, w: 13, f: 18, kernel: [7, 7], stride: [2, 2], pads: [3, 3, 3, 3]),
      ConvCase(
        name: "taps that need two passes", n: 2, c: 17, h: 13, w: 14, f: 50, kernel: [13, 11], pads: [4, 4, 4, 4]),
      ConvCase(name: "1x1, stride 2", n: 3, c: 18, h: 7, w: 9, kernel: [1, 1], stride: [2, 2], pads: [0, 0, 0, 0]),
      ConvCase(name: "an image in several parts", n: 3, c: 5, h: 40, w: 20, f: 9),
      ConvCase(name: "a wide image", n: 1, c: 5, h: 3, w: 300, f: 9),
      ConvCase(name: "dilation 2x3", n: 2, c: 18, h: 12, w: 13, dilation: [2, 3], pads: [2, 3, 2, 3]),
      ConvCase(
        name: "asymmetric pads, halos, gaps", n: 3, c: 18, h: 6, w: 5, kernel: [2, 4], pads: [0, 1, 1, 2],
        extraHalo: 1, outHalo: Halo(top: 1, bottom: 2, left: 3, right: 4), gap: 3),
      ConvCase(name: "two groups of 48 in, 40 out", n: 2, c: 96, h: 3, w: 3, f: 80, groups: 2),
      ConvCase(name: "three groups of 7 in, 5 out", n: 2, c: 21, f: 15, groups: 3),
      ConvCase(name: "groups = channels", n: 3, c: 33, f: 33, groups: 33),
      ConvCase(
        name: "groups = channels, stride 2, 5x5", n: 3, c: 18, h: 9, w: 11, f: 18, kernel: [5, 5],
        stride: [2, 2], pads: [2, 2, 2, 2], groups: 18),
      ConvCase(
        name: "groups = channels, dilated 2x9", n: 2, c: 18, h: 9, w: 19, f: 18, kernel: [2, 9],
        dilation: [2, 2], pads: [1, 2, 1, 2], groups: 18),
      ConvCase(name: "groups = channels, multiplier 2", n: 2, c: 18, f: 36, groups: 18),
    ]
}

extension Kernels {
  @Suite struct WeightsGradientTests {
    @Test(arguments: Row.of(CK_OP_CONV2D_WEIGHTS, "outer"), ConvCase.weightsGradient)
    func gradient(row: Row, test: ConvCase) {
      for block in [row.block, 1] {
        check(row, test, inBlock: block, slices: 1)
        if test.n > 1 { check(row, test, inBlock: block, slices: 2) }
      }
      check(row, test, inBlock: row.block, slices: test.n)
    }

    /// Rows take what is at least a vector wide.
    @Test(arguments: Row.of(CK_OP_CONV2D_WEIGHTS, "rows"), ConvCase.rows)
    func rows(row: Row, test: ConvCase) {
      var test = test
      test.w += row.lanes
      check(row, test, inBlock: 1, slices: 1)
      check(row, test, inBlock: 1, slices: test.n)
    }

    /// Units of several groups of channels and filters, tiles that lie half outside, pads that are not equal.
    @Test(
      arguments: Row.of(CK_OP_CONV2D_WEIGHTS, "winograd_f4x3") + Row.of(CK_OP_CONV2D_WEIGHTS, "winograd_f4x5"),
      [
        ConvCase(name: "one tile", n: 1, c: 16, h: 4, w: 4, f: 16),
        ConvCase(name: "parts of tiles", n: 3, c: 18, h: 5, w: 6, f: 7),
        ConvCase(name: "many tiles", n: 3, c: 17, h: 30, w: 33, f: 18),
        ConvCase(name: "groups of channels and filters", n: 2, c: 83, h: 7, w: 9, f: 150),
        ConvCase(name: "no padding", n: 2, c: 20, h: 7, w: 10, f: 33, pads: [0, 0, 0, 0]),
        ConvCase(
          name: "asymmetric pads, halos, gaps", n: 3, c: 18, h: 6, w: 5, f: 20, pads: [0, 1, 1, 2], extraHalo: 1,
          outHalo: Halo(top: 1, bottom: 2, left: 3, right: 4), gap: 3),
      ])
    func winograd(row: Row, test: ConvCase) {
      var test = test
      let taps = Int(row.form.taps)
      if taps == 5 { (test.kernel, test.pads) = ([5, 5], test.pads.map { $0 == 0 ? 0 : $0 + 1 }) }
      for tiles in [1, 3, 40] {
        check(row, test, inBlock: row.block, slices: 1, tiles: tiles)
        check(row, test, inBlock: row.block, slices: test.n, tiles: tiles)
      }
    }

    /// Split products: bands of rows and of images, strides and distances between taps as phases of the image, several
    /// groups of channels and filters.
    @Test(
      arguments: Row.of(CK_OP_CONV2D_WEIGHTS, "split"),
      ConvCase.weightsGradient.filter { $0.groups == 1 && $0.c >= 16 } + [
        ConvCase(name: "groups of channels and filters", n: 3, c: 70, h: 4, w: 5, f: 140),
        ConvCase(
          name: "one tap, several groups", n: 3, c: 140, h: 7, w: 4, f: 18, kernel: [1, 1], pads: [0, 0, 0, 0]),
        ConvCase(
          name: "stride 3x2, dilation 2x1", n: 2, c: 33, h: 12, w: 11, f: 17, kernel: [3, 2], stride: [3, 2],
          dilation: [2, 1], pads: [1, 1, 1, 1]),
        ConvCase(
          name: "7x7, stride 2", n: 3, c: 17, h: 15, w: 13, f: 18, kernel: [7, 7], stride: [2, 2], pads: [3, 3, 3, 3]),
      ])
    func split(row: Row, test: ConvCase) {
      for band in [(1, 1), (1, 2), (1, test.geometry.oh), (2, test.geometry.oh)] where band.1 <= test.geometry.oh {
        check(row, test, inBlock: row.block, slices: 1, band: band)
        check(row, test, inBlock: row.block, slices: test.n, band: band)
      }
    }

    /// - Parameters:
    ///   - tiles: that a Winograd form takes at once.
    ///   - band: images and rows that split products take at once.
    private func check(
      _ row: Row, _ t: ConvCase, inBlock: Int, slices: Int, tiles: Int = 0, band: (images: Int, rows: Int)? = nil
    ) {
      let g = t.geometry
      // Plain images are floats.
      let read = inBlock == 1 ? CK_F32 : row.storage
      let (image, gradient) = (
        read.rounded(noise(t.n * t.c * t.h * t.w, 1)), row.storage.rounded(noise(t.n * t.f * g.oh * g.ow, 2))
      )
      let input = Tensor([t.n, t.c, t.h, t.w], image, block: inBlock, halo: t.inHalo, gap: t.gap, storage: read)
      let above = Tensor(
        [t.n, t.f, g.oh, g.ow], gradient, block: row.block, halo: t.outHalo, gap: t.gap, storage: row.storage)
      let count = t.f * t.c / t.groups * g.kh * g.kw
      let out = Guarded(slices * count)
      var args = ck_conv2d_weights_args()
      (args.in, args.g, args.out) = (input.c, above.c, out.data)
      (args.kernel_h, args.kernel_w) = (Int64(g.kh), Int64(g.kw))
      (args.stride_h, args.stride_w) = (Int64(g.sh), Int64(g.sw))
      (args.dilation_h, args.dilation_w) = (Int64(g.dh), Int64(g.dw))
      (args.pad_top, args.pad_left, args.groups) = (Int64(g.pt), Int64(g.pl), Int64(g.groups))
      args.slices = Int64(slices)
      let floats =
        if let band {
          ck_split_weights_floats(&args, Int64(band.images), Int64(band.rows))
        } else if tiles > 0 {
          ck_winograd_weights_floats(row.form, Int64(tiles), Int64(t.c), Int64(t.f), Int64(row.block))
        } else {
          Int64(0)
        }
      let workspace = Guarded(Int(floats))
      (args.workspace, args.workspace_floats) = (workspace.data, Int64(workspace.count))
      row.run(args)
      out.expectIntact("out")
      workspace.expectIntact("the workspace")
      let want = (0..<slices).flatMap { slice in
        Oracle.weightsGradient(
          g, doubles(image), doubles(gradient), images: t.n * slice / slices..<t.n * (slice + 1) / slices)
      }
      if tiles > 0 {
        // Sums of few tiles are added up one after the other.
        let expected = row.form.taps == 3 ? 1e-6 : 4e-6
        expectClose(
          out.values, want, relative: tiles < 32 ? 2 * expected : expected, "\(tiles) tiles, \(slices) slices")
      } else if let band {
        // Of few pixels the parts that are left out weigh more.
        expectClose(out.values, want, relative: 6e-6, "bands of \(band), \(slices) slices")
      } else {
        expectClose(out.values, want, "block \(inBlock), \(slices) slices")
      }
      let bits = out.bits
      out.reset()
      row.runInPieces(args)
      #expect(out.bits == bits, "the split of units changes the result")
    }
  }
}

/// The root mean square of the errors is within what is given of that of the results (`Winograd.Form.expectedErrorOfWeights`
/// is what plans expect), and no error is beyond ten times that:
/// taps at the corners lose more than others.
private func expectClose(
  _ found: [Float], _ want: [Double], relative: Double, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  func norm(_ values: [Double]) -> Double { (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot() }
  #expect(found.count == want.count, sourceLocation: sourceLocation)
  let (errors, size) = (zip(found, want).map { Double($0) - $1 }, norm(want))
  let worst = errors.map(abs).max() ?? .infinity
  #expect(norm(errors) <= relative * size, "\(what): \(norm(errors) / size)", sourceLocation: sourceLocation)
  #expect(worst <= 10 * relative * size, "\(what): \(worst / size)", sourceLocation: sourceLocation)
}

extension Oracle {
  /// Σ over the images' pixels of g·x, for each filter, channel of its group and tap.
  static func weightsGradient(_ p: Conv, _ image: [Double], _ g: [Double], images: Range<Int>) -> [Double] {
    let (inputs, outputs) = (p.c / p.groups, p.f / p.groups)
    var out: [Double] = []
    for f in 0..<p.f {
      for c in 0..<inputs {
        for (ky, kx) in (0..<p.kh * p.kw).map({ ($0 / p.kw, $0 % p.kw) }) {
          var sum = 0.0
          for n in images {
            let plane = (n * p.c + f / outputs * inputs + c) * p.h
            for y in 0..<p.oh {
              let iy = y * p.sh - p.pt + ky * p.dh
              guard iy >= 0, iy < p.h else { continue }
              for x in 0..<p.ow {
                let ix = x * p.sw - p.pl + kx * p.dw
                guard ix >= 0, ix < p.w else { continue }
                sum += image[(plane + iy) * p.w + ix] * g[((n * p.f + f) * p.oh + y) * p.ow + x]
              }
            }
          }
          out.append(sum)
        }
      }
    }
    return out
  }
}

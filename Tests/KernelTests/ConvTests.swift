import CKernels
import Testing

struct ConvCase: Sendable, CustomTestStringConvertible {
  var name: String
  var n = 1, c = 17, h = 5, w = 7, f = 33
  var kernel = [3, 3], stride = [1, 1], dilation = [1, 1]
  var pads = [1, 1, 1, 1]  // top, left, bottom, right
  var groups = 1
  var extraHalo = 0, outHalo = Halo.all(0), gap = 0
  var residual = false, bias = true
  /// The maximum over windows of that size, for Winograd's rows.
  var pool = 0
  var activation = ck_activation.linear

  var testDescription: String { name }

  var geometry: Oracle.Conv {
    func size(_ d: Int, _ size: Int) -> Int {
      (size + pads[d] + pads[d + 2] - (kernel[d] - 1) * dilation[d] - 1) / stride[d] + 1
    }
    return Oracle.Conv(
      n: n, c: c, h: h, w: w, f: f, oh: size(0, h), ow: size(1, w), kh: kernel[0], kw: kernel[1], sh: stride[0],
      sw: stride[1], dh: dilation[0], dw: dilation[1], pt: pads[0], pl: pads[1], groups: groups)
  }

  var inHalo: Halo {
    let g = geometry
    return Halo(
      top: pads[0] + extraHalo, bottom: max(0, (g.oh - 1) * g.sh - g.pt + (g.kh - 1) * g.dh - h + 1) + extraHalo,
      left: pads[1] + extraHalo, right: max(0, (g.ow - 1) * g.sw - g.pl + (g.kw - 1) * g.dw - w + 1) + extraHalo)
  }

  static let direct: [ConvCase] =
    [1, 3, 17, 33].flatMap { c in
      [1, 3, 17, 33].map { ConvCase(name: "channels \(c) to \($0)", c: c, h: 3, w: 4, f: $0) }
    }
    + (1...15).map { ConvCase(name: "output width \($0)", n: 2, c: 5, h: 3, w: $0, f: 40) }
    + [16, 17, 27, 28, 29, 30, 33, 49].map { ConvCase(name: "output width \($0)", c: 3, h: 2, w: $0, f: 16) }
    + ck_activation.each.map {
      ConvCase(
        name: "activation \($0.kind)", c: 3, h: 3, w: 5, f: 18, outHalo: .all(1), residual: $0.kind % 2 == 0,
        activation: $0)
    } + [
      ConvCase(name: "1x1 image", n: 3, c: 33, h: 1, w: 1, pads: [1, 1, 1, 1]),
      ConvCase(name: "1x1 image, 1x1 filter", n: 3, c: 33, h: 1, w: 1, kernel: [1, 1], pads: [0, 0, 0, 0]),
      ConvCase(name: "1x1 filter", n: 2, c: 35, h: 6, w: 9, kernel: [1, 1], pads: [0, 0, 0, 0], outHalo: .all(2)),
      ConvCase(name: "5x5 to 1x1", n: 2, c: 16, h: 5, w: 5, f: 50, kernel: [5, 5], pads: [0, 0, 0, 0]),
      ConvCase(name: "stride 2", c: 19, h: 15, w: 15, stride: [2, 2]),
      ConvCase(name: "stride 2, narrow rows in pairs", n: 2, c: 19, h: 9, w: 5, stride: [2, 2]),
      ConvCase(
        name: "stride 4, 11x11", c: 3, h: 31, w: 35, f: 20, kernel: [11, 11], stride: [4, 4], pads: [0, 0, 0, 0]),
      ConvCase(
        name: "stride 3 larger than the window", c: 18, h: 11, w: 13, kernel: [2, 2], stride: [3, 3],
        pads: [0, 0, 0, 0]),
      ConvCase(
        name: "stride 5x1, window 1x4", c: 7, h: 11, w: 13, kernel: [1, 4], stride: [5, 1], pads: [0, 2, 0, 1]),
      ConvCase(name: "dilation 2x3", c: 18, h: 12, w: 13, dilation: [2, 3], pads: [2, 3, 2, 3]),
      ConvCase(
        name: "dilation 2, stride 2", c: 6, h: 12, w: 13, stride: [2, 2], dilation: [2, 2], pads: [1, 2, 0, 3]),
      ConvCase(name: "asymmetric pads", c: 18, h: 6, w: 5, kernel: [2, 4], pads: [0, 1, 1, 2]),
      ConvCase(name: "full padding", c: 4, h: 3, w: 3, f: 6, pads: [2, 2, 2, 2]),
      ConvCase(
        name: "a larger halo than needed, gaps", n: 2, extraHalo: 2,
        outHalo: Halo(top: 1, bottom: 2, left: 3, right: 4), gap: 5, residual: true),
      ConvCase(name: "no bias, residual", n: 3, c: 16, f: 32, residual: true, bias: false),
      ConvCase(name: "no bias", n: 3, c: 16, f: 48, bias: false, activation: .init(CK_RECTIFY)),
      ConvCase(name: "two aligned groups", c: 32, f: 64, groups: 2),
      ConvCase(name: "two groups of 48 in, 40 out", c: 96, h: 3, w: 3, f: 80, groups: 2),
      ConvCase(name: "three groups of 7 in, 5 out", n: 2, c: 21, f: 15, groups: 3, residual: true),
      ConvCase(name: "ten groups of 3 in, 11 out", n: 2, c: 30, h: 4, w: 4, f: 110, groups: 10),
      ConvCase(name: "groups = channels, multiplier 1", c: 33, f: 33, groups: 33),
      ConvCase(name: "groups = channels, multiplier 2", c: 18, f: 36, groups: 18),
      ConvCase(name: "three images in groups of two", n: 3, c: 64, h: 16, w: 18, f: 40, kernel: [1, 1]),
      ConvCase(name: "seven images in groups of six, rows in pairs", n: 7, c: 16, h: 70, w: 7, f: 36),
      ConvCase(name: "many units", n: 3, c: 2, h: 9, w: 3, f: 70, outHalo: .all(1), activation: .init(CK_TANH)),
    ]

  /// Widths beyond that of a vector.
  static let rows: [ConvCase] =
    (0...34).map { ConvCase(name: "\($0) pixels more", n: 2, c: 2, h: 5, w: $0, f: 3) }
    + [1, 2, 4, 6, 7, 11, 13].map { ConvCase(name: "filters \($0)", c: 3, h: 4, w: 9, f: $0, outHalo: .all(1)) }
    + ck_activation.each.map { ConvCase(name: "activation \($0.kind)", c: 3, h: 3, w: 5, f: 4, activation: $0) } + [
      ConvCase(name: "one row of one pixel high", n: 3, c: 1, h: 1, w: 2, f: 5, bias: false),
      ConvCase(
        name: "5x5", c: 1, h: 12, w: 16, f: 6, kernel: [5, 5], pads: [2, 2, 2, 2], activation: .init(CK_RECTIFY)),
      ConvCase(name: "stride down", n: 2, c: 3, h: 9, w: 7, f: 4, stride: [2, 1], activation: .init(CK_TANH)),
      ConvCase(
        name: "dilation, 5x4, asymmetric, gaps", n: 2, c: 4, h: 9, w: 11, f: 8, kernel: [5, 4], dilation: [2, 3],
        pads: [4, 3, 3, 5], extraHalo: 1, outHalo: Halo(top: 1, bottom: 2, left: 3, right: 4), gap: 3,
        activation: .init(CK_HARD_SWISH)),
    ]

  static let depthwise: [ConvCase] =
    (1...17).map { ConvCase(name: "output width \($0)", n: 2, c: 18, h: 3, w: $0, f: 18, groups: 18) }
    + (1...17).map {
      ConvCase(
        name: "stride 2, output width \($0)", n: 2, c: 18, h: 9, w: 2 * $0 - $0 % 2, f: 18, stride: [2, 2], groups: 18,
        outHalo: .all(1), residual: $0 % 3 == 0, activation: .init(CK_RECTIFY))
    }
    + (1...17).map {
      ConvCase(
        name: "5x5, stride \($0 % 2 + 1), width \($0)", n: 2, c: 18, h: 7, w: $0, f: 18, kernel: [5, 5],
        stride: [$0 % 2 + 1, $0 % 2 + 1], pads: [2, 2, 2, 2], groups: 18, outHalo: .all(1), residual: $0 % 3 == 0,
        activation: $0 % 4 == 0 ? .init(CK_SWISH) : .linear)
    }
    + [[1, 2], [2, 1], [3, 3]].map {
      ConvCase(name: "strides \($0)", c: 18, h: 9, w: 19, f: 18, stride: $0, groups: 18, activation: .init(CK_RECTIFY))
    }
    + [1, 3, 17, 33].map { ConvCase(name: "channels \($0)", n: 3, c: $0, f: $0, groups: $0, outHalo: .all(1)) } + [
      ConvCase(name: "1x1 image", c: 33, h: 1, w: 1, f: 33, groups: 33),
      ConvCase(name: "stride 2", n: 2, c: 20, h: 9, w: 19, f: 20, stride: [2, 2], groups: 20, residual: true),
      ConvCase(
        name: "stride 3, window 2", c: 20, h: 9, w: 19, f: 20, kernel: [2, 2], stride: [3, 3], pads: [0, 0, 0, 0],
        groups: 20, bias: false),
      ConvCase(
        name: "dilation, 5x4, asymmetric", c: 20, h: 9, w: 11, f: 20, kernel: [5, 4], dilation: [2, 3],
        pads: [4, 3, 3, 5], groups: 20, extraHalo: 1, gap: 3, activation: .init(CK_HARD_SWISH)),
    ]
}

extension Kernels {
  @Suite struct ConvTests {
    @Test(arguments: Row.of(CK_OP_CONV2D, "direct"), ConvCase.direct)
    func direct(row: Row, test: ConvCase) {
      var test = test
      // Tiles take whole blocks of channels, of one group.
      if row.isAMX { (test.c, test.groups) = ((test.c + 15) / 16 * 16, 1) }
      check(row, test, inBlock: row.block)
      if !row.isAMX { check(row, test, inBlock: 1) }
    }

    /// Rows take what is at least a vector wide: every width up to three vectors, and more filters than a tile has.
    @Test(arguments: Row.of(CK_OP_CONV2D, "rows"), ConvCase.rows)
    func rows(row: Row, test: ConvCase) {
      var test = test
      test.w += row.lanes
      check(row, test, inBlock: 1)
    }

    @Test(arguments: Row.of(CK_OP_CONV2D, "depthwise"), ConvCase.depthwise)
    func depthwise(row: Row, test: ConvCase) { check(row, test, inBlock: row.block) }

    func check(_ row: Row, _ t: ConvCase, inBlock: Int) {
      let floats = check(row, t, inBlock: inBlock, stored: CK_F32)
      guard row.storage == CK_BF16 else { return }
      let rounded = check(row, t, inBlock: inBlock, stored: CK_BF16)
      #expect(rounded == CK_BF16.rounded(floats), "results are not rounded once")
    }

    /// - Parameter stored: how the result is stored.
    private func check(_ row: Row, _ t: ConvCase, inBlock: Int, stored: ck_storage) -> [Float] {
      let g = t.geometry
      let input = row.storage.rounded(noise(t.n * t.c * t.h * t.w, 1))
      let weights = row.storage.rounded(noise(t.f * t.c / t.groups * g.kh * g.kw, 2))
      let outShape = [t.n, t.f, g.oh, g.ow]
      let residualValues = row.storage.rounded(noise(outShape.reduce(1, *), 3))
      let bias = Guarded(noise(t.f, 4))
      let inTensor = Tensor(
        [t.n, t.c, t.h, t.w], input, block: inBlock, halo: t.inHalo, gap: t.gap, storage: row.storage)
      let out = Tensor(outShape, block: row.block, halo: t.outHalo, gap: t.gap, storage: stored)
      let residual = Tensor(outShape, residualValues, block: row.block, halo: .all(1), storage: row.storage)

      var want = Oracle.conv(g, doubles(input), doubles(weights), t.bias ? doubles(bias.values) : nil)
      if t.residual { for i in want.indices { want[i] += Double(residualValues[i]) } }
      want = Oracle.activate(want, t.activation)

      // Packing needs no data, only sizes.
      var args = ck_conv2d_args()
      args.in = inTensor.c
      args.out = out.c
      args.in.data = nil
      args.out.data = nil
      (args.kernel_h, args.kernel_w) = (Int64(g.kh), Int64(g.kw))
      (args.stride_h, args.stride_w) = (Int64(g.sh), Int64(g.sw))
      (args.dilation_h, args.dilation_w) = (Int64(g.dh), Int64(g.dw))
      (args.pad_top, args.pad_left, args.groups) = (Int64(g.pt), Int64(g.pl), Int64(g.groups))
      args.activation = t.activation
      let packed = row.pack(args, weights)

      args.in = inTensor.c
      args.out = out.c
      if t.residual { args.residual = residual.c }
      args.weights = UnsafePointer(packed.data)
      args.bias = t.bias ? UnsafePointer(bias.data) : nil
      row.run(args)
      out.expectSound("out")
      expectClose(out.values, want, tolerance: stored.tolerance, "block \(inBlock)")
      let found = out.values

      let bits = out.buffer.bits
      out.buffer.reset()
      row.runInPieces(args)
      #expect(out.buffer.bits == bits, "the split of units changes the result")
      out.expectSound("out")
      if t.residual && t.outHalo.top == 0 && stored == row.storage {
        out.write(residualValues)
        args.residual = out.c
        row.run(args)
        expectClose(out.values, want, tolerance: stored.tolerance, "in place of the residual")
      }
      return found
    }
  }
}

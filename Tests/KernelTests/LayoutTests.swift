import CKernels
import Testing

struct CopyCase: Sendable, CustomTestStringConvertible {
  var shape: [Int], from: Int, to: Int
  var testDescription: String { "\(shape) block \(from) to \(to)" }

  static let all: [CopyCase] = [1, 4, 8, 16].flatMap { from in
    [1, 4, 8, 16].flatMap { to in
      [[1, 1, 1, 1], [2, 3, 3, 5], [2, 17, 2, 9], [1, 40, 3, 4], [3, 33, 1, 1]].map {
        CopyCase(shape: $0, from: from, to: to)
      }
    }
  }
}

struct ConcatCase: Sendable, CustomTestStringConvertible {
  var axis: Int
  var sizes: [Int]  // along the axis
  var blocks: [Int]  // of the inputs
  var shape = [2, 19, 3, 6]  // of each input, but for the axis
  var testDescription: String { "axis \(axis) sizes \(sizes) blocks \(blocks)" }

  static let all: [ConcatCase] =
    [[16, 32], [3, 5, 1], [17, 16], [64, 128, 32, 32], [1, 1], [4, 9, 4], [40]].flatMap { sizes in
      [[1], [4], [8], [16], [1, 16], [16, 8, 1]].map { blocks in
        ConcatCase(axis: 1, sizes: sizes, blocks: sizes.indices.map { blocks[$0 % blocks.count] })
      }
    }
    + [0, 2, 3].flatMap { axis in
      [[1, 2], [3, 1, 4]].flatMap { sizes in
        [[1], [4], [8], [16], [1, 8]].map { blocks in
          ConcatCase(axis: axis, sizes: sizes, blocks: sizes.indices.map { blocks[$0 % blocks.count] })
        }
      }
    }
}

struct PadCase: Sendable, CustomTestStringConvertible {
  var shape: [Int], before: [Int], after: [Int]
  var testDescription: String { "\(shape) before \(before) after \(after)" }

  static let all: [PadCase] = [
    PadCase(shape: [5], before: [2], after: [3]),
    PadCase(shape: [1], before: [0], after: [0]),
    PadCase(shape: [3, 4], before: [1, 0], after: [0, 2]),
    PadCase(shape: [2, 3, 4, 5], before: [0, 0, 1, 2], after: [0, 0, 2, 1]),
    PadCase(shape: [2, 3, 4, 5], before: [0, 2, 0, 0], after: [0, 1, 0, 0]),
    PadCase(shape: [2, 3, 4, 5], before: [0, 0, 0, 0], after: [0, 0, 0, 0]),
    PadCase(shape: [1, 2, 1, 2, 3, 1, 2, 2], before: [1, 0, 1, 0, 0, 1, 0, 1], after: [0, 1, 0, 1, 0, 0, 0, 0]),
  ]
}

/// Counts and strides of the output's axes over an input of `size` floats.
struct RearrangeCase: Sendable, CustomTestStringConvertible {
  var size: Int, offset = 0, counts: [Int], strides: [Int]
  var testDescription: String { "\(counts) by \(strides) from \(offset)" }

  func want(_ values: [Float]) -> [Float] {
    var places = [offset]
    for (count, stride) in zip(counts, strides) {
      places = places.flatMap { place in (0..<count).map { place + $0 * stride } }
    }
    return places.map { values[$0] }
  }

  static let all = [
    RearrangeCase(size: 5, counts: [5], strides: [1]),
    RearrangeCase(size: 1, counts: [1], strides: [1]),
    RearrangeCase(size: 9, offset: 8, counts: [5], strides: [-2]),
    RearrangeCase(size: 12, counts: [4, 3], strides: [1, 4]),
    RearrangeCase(size: 2, counts: [3, 2, 4], strides: [0, 1, 0]),
    RearrangeCase(size: 120, counts: [2, 5, 3, 4], strides: [60, 1, 20, 5]),
    RearrangeCase(size: 120, offset: 21, counts: [2, 2, 3], strides: [60, 20, 1]),
    RearrangeCase(size: 65, offset: 1, counts: [2, 1, 2, 2, 2, 1, 2, 2], strides: [32, 7, 16, 1, 4, 9, 2, 8]),
  ]
}

extension Kernels {
  @Suite struct LayoutTests {
    @Test(arguments: Row.of(CK_OP_COPY), CopyCase.all)
    func copy(row: Row, t: CopyCase) {
      let storages =
        row.storage == CK_BF16
        ? [(CK_F32, CK_BF16), (CK_BF16, CK_F32), (CK_BF16, CK_BF16)] : [(CK_F32, CK_F32)]
      for (from, to) in storages {
        let values = from.rounded(noise(t.shape.reduce(1, *), 1))
        for (inHalo, outHalo, gap) in [(Halo(), Halo(), 0), (.all(1), Halo(top: 1, bottom: 2, left: 3, right: 0), 3)] {
          let input = Tensor(t.shape, values, block: t.from, halo: inHalo, gap: gap, storage: from)
          let out = Tensor(t.shape, block: t.to, halo: outHalo, gap: gap, storage: to)
          let args = ck_copy_args(in: input.c, out: out.c)
          checkUnits(row, args, out, doubles(to.rounded(values)), tolerance: 0, lanesAreZero: true)
        }
      }
    }

    @Test(arguments: Row.of(CK_OP_CONCAT), ConcatCase.all)
    func concat(row: Row, t: ConcatCase) {
      let parts = t.sizes.enumerated().map { k, size in
        var shape = t.shape
        shape[t.axis] = size
        return (shape, row.storage.rounded(noise(shape.reduce(1, *), UInt64(k + 1))))
      }
      let (shape, want) = Oracle.concat(parts, axis: t.axis)
      let inputs = zip(parts, t.blocks).map {
        Tensor($0.0, $0.1, block: $1, halo: .all($1 % 3), gap: $1 % 2, storage: row.storage)
      }
      for block in [1, 4, 8, 16] {
        let out = Tensor(shape, block: block, halo: block == 8 ? Halo() : .all(1), gap: 2, storage: row.storage)
        inputs.map(\.c).withUnsafeBufferPointer {
          let args = ck_concat_args(
            inputs: $0.baseAddress, count: Int64(inputs.count), out: out.c, axis: Int32(t.axis))
          checkUnits(row, args, out, doubles(want), tolerance: 0, lanesAreZero: true)
        }
      }
    }

    @Test(arguments: Row.of(CK_OP_PAD), PadCase.all)
    func pad(row: Row, t: PadCase) {
      let input = Guarded(noise(t.shape.reduce(1, *), 1))
      let want = Oracle.pad(input.values, t.shape, t.before, t.after, -7.5)
      let out = Guarded(want.count)
      var args = ck_pad_args()
      (args.in, args.out, args.value) = (UnsafePointer(input.data), out.data, -7.5)
      args.rank = Int64(t.shape.count)
      set(&args.in_shape, t.shape)
      set(&args.before, t.before)
      set(&args.after, t.after)
      checkUnits(row, args, out, doubles(want), tolerance: 0)
    }

    @Test(arguments: Row.of(CK_OP_REARRANGE), RearrangeCase.all)
    func rearrange(row: Row, t: RearrangeCase) {
      let values = noise(t.size, 1)
      let input = Guarded(values)
      let want = t.want(values)
      let out = Guarded(want.count)
      var args = ck_rearrange_args()
      (args.in, args.out, args.offset) = (UnsafePointer(input.data), out.data, Int64(t.offset))
      args.rank = Int64(t.counts.count)
      set(&args.counts, t.counts)
      set(&args.strides, t.strides)
      checkUnits(row, args, out, doubles(want), tolerance: 0)
    }

    @Test(
      arguments: Row.of(CK_OP_UPSCALE_BILINEAR),
      [[1, 1, 1, 3, 2], [2, 3, 4, 2, 2], [3, 5, 2, 1, 3], [1, 7, 9, 4, 5]])
    func upscaleBilinear(row: Row, t: [Int]) {
      let (planes, h, w, sy, sx) = (t[0], t[1], t[2], t[3], t[4])
      let values = noise(planes * h * w, 1)
      let input = Guarded(values)
      let want = (0..<planes * h * sy * w * sx).map { at in
        let (x, y, plane) = (at % (w * sx), at / (w * sx) % (h * sy), at / (w * sx) / (h * sy))
        /// How much each pixel of the axis weighs: a tent around its centre, edges repeated.
        func tent(_ i: Int, _ scale: Int, _ size: Int) -> [Double] {
          let place = min(max((Double(i) + 0.5) / Double(scale) - 0.5, 0), Double(size - 1))
          return (0..<size).map { max(0, 1 - abs(place - Double($0))) }
        }
        let (rows, columns) = (tent(y, sy, h), tent(x, sx, w))
        return (0..<h * w).reduce(0.0) {
          $0 + rows[$1 / w] * columns[$1 % w] * Double(values[plane * h * w + $1])
        }
      }
      let out = Guarded(want.count)
      let args = ck_upscale_bilinear_args(
        in: input.data, out: out.data, planes: Int64(planes), h: Int64(h), w: Int64(w), scale_h: Int64(sy),
        scale_w: Int64(sx))
      checkUnits(row, args, out, want, tolerance: 1e-6)
    }

    /// Fills a C array, which Swift imports as a tuple.
    private func set<T>(_ array: inout T, _ values: [Int]) {
      withUnsafeMutableBytes(of: &array) {
        for (i, value) in values.enumerated() { $0.storeBytes(of: Int64(value), toByteOffset: 8 * i, as: Int64.self) }
      }
    }
  }
}

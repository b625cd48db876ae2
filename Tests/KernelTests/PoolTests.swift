import CKernels
import Testing

struct PoolCase: Sendable, CustomTestStringConvertible {
  var n = 1, c = 17, h = 9, w = 11
  var kernel = [2, 2], stride = [2, 2]
  var pads = [0, 0, 0, 0]  // top, left, bottom, right
  var ceil = false
  var outHalo = Halo(), gap = 0

  var testDescription: String {
    "\(n)x\(c)x\(h)x\(w) window \(kernel) stride \(stride) pads \(pads)\(ceil ? " ceil" : "")"
  }

  var geometry: Oracle.Pool {
    func size(_ d: Int, _ size: Int) -> Int {
      let room = size + pads[d] + pads[d + 2] - kernel[d]
      let count = (room + (ceil ? stride[d] - 1 : 0)) / stride[d] + 1
      return ceil && (count - 1) * stride[d] >= size + pads[d] ? count - 1 : count
    }
    return Oracle.Pool(
      n: n, c: c, h: h, w: w, oh: size(0, h), ow: size(1, w), kh: kernel[0], kw: kernel[1], sh: stride[0],
      sw: stride[1], pt: pads[0], pl: pads[1], pb: pads[2], pr: pads[3])
  }

  static let all: [PoolCase] =
    [1, 3, 17, 33].map { PoolCase(n: 2, c: $0) } + [
      PoolCase(h: 1, w: 1, kernel: [1, 1], stride: [1, 1]),
      PoolCase(c: 3, h: 1, w: 1, kernel: [3, 3], stride: [2, 2], pads: [1, 1, 1, 1]),
      PoolCase(h: 12, w: 40, kernel: [3, 3], stride: [2, 2], pads: [1, 1, 1, 1], outHalo: .all(1)),
      PoolCase(h: 6, w: 71, kernel: [3, 2], stride: [1, 1], pads: [1, 1, 1, 0]),
      PoolCase(h: 6, w: 71, kernel: [2, 2], stride: [2, 2]),
      PoolCase(h: 7, w: 72, kernel: [3, 3], stride: [2, 2], ceil: true),
      PoolCase(h: 8, w: 8, kernel: [3, 3], stride: [2, 2], pads: [1, 1, 1, 1], ceil: true),
      PoolCase(h: 11, w: 23, kernel: [2, 2], stride: [3, 5]),
      PoolCase(
        h: 11, w: 23, kernel: [5, 4], stride: [2, 3], pads: [2, 1, 1, 3],
        outHalo: Halo(top: 2, bottom: 1, left: 0, right: 3), gap: 5),
      PoolCase(h: 4, w: 3, kernel: [7, 7], stride: [1, 1], pads: [3, 3, 3, 3]),
      PoolCase(h: 10, w: 10, kernel: [2, 2], stride: [2, 2], pads: [1, 1, 0, 0], gap: 1),
    ]
}

extension Kernels {
  @Suite struct PoolTests {
    static let modes = [CK_POOL_MAX, CK_POOL_AVERAGE_EXC_PAD, CK_POOL_AVERAGE_INC_PAD, CK_POOL_L2]

    @Test(arguments: Row.of(CK_OP_POOL2D), PoolCase.all)
    func window(row: Row, t: PoolCase) {
      let g = t.geometry
      let input = row.storage.rounded(noise(t.n * t.c * t.h * t.w, 1))
      for (mode, block) in Self.modes.flatMap({ mode in [1, row.block].map { (mode, $0) } }) {
        let activation = ck_activation(block == 1 ? CK_TANH : CK_LINEAR)
        let want = Oracle.activate(Oracle.pool(g, doubles(input), mode), activation)
        let inTensor = Tensor([t.n, t.c, t.h, t.w], input, block: block, gap: t.gap, storage: row.storage)
        let out = Tensor([t.n, t.c, g.oh, g.ow], block: block, halo: t.outHalo, gap: t.gap, storage: row.storage)
        let args = ck_pool2d_args(
          in: inTensor.c, out: out.c, kernel_h: Int64(g.kh), kernel_w: Int64(g.kw), stride_h: Int64(g.sh),
          stride_w: Int64(g.sw), pad_top: Int64(g.pt), pad_left: Int64(g.pl), pad_bottom: Int64(g.pb),
          pad_right: Int64(g.pr), mode: Int32(mode.rawValue), activation: activation)
        // The activation applies to stored numbers.
        let roundings = row.storage == CK_BF16 && activation.kind != ck_activation.linear.kind ? 2.0 : 1
        checkUnits(row, args, out, want, tolerance: roundings * row.storage.tolerance)
      }
    }

    @Test(
      arguments: Row.of(CK_OP_GLOBAL_POOL),
      [[1, 1, 1, 1], [2, 17, 7, 7], [3, 3, 1, 5], [1, 33, 5, 70], [2, 16, 3, 33]])
    func global(row: Row, shape: [Int]) {
      let input = row.storage.rounded(noise(shape.reduce(1, *), 1))
      for mode in [CK_GLOBAL_MEAN, CK_GLOBAL_MAX, CK_GLOBAL_L2] {
        for (block, halo) in [(1, 0), (row.block, 0), (row.block, 2)] {
          let activation = ck_activation(halo == 0 ? CK_LINEAR : CK_SIGMOID)
          let inTensor = Tensor(shape, input, block: block, halo: .all(halo), gap: halo, storage: row.storage)
          let out = Guarded(shape[0] * shape[1])
          let want = Oracle.activate(
            Oracle.globalPool(shape[0] * shape[1], shape[2] * shape[3], doubles(input), mode), activation)
          let args = ck_global_pool_args(
            in: inTensor.c, out: out.data, mode: Int32(mode.rawValue), activation: activation)
          checkUnits(row, args, out, want)
        }
      }
    }
  }
}

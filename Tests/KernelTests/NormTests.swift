import CKernels
import Testing

struct LRNCase: Sendable, CustomTestStringConvertible {
  var shape: [Int], window: Int
  var alpha: Float = 0.3, beta: Float = 0.75, k: Float = 1
  var testDescription: String { "\(shape) over \(window), beta \(beta)" }

  static let all: [LRNCase] = [
    LRNCase(shape: [1, 1, 1, 1], window: 5),
    LRNCase(shape: [2, 3, 3, 4], window: 5),
    LRNCase(shape: [2, 17, 3, 5], window: 5, k: 2),
    LRNCase(shape: [1, 33, 2, 18], window: 3, beta: 0.5),
    LRNCase(shape: [1, 33, 2, 3], window: 4, beta: 1),
    LRNCase(shape: [1, 40, 2, 3], window: 45, beta: 0.6),
    LRNCase(shape: [1, 20, 2, 3], window: 1, beta: 2.5),
    LRNCase(shape: [1, 1100, 1, 2], window: 7),
    LRNCase(shape: [1, 1100, 1, 1], window: 1024),
  ]
}

extension Kernels {
  @Suite struct NormTests {
    @Test(arguments: Row.of(CK_OP_LRN), LRNCase.all)
    func lrn(row: Row, t: LRNCase) {
      let values = row.storage.rounded(noise(t.shape.reduce(1, *), 1).map { $0 * 3 })
      let want = Oracle.lrn(
        t.shape, doubles(values), window: t.window, alpha: Double(t.alpha), beta: Double(t.beta), k: Double(t.k))
      for (block, halo) in [(1, 0), (row.block, 0), (row.block, 2), (1, 1)] {
        let input = Tensor(t.shape, values, block: block, halo: .all(halo), gap: halo, storage: row.storage)
        let out = Tensor(
          t.shape, block: block, halo: Halo(top: halo, bottom: 1, left: halo, right: 2), storage: row.storage)
        let args = ck_lrn_args(
          in: input.c, out: out.c, n: Int64(t.window), alpha: t.alpha, beta: t.beta, k: t.k)
        checkUnits(row, args, out, want)
      }
    }

    @Test(
      arguments: Row.of(CK_OP_STANDARDIZE), [[1, 1], [3, 2], [2, 16], [5, 33], [2, 64], [1, 5000], [3, 147]])
    func standardize(row: Row, shape: [Int]) {
      for offset: Float in [0, 100] {
        let values = noise(shape.reduce(1, *), 1).map { $0 * 3 + offset }
        let input = Guarded(values)
        let out = Guarded(values.count)
        let want = stride(from: 0, to: values.count, by: shape[1]).flatMap { start in
          let x = doubles(Array(values[start..<start + shape[1]]))
          let mean = x.reduce(0, +) / Double(x.count)
          let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
          return x.map { ($0 - mean) / (variance + 0.01).squareRoot() }
        }
        var args = ck_standardize_args(
          in: input.data, out: out.data, rows: Int64(shape[0]), length: Int64(shape[1]), epsilon: 0.01)
        checkUnits(row, args, out, want, tolerance: offset == 0 ? 1e-5 : 1e-4)
        args.out = input.data
        row.run(args)
        input.expectIntact("in place")
        #expect(input.bits == out.bits)
      }
    }

    @Test(
      arguments: Row.of(CK_OP_SOFTMAX),
      [[1, 1, 1], [3, 10, 1], [2, 16, 1], [2, 1000, 1], [2, 33, 1], [2, 5, 7], [1, 21, 16], [2, 3, 37]])
    func softmax(row: Row, shape: [Int]) {
      for scale: Float in [1, 80] {
        let values = noise(shape.reduce(1, *), 1).map { $0 * scale }
        let input = Guarded(values)
        let out = Guarded(values.count)
        let want = Oracle.softmax(shape[0], shape[1], shape[2], doubles(values))
        var args = ck_softmax_args(
          in: input.data, out: out.data, outer: Int64(shape[0]), classes: Int64(shape[1]), inner: Int64(shape[2]))
        checkUnits(row, args, out, want, tolerance: 1e-6)
        args.out = input.data
        row.run(args)
        input.expectIntact("in place")
        #expect(input.bits == out.bits)
      }
    }
  }
}

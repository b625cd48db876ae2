import CKernels
import Testing

extension Kernels {
  @Suite struct InterleaveTests {
    struct Case: Sendable, CustomTestStringConvertible {
      var size: [Int], stride: [Int]
      /// Phases whose pixels are zero.
      var missing: Set<Int> = []
      var block: Int
      var testDescription: String { "\(size) by \(stride), block \(block), without \(missing.sorted())" }
    }

    static let cases = [1, 4, 8, 16].flatMap { block in
      [
        Case(size: [6, 8], stride: [2, 2], block: block), Case(size: [5, 7], stride: [2, 3], block: block),
        Case(size: [5, 7], stride: [2, 2], missing: [1, 2, 3], block: block),
        Case(size: [4, 1], stride: [1, 3], missing: [1, 2], block: block),
        Case(size: [7, 5], stride: [3, 1], missing: [1], block: block),
      ]
    }

    @Test(arguments: Row.of(CK_OP_INTERLEAVE), cases) func interleave(row: Row, test: Case) {
      let (n, c) = (2, 19)
      let out = Tensor(
        [n, c, test.size[0], test.size[1]], block: test.block, halo: Halo(top: 1, bottom: 2, left: 3, right: 1), gap: 3,
        storage: row.storage)
      var want = [Double](repeating: 0, count: n * c * test.size[0] * test.size[1])
      var inputs = [ck_tensor](repeating: ck_tensor(), count: test.stride[0] * test.stride[1])
      var kept: [Tensor] = []
      for phase in inputs.indices where !test.missing.contains(phase) {
        let (y, x) = (phase / test.stride[1], phase % test.stride[1])
        let (h, w) = (
          (test.size[0] - y + test.stride[0] - 1) / test.stride[0],
          (test.size[1] - x + test.stride[1] - 1) / test.stride[1]
        )
        let values = row.storage.rounded(noise(n * c * h * w, UInt64(phase) + 1))
        for place in values.indices {
          let (plane, row, column) = (place / (h * w), place / w % h, place % w)
          let at = (plane * test.size[0] + row * test.stride[0] + y) * test.size[1] + column * test.stride[1] + x
          want[at] = Double(values[place])
        }
        kept.append(
          Tensor([n, c, h, w], values, block: test.block, halo: .all(phase % 2), gap: phase, storage: row.storage))
        inputs[phase] = kept[kept.count - 1].c
      }
      inputs.withUnsafeBufferPointer { inputs in
        let args = ck_interleave_args(
          inputs: inputs.baseAddress, stride_h: Int64(test.stride[0]), stride_w: Int64(test.stride[1]), out: out.c)
        row.run(args)
        out.expectSound("out")
        #expect(doubles(out.values) == want)
        let bits = out.buffer.bits
        out.buffer.reset()
        row.runInPieces(args)
        #expect(out.buffer.bits == bits, "the split of units changes the result")
      }
    }
  }
}

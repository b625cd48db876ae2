import CKernels
import Testing

/// What a step packs is what the rows' own packing makes of the same weights.
extension Kernels {
  @Suite struct PackWeightsTests {
    private static let convolutions = Row.of(CK_OP_CONV2D).filter { $0.algorithm != "rows" }
    private static let dense = Row.of(CK_OP_DENSE).filter { $0.algorithm != "unpacked" }

    /// Weights of depthwise convolutions are floats.
    private static func storage(_ row: Row) -> ck_storage { row.algorithm == "depthwise" ? CK_F32 : row.storage }

    @Test(arguments: Row.of(CK_OP_PACK_WEIGHTS), convolutions)
    func convolution(packer: Row, row: Row) {
      guard packer.storage == Self.storage(row) else { return }
      let cases = row.algorithm == "depthwise" ? ConvCase.depthwise : ConvCase.direct
      let takesPlain = row.algorithm == "split" || row.algorithm == "direct" && !row.isAMX
      for test in cases where row.algorithm != "split" || test.groups == 1 {
        for block in takesPlain ? [1, row.block] : [row.block] {
          var args = ck_conv2d_args()
          let input = Tensor([1, test.c, test.h, test.w], block: block)
          let out = Tensor([1, test.f, 1, 1], block: row.block)
          (args.in, args.out) = (input.c, out.c)
          (args.kernel_h, args.kernel_w) = (Int64(test.kernel[0]), Int64(test.kernel[1]))
          (args.dilation_h, args.dilation_w) = (Int64(test.dilation[0]), Int64(test.dilation[1]))
          args.groups = Int64(test.groups)
          var pack = ck_pack_weights_args()
          (pack.filters, pack.channels) = (Int64(test.f), Int64(test.c / test.groups))
          (pack.kernel_h, pack.kernel_w, pack.groups) = (args.kernel_h, args.kernel_w, args.groups)
          pack.order = Int32(order(row, block, sideways: test.dilation[1]).rawValue)
          pack.columns = row.algorithm == "depthwise" ? Int64(row.block) : Int64(row.kernel.tile_n)
          pack.block = Int64(block)
          check(packer, row, args, pack)
        }
      }
    }

    private func order(_ row: Row, _ block: Int, sideways dilation: Int) -> ck_weight_order {
      switch row.algorithm {
      case "depthwise": CK_WEIGHTS_DEPTHWISE
      case "split": block == 1 ? CK_WEIGHTS_SPLIT_PATCHES : CK_WEIGHTS_SPLIT
      case "direct" where row.storage == CK_BF16:
        block == 1 && dilation == 1 ? CK_WEIGHTS_PIXEL_PAIRS : CK_WEIGHTS_PAIRS
      default: CK_WEIGHTS_DIRECT
      }
    }

    @Test(arguments: Row.of(CK_OP_PACK_WEIGHTS), dense)
    func denseLayer(packer: Row, row: Row) {
      guard packer.storage == row.storage else { return }
      for test in DenseCase.all + [DenseCase(rows: 1, inputs: 1030, units: 70)] {
        var args = ck_dense_args()
        (args.rows, args.inputs, args.units) = (1, Int64(test.inputs), Int64(test.units))
        var pack = ck_pack_weights_args()
        (pack.filters, pack.channels, pack.kernel_h, pack.kernel_w) = (args.units, args.inputs, 1, 1)
        (pack.groups, pack.block, pack.columns) = (1, 1, Int64(row.kernel.tile_n))
        let plain = row.storage == CK_BF16 ? CK_WEIGHTS_GEMM_PAIRS : CK_WEIGHTS_GEMM
        pack.order = Int32((row.algorithm == "split" ? CK_WEIGHTS_SPLIT : plain).rawValue)
        check(packer, row, args, pack)
      }
    }

    /// Weights as they are, and axes in every other order, taps backwards.
    private func check<Args>(_ packer: Row, _ row: Row, _ args: Args, _ pack: ck_pack_weights_args) {
      let sizes = [pack.filters, pack.channels, pack.kernel_h, pack.kernel_w].map(Int.init)
      let count = sizes.reduce(1, *)
      var weights = noise(count, 5)
      if row.algorithm == "split" {
        // What two parts can say.
        weights = weights.map { $0.nearestBF16 + ($0 - $0.nearestBF16).nearestBF16 }
        weights[count / 2] = .infinity
      }
      let want = row.pack(args, Self.storage(row).rounded(weights)).bits
      for order in [[0, 1, 2, 3], [1, 0, 2, 3], [3, 2, 1, 0], [2, 3, 0, 1]] {
        // Axis order[i] of the weights is axis i of the source.
        var strides = [0, 0, 0, 0]
        var step = 1
        for axis in order.reversed() {
          strides[axis] = step
          step *= sizes[axis]
        }
        let offset = (sizes[2] - 1) * strides[2] + (sizes[3] - 1) * strides[3]
        (strides[2], strides[3]) = (-strides[2], -strides[3])
        var source = [Float](repeating: 0, count: count)
        for place in 0..<count {
          var (rest, at) = (place, offset)
          for axis in [3, 2, 1, 0] {
            at += rest % sizes[axis] * strides[axis]
            rest /= sizes[axis]
          }
          source[at] = weights[place]
        }
        let input = Guarded(source)
        let out = Guarded(want.count)
        var pack = pack
        (pack.in, pack.out, pack.offset) = (UnsafePointer(input.data), out.data, Int64(offset))
        pack.strides = (Int64(strides[0]), Int64(strides[1]), Int64(strides[2]), Int64(strides[3]))
        packer.run(pack)
        out.expectIntact("packed")
        #expect(out.bits == want, "\(row.name), \(sizes) as \(order)")
        out.reset()
        packer.runInPieces(pack)
        #expect(out.bits == want, "the split of units changes the result")
      }
    }
  }
}

import CKernels
import Testing

extension Kernels {
  /// Rounding to bfloat16 and back: every number of 16 bits, and what lies between it and the next.
  @Suite struct BF16Tests {
    /// Exactly representable, next to it, next to the middle on both sides, the middle, next to the following one.
    private static let tails: [UInt32] = [0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF]

    private static let every: [Float] = (0...0xFFFF).flatMap { high in
      tails.map { Float(bitPattern: UInt32(high) << 16 | $0) }
    }

    /// - Parameter mayFlush: whether denormal numbers may count as zero, as the CPU's own instructions have it.
    private func expectRounded(_ found: [Float], _ values: [Float], mayFlush: Bool) {
      var wrong: [String] = []
      for (got, value) in zip(found, values) {
        let want = value.nearestBF16
        let isRight =
          value.isNaN
          ? got.isNaN && got.bitPattern >> 22 & 1 == 1 && got.sign == value.sign
          : got.bitPattern == want.bitPattern || mayFlush && value.isSubnormal && got == 0
        if !isRight { wrong.append("\(value.bitPattern) became \(got.bitPattern), not \(want.bitPattern)") }
      }
      #expect(wrong.isEmpty, "\(wrong.count) of \(found.count): \(wrong.prefix(3))")
    }

    @Test func theOracle() {
      #expect(Float(1.00390625).nearestBF16 == 1)  // the middle of 1 and 1.0078125, whose last bit is 1
      #expect(Float(1.01171875).nearestBF16 == 1.015625)
      #expect(Float.greatestFiniteMagnitude.nearestBF16 == .infinity)
      #expect(Float(bitPattern: 0x7F7F_7FFF).nearestBF16 == Float(bitPattern: 0x7F7F_0000))
    }

    @Test(arguments: Row.of(CK_OP_COPY).filter { $0.storage == CK_BF16 })
    func copies(row: Row) {
      let shape = [1, 1, 1, Self.every.count]
      let (input, out) = (Tensor(shape, Self.every), Tensor(shape, storage: CK_BF16))
      row.run(ck_copy_args(in: input.c, out: out.c))
      expectRounded(out.values, Self.every, mayFlush: false)
    }

    @Test(arguments: Row.of(CK_OP_COPY).filter { $0.storage == CK_BF16 })
    func widening(row: Row) {
      let values = (0...0xFFFF as ClosedRange<UInt32>).map { Float(bitPattern: $0 << 16) }
      let shape = [1, 1, 1, values.count]
      let (input, out) = (Tensor(shape, values, storage: CK_BF16), Tensor(shape))
      row.run(ck_copy_args(in: input.c, out: out.c))
      #expect(out.values.map(\.bitPattern) == values.map(\.bitPattern))
    }

    /// A dense layer of zeros shows its bias.
    @Test(arguments: Row.of(CK_OP_DENSE).filter { $0.storage == CK_BF16 })
    func results(row: Row) {
      let values = Self.every.filter { $0.bitPattern != Float(-0.0).bitPattern }
      let (input, bias) = (Guarded([Float](repeating: 0, count: 16), CK_BF16), Guarded(values))
      let out = Guarded(values.count, CK_BF16)
      var args = ck_dense_args()
      (args.rows, args.inputs, args.units) = (1, 16, Int64(values.count))
      args.out_storage = Int32(CK_BF16.rawValue)
      let packed = row.pack(args, [Float](repeating: 0, count: 16 * values.count))
      (args.in, args.out) = (UnsafePointer(input.data), out.data)
      (args.weights, args.bias) = (UnsafePointer(packed.data), UnsafePointer(bias.data))
      row.run(args)
      out.expectIntact("out")
      expectRounded(
        out.values(values.count, CK_BF16), values,
        mayFlush: row.kernel.isa == CK_ISA_AVX512_BF16.rawValue)
    }

    /// Weights are rounded as activations are; unpacking gives what is multiplied with.
    @Test(arguments: Row.all.filter { $0.storage == CK_BF16 && [CK_OP_CONV2D, CK_OP_DENSE].contains($0.op) })
    func weights(row: Row) {
      guard row.algorithm != "depthwise" else { return }  // its weights stay floats
      let values = Self.every.filter(\.isFinite)
      var packed: Guarded
      var unpacked = [Float](repeating: 0, count: values.count)
      func roundTrip<Args>(_ args: Args) {
        packed = Guarded(row.packedFloats(args))
        withUnsafePointer(to: args) { args in
          let packing = row.kernel.packing.pointee
          packing.pack(row.pointer, args, values, packed.data)
          unpacked.withUnsafeMutableBufferPointer { packing.unpack(row.pointer, args, packed.data, $0.baseAddress) }
        }
      }
      packed = Guarded(1)
      if row.op == CK_OP_DENSE {
        var args = ck_dense_args()
        (args.rows, args.inputs, args.units) = (1, 3, Int64(values.count / 3))
        roundTrip(args)
      } else {
        var args = ck_conv2d_args()
        (args.in.c, args.in.block, args.out.c) = (3, Int64(row.block), Int64(values.count / 3))
        (args.kernel_h, args.kernel_w, args.dilation_h, args.dilation_w, args.groups) = (1, 1, 1, 1, 1)
        roundTrip(args)
      }
      let whole = values.count / 3 * 3
      expectRounded(Array(unpacked.prefix(whole)), Array(values.prefix(whole)), mayFlush: false)
    }
  }
}

import CKernels
import Testing

extension Kernels {
  @Suite struct CPUTests {
    @Test func everyCPUHasTheGenericRows() {
      var cpu = ck_cpu_info()
      ck_cpu_detect(&cpu)
      #expect(cpu.isa_mask & 1 == 1)
      let avx512 = cpu.isa_mask >> CK_ISA_AVX512.rawValue & 1 == 1
      let avx2 = cpu.isa_mask >> CK_ISA_AVX2.rawValue & 1 == 1
      #expect(!avx512 || avx2)
      #expect((cpu.avx512_bf16 == 1) == (cpu.isa_mask >> CK_ISA_AVX512_BF16.rawValue & 1 == 1))
      // The operating system may refuse what the CPU has.
      #expect(cpu.amx_bf16 == 1 || cpu.isa_mask >> CK_ISA_AMX.rawValue & 1 == 0)
    }

    @Test func denormalsAreFlushedAndRestored() {
      // Through a kernel, so that the compiler does not compute the product itself.
      let scale: [Float] = [0.5]
      let row = Row.of(CK_OP_SCALE_SHIFT)[0]
      let denormal = Float.leastNormalMagnitude / 2
      let input = Tensor([1, 1, 1, 1], [2 * denormal])
      let out = Tensor([1, 1, 1, 1])
      func half() -> Float {
        scale.withUnsafeBufferPointer {
          row.run(
            ck_scale_shift_args(in: input.c, out: out.c, scale: $0.baseAddress, shift: nil, activation: .linear))
        }
        return out.values[0]
      }
      #expect(half() == denormal)
      let state = ck_denormals_flush()
      let flushed = half()
      ck_denormals_restore(state)
      #expect(flushed == 0)
      #expect(half() == denormal)
    }
  }
}

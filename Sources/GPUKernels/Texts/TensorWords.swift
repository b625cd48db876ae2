extension KernelText {
  /// Words for tensor cores, which the tests' header has for the host as well, and how operands lie in shared memory.
  ///
  /// `copy16`, `end_copies`, `await_copies`: 16 bytes from device memory to shared memory while the thread goes on, from
  /// compute capability 8.0 on; before it, at once. Both addresses are multiples of 16.
  ///
  /// `warp_multiply`: MT × NT products of 16×16 by 16×8 numbers (of 16 bits; 16×8 by 8×8 of TF32) of the warp's threads
  /// together, added to fp32 sums. All threads of the block take part. Thread l of a warp, with g = l / 4 and t = l % 4,
  /// holds words (a number of 32 bits or two neighbours in k of 16) in the order of PTX ISA, "Matrix Fragments for
  /// mma.m16n8k16" and "… mma.m16n8k8":
  ///
  ///     a: word t of rows g and g + 8, word t + 4 of rows g and g + 8
  ///     b: words t and t + 4 of column g
  ///     c: columns 2t and 2t + 1 of row g, then of row g + 8
  static let tensorWords = #"""
    #ifdef __CUDACC_RTC__
    NETC_DEVICE void copy16(void *shared, const void *global, bool inside) {
    #if __CUDA_ARCH__ >= 800
      const unsigned place = (unsigned)__cvta_generic_to_shared(shared);
      asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(place), "l"(global), "r"(inside ? 16 : 0)
                   : "memory");
    #else
      *(int4 *)shared = inside ? *(const int4 *)global : make_int4(0, 0, 0, 0);
    #endif
    }

    // Copies since the last end belong together.
    NETC_DEVICE void end_copies() {
    #if __CUDA_ARCH__ >= 800
      asm volatile("cp.async.commit_group;" ::: "memory");
    #endif
    }

    // Until all copies of this thread but those of the last N groups are there.
    template <int N>
    NETC_DEVICE void await_copies() {
    #if __CUDA_ARCH__ >= 800
      asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory");
    #endif
    }

    // To the nearest number of 10 bits, ties away from zero.
    NETC_DEVICE unsigned tf32(unsigned bits) {
    #if __CUDA_ARCH__ >= 800
      unsigned rounded;
      asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(rounded) : "f"(__uint_as_float(bits)));
      return rounded;
    #else
      return bits;
    #endif
    }

    #define NETC_MMA_16(type, c, a, b)                                                            \
      asm volatile("mma.sync.aligned.m16n8k16.row.col.f32." type "." type ".f32 {%0, %1, %2, %3}, " \
                   "{%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"                                  \
                   : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])                                 \
                   : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]))

    template <int STORAGE>
    NETC_DEVICE void multiply_tile(float (&c)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
    #if __CUDA_ARCH__ >= 800
      if constexpr (STORAGE == BFLOAT16) {
        NETC_MMA_16("bf16", c, a, b);
      } else if constexpr (STORAGE == FLOAT16) {
        NETC_MMA_16("f16", c, a, b);
      } else {
        asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
                     "{%8, %9}, {%0, %1, %2, %3};"
                     : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                     : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
      }
    #else
      static_assert(STORAGE == FLOAT16, "compute capability 7.5 multiplies fp16");
      for (int half = 0; half < 2; half++) {
        asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, "
                     "{%0, %1, %2, %3};"
                     : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                     : "r"(a[2 * half]), "r"(a[2 * half + 1]), "r"(b[half]));
      }
    #endif
    }

    template <int STORAGE, int MT, int NT>
    NETC_DEVICE void warp_multiply(float (&c)[MT][NT][4], const unsigned (&a)[MT][4], const unsigned (&b)[NT][2]) {
    #pragma unroll
      for (int i = 0; i < MT; i++) {
    #pragma unroll
        for (int j = 0; j < NT; j++) multiply_tile<STORAGE>(c[i][j], a[i], b[j]);
      }
    }
    #endif

    struct alignas(16) Quad {
      unsigned words[4];
    };

    // Sums `steps` parts of a product in shared memory of several stages: while one is multiplied, `fetch` brings the
    // next ones, at once (VECTOR) or through registers, from which `put` takes them.
    template <bool VECTOR, int STAGES, class Fetch, class Put, class Multiply>
    NETC_DEVICE void sum_parts(int steps, Fetch &fetch, Put &put, Multiply &multiply) {
      if constexpr (VECTOR) {
        for (int step = 0; step < STAGES - 1; step++) {
          if (step < steps) fetch(step);
          end_copies();
        }
      } else {
        fetch(0);
        put(0);
      }
      for (int step = 0; step < steps; step++) {
        if constexpr (VECTOR) await_copies<STAGES - 2>();
        __syncthreads();
        const int next = step + STAGES - 1;
        if (next < steps) fetch(next);
        if constexpr (VECTOR) end_copies();
        multiply(step % STAGES);
        if (next < steps) put(next);
      }
    }

    // Two numbers of 16 bits, or one of 32.
    template <int STORAGE>
    NETC_DEVICE unsigned packed(const float *numbers) {
      if constexpr (STORAGE == FLOAT32) {
        Bits value;
        value.number = numbers[0];
        return value.bits;
      } else {
        return stored16(numbers[0], STORAGE) | (unsigned)stored16(numbers[1], STORAGE) << 16;
      }
    }

    """#
}

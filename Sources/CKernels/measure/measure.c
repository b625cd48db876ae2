#include "../include/ckernels.h"

extern const ck_measure ck_measure_loops_generic;
#if defined(__x86_64__)
extern const ck_measure ck_measure_loops_avx2, ck_measure_loops_avx512, ck_measure_loops_avx512bf16;
#elif defined(__aarch64__)
extern const ck_measure ck_measure_loops_neon;
#endif

const ck_measure *ck_measure_for(int32_t isa) {
  switch (isa) {
    case CK_ISA_GENERIC: return &ck_measure_loops_generic;
#if defined(__x86_64__)
    case CK_ISA_AVX2: return &ck_measure_loops_avx2;
    case CK_ISA_AVX512: return &ck_measure_loops_avx512;
    case CK_ISA_AVX512_BF16: return &ck_measure_loops_avx512bf16;
#elif defined(__aarch64__)
extern const ck_measure ck_measure_loops_neon;
#endif
    default: return 0;
  }
}

#include "../include/ckernels.h"

extern const ck_update ck_update_functions_generic;
#if defined(__x86_64__)
extern const ck_update ck_update_functions_avx2, ck_update_functions_avx512;
#elif defined(__aarch64__)
extern const ck_update ck_update_functions_neon;
#endif

const ck_update *ck_update_for(int32_t isa) {
  switch (isa) {
    case CK_ISA_GENERIC: return &ck_update_functions_generic;
#if defined(__x86_64__)
    case CK_ISA_AVX2: return &ck_update_functions_avx2;
    case CK_ISA_AVX512: return &ck_update_functions_avx512;
#elif defined(__aarch64__)
    case CK_ISA_NEON: return &ck_update_functions_neon;
#endif
    default: return 0;
  }
}

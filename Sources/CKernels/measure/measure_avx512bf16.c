#if defined(__x86_64__)
#include "../common/isa_avx512bf16.h"

#define CK_MEASURE_ISA CK_ISA_AVX512_BF16
#define CK_MEASURE_CHAINS 24
#define CK_MEASURE_M 14
#define CK_MEASURE_N 32
#include "loops.h"

#pragma clang attribute pop
#endif

#if defined(__x86_64__)
#include "../common/isa_avx2.h"

#define CK_MEASURE_ISA CK_ISA_AVX2
#define CK_MEASURE_CHAINS 12
#define CK_MEASURE_M 6
#define CK_MEASURE_N 16
#include "loops.h"

#pragma clang attribute pop
#endif

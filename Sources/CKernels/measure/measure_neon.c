#if defined(__aarch64__)
#include "../common/isa_neon.h"

#define CK_MEASURE_ISA CK_ISA_NEON
#define CK_MEASURE_CHAINS 12
#define CK_MEASURE_M 6
#define CK_MEASURE_N 16
#include "loops.h"
#endif

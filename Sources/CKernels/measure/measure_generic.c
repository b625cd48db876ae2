#include "../common/isa_generic.h"

#define CK_MEASURE_ISA CK_ISA_GENERIC
// The chains, two factors, and a product where the CPU has no FMA: 15 of 16 registers of SSE2, 26 of 32 of NEON.
#if defined(__x86_64__)
#define CK_MEASURE_CHAINS 12
#else
#define CK_MEASURE_CHAINS 24
#endif
#define CK_MEASURE_M 4
#define CK_MEASURE_N 8
#include "loops.h"

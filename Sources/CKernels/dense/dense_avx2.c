#if defined(__x86_64__)
#include "../common/isa_avx2.h"

// 8 sums, 4 vectors of weights and 1 of input: 13 of 16 registers.
#define CK_DENSE_M 2
#define CK_DENSE_N 32
#define CK_DENSE_EACH_M(X) X(1) X(2)
#include "dense.h"

// 8 sums, 2 vectors of weights and 1 of input: 11 of 16 registers.
#define CK_UNPACKED_M 4
#define CK_UNPACKED_N 2
#include "unpacked.h"

#pragma clang attribute pop
#endif

#if defined(__x86_64__)
#include "../common/isa_avx512.h"

// 24 sums, 4 vectors of weights and 1 of input: 29 of 32 registers.
#define CK_DENSE_M 6
#define CK_DENSE_N 64
#define CK_DENSE_EACH_M(X) X(1) X(2) X(3) X(4) X(5) X(6)
#include "dense.h"

// 24 sums, 3 vectors of weights and 1 of input: 28 of 32 registers.
#define CK_UNPACKED_M 8
#define CK_UNPACKED_N 3
#include "unpacked.h"

#pragma clang attribute pop
#endif

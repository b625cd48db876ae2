#if defined(__aarch64__)
#include "../common/isa_neon.h"

// 8 sums, 4 vectors of weights and 1 of input, two registers each: 26 of 32.
#define CK_DENSE_M 2
#define CK_DENSE_N 32
#define CK_DENSE_EACH_M(X) X(1) X(2)
#include "dense.h"

// 8 sums, 2 vectors of weights and 1 of input, two registers each: 22 of 32.
#define CK_UNPACKED_M 4
#define CK_UNPACKED_N 2
#include "unpacked.h"
#endif

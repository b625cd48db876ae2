#include "../common/isa_generic.h"

// 8 sums, 4 vectors of weights, 1 of input and 1 product: 14 of SSE2's 16 registers.
#define CK_DENSE_M 2
#define CK_DENSE_N 16
#define CK_DENSE_EACH_M(X) X(1) X(2)
#include "dense.h"

// 8 sums, 2 vectors of weights, 1 of input and 1 product: 12 of SSE2's 16 registers.
#define CK_UNPACKED_M 4
#define CK_UNPACKED_N 2
#include "unpacked.h"

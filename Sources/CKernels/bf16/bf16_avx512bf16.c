#if defined(__x86_64__)
#define CK_STORES_BF16
#include "../common/isa_avx512bf16.h"

// 28 sums, 2 vectors of weights and 1 of input: 31 of 32 registers.
#define CK_PAIR_M 14
#define CK_PAIR_N 32
#define CK_PAIR_EACH_M(X) CK_PAIR_EACH_HALF(X) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#define CK_PAIR_EACH_HALF(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#include "direct.h"

#define CK_PAIR_DEPTHWISE_M 8
#define CK_PAIR_DEPTHWISE_N 16
#define CK_PAIR_DEPTHWISE_EACH_M(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8)
#include "depthwise.h"

#define CK_WINOGRAD_M 14
#define CK_WINOGRAD_N 32
#define CK_WINOGRAD_EACH_M(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#include "../conv/winograd.h"

// 24 sums, 4 vectors of weights and 1 of input: 29 of 32 registers.
#define CK_PAIR_DENSE_M 6
#define CK_PAIR_DENSE_N 64
#define CK_PAIR_DENSE_EACH_M(X) X(1) X(2) X(3) X(4) X(5) X(6)
#include "dense.h"

#pragma clang attribute pop
#endif

#if defined(__x86_64__)
#include "../common/isa_avx512.h"

// 28 sums, 2 vectors of weights and 1 of input: 31 of 32 registers.
#define CK_DIRECT_M 14
#define CK_DIRECT_N 32
#define CK_DIRECT_EACH_M(X) CK_DIRECT_EACH_HALF(X) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#define CK_DIRECT_EACH_HALF(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#include "direct.h"

#define CK_DEPTHWISE_M 8
#define CK_DEPTHWISE_N 16
#define CK_DEPTHWISE_EACH_M(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8)
#define CK_DEPTHWISE_PAIR_M 8
#define CK_DEPTHWISE_EACH_PAIR CK_DEPTHWISE_EACH_M
#include "depthwise.h"

#define CK_WINOGRAD_M 14
#define CK_WINOGRAD_N 32
#define CK_WINOGRAD_EACH_M CK_DIRECT_EACH_M
#define CK_WINOGRAD_HAS_FEW
#include "winograd.h"

// 24 sums, 4 vectors of pixels and a weight: 29 of 32 registers.
#define CK_ROWS_M 64
#define CK_ROWS_N 6
#define CK_ROWS_EACH_N(X) X(1) X(2) X(3) X(4) X(5) X(6)
#define CK_ROWS_EACH_V(X, n) X(1, n) X(2, n) X(3, n) X(4, n)
#include "rows.h"

// 24 sums and 3 vectors of filters, channels from memory: 27 of 32 registers.
#define CK_WEIGHTS_ROWS 8
#define CK_WEIGHTS_ROWS_ALONE 16
#define CK_WEIGHTS_V 3
#define CK_WEIGHTS_EACH_V(X) X(2) X(3)
#include "weights_gradient.h"
#include "weights_gradient_winograd.h"

// 24 sums, 4 vectors of filters and one of pixels: 29 of 32 registers.
#define CK_WEIGHT_ROWS_F 4
#define CK_WEIGHT_ROWS_K 6
#define CK_WEIGHT_ROWS_EACH_F(X, k) X(1, k) X(2, k) X(3, k) X(4, k)
#define CK_WEIGHT_ROWS_EACH_K(X) X(1) X(2) X(3) X(4) X(5) X(6)
#include "weights_gradient_rows.h"

#pragma clang attribute pop
#endif

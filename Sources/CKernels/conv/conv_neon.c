#if defined(__aarch64__)
#include "../common/isa_neon.h"

// 6 × 2 sums, 2 vectors of weights and 1 of input, two registers each: 30 of 32.
#define CK_DIRECT_M 6
#define CK_DIRECT_N 16
#define CK_DIRECT_EACH_M(X) CK_DIRECT_EACH_HALF(X) X(4) X(5) X(6)
#define CK_DIRECT_EACH_HALF(X) X(1) X(2) X(3)
#include "direct.h"

#define CK_DEPTHWISE_M 8
#define CK_DEPTHWISE_N 8
#define CK_DEPTHWISE_EACH_M(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8)
#define CK_DEPTHWISE_PAIR_M 4
#define CK_DEPTHWISE_EACH_PAIR(X) X(1) X(2) X(3) X(4)
#include "depthwise.h"

#define CK_WINOGRAD_M 6
#define CK_WINOGRAD_N 16
#define CK_WINOGRAD_EACH_M CK_DIRECT_EACH_M
#include "winograd.h"

// 6 × 2 sums, 2 vectors of pixels and a weight, two registers each: 30 of 32.
#define CK_ROWS_M 16
#define CK_ROWS_N 6
#define CK_ROWS_EACH_N(X) X(1) X(2) X(3) X(4) X(5) X(6)
#define CK_ROWS_EACH_V(X, n) X(1, n) X(2, n)
#include "rows.h"

// 8 sums, 2 vectors of filters and a channel, two registers each: 22 of 32.
#define CK_WEIGHTS_ROWS 4
#define CK_WEIGHTS_ROWS_ALONE 8
#define CK_WEIGHTS_V 2
#define CK_WEIGHTS_EACH_V(X) X(2)
#include "weights_gradient.h"
#include "weights_gradient_winograd.h"

// 12 sums, 2 vectors of filters and one of pixels, two registers each: 30 of 32.
#define CK_WEIGHT_ROWS_F 2
#define CK_WEIGHT_ROWS_K 6
#define CK_WEIGHT_ROWS_EACH_F(X, k) X(1, k) X(2, k)
#define CK_WEIGHT_ROWS_EACH_K(X) X(1) X(2) X(3) X(4) X(5) X(6)
#include "weights_gradient_rows.h"
#endif

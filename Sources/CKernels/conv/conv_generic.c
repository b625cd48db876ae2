#include "../common/isa_generic.h"

// 8 sums, 2 vectors of weights, 1 of input and 1 product where the CPU has no FMA: 12 of SSE2's 16 registers.
#define CK_DIRECT_M 4
#define CK_DIRECT_N 8
#define CK_DIRECT_EACH_M(X) CK_DIRECT_EACH_HALF(X) X(3) X(4)
#define CK_DIRECT_EACH_HALF(X) X(1) X(2)
#include "direct.h"

#define CK_DEPTHWISE_M 8
#define CK_DEPTHWISE_N 4
#define CK_DEPTHWISE_EACH_M(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8)
#define CK_DEPTHWISE_PAIR_M 4
#define CK_DEPTHWISE_EACH_PAIR(X) X(1) X(2) X(3) X(4)
#include "depthwise.h"

#define CK_WINOGRAD_M 4
#define CK_WINOGRAD_N 8
#define CK_WINOGRAD_EACH_M CK_DIRECT_EACH_M
#include "winograd.h"

// 12 sums, 2 vectors of pixels and a weight: 15 of 16 registers.
#define CK_ROWS_M 8
#define CK_ROWS_N 6
#define CK_ROWS_EACH_N(X) X(1) X(2) X(3) X(4) X(5) X(6)
#define CK_ROWS_EACH_V(X, n) X(1, n) X(2, n)
#include "rows.h"

// 8 sums, 2 vectors of filters, a channel and a product: 12 of 16 registers.
#define CK_WEIGHTS_ROWS 4
#define CK_WEIGHTS_ROWS_ALONE 4
#define CK_WEIGHTS_V 2
#define CK_WEIGHTS_EACH_V(X) X(2)
#include "weights_gradient.h"
#include "weights_gradient_winograd.h"

// 10 sums, 2 vectors of filters, one of pixels and a product: 14 of 16 registers.
#define CK_WEIGHT_ROWS_F 2
#define CK_WEIGHT_ROWS_K 5
#define CK_WEIGHT_ROWS_EACH_F(X, k) X(1, k) X(2, k)
#define CK_WEIGHT_ROWS_EACH_K(X) X(1) X(2) X(3) X(4) X(5)
#include "weights_gradient_rows.h"

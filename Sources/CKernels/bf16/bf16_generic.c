#define CK_STORES_BF16
#include "../common/isa_generic.h"

// 6 sums, 2 vectors of weights in two halves, a pair of inputs, and 1 product where the CPU has no FMA: 13 of SSE2's 16
// registers.
#define CK_PAIR_M 3
#define CK_PAIR_N 8
#define CK_PAIR_EACH_M(X) CK_PAIR_EACH_HALF(X) X(2) X(3)
#define CK_PAIR_EACH_HALF(X) X(1)
#include "direct.h"

#define CK_PAIR_DEPTHWISE_M 8
#define CK_PAIR_DEPTHWISE_N 4
#define CK_PAIR_DEPTHWISE_EACH_M(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8)
#include "depthwise.h"

#define CK_WINOGRAD_M 4
#define CK_WINOGRAD_N 8
#define CK_WINOGRAD_EACH_M(X) X(1) X(2) X(3) X(4)
#include "../conv/winograd.h"

// 4 sums, 4 vectors of weights in two halves, a pair of inputs and 1 product: 15 of 16 registers.
#define CK_PAIR_DENSE_M 1
#define CK_PAIR_DENSE_N 16
#define CK_PAIR_DENSE_EACH_M(X) X(1)
#include "dense.h"

#include "../eltwise/activation.h"
#include "../eltwise/elementwise.h"
#include "../eltwise/parametric_rectify.h"
#include "../eltwise/scale_shift.h"
#include "../norm/lrn.h"
#include "../pool/global.h"
#include "../pool/pool2d.h"
#include "convert.h"
#include "../layout/concat.h"
#include "../layout/interleave.h"

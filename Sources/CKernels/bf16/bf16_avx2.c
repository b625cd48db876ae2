#if defined(__x86_64__)
#define CK_STORES_BF16
#include "../common/isa_avx2.h"

// 8 sums, 2 vectors of weights in two halves and a pair of inputs: 14 of 16 registers.
#define CK_PAIR_M 4
#define CK_PAIR_N 16
#define CK_PAIR_EACH_M(X) CK_PAIR_EACH_HALF(X) X(3) X(4)
#define CK_PAIR_EACH_HALF(X) X(1) X(2)
#include "direct.h"

#define CK_PAIR_DEPTHWISE_M 8
#define CK_PAIR_DEPTHWISE_N 8
#define CK_PAIR_DEPTHWISE_EACH_M(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8)
#include "depthwise.h"

#define CK_WINOGRAD_M 6
#define CK_WINOGRAD_N 16
#define CK_WINOGRAD_EACH_M(X) X(1) X(2) X(3) X(4) X(5) X(6)
#include "../conv/winograd.h"

// 4 sums, 4 vectors of weights in two halves and a pair of inputs: 14 of 16 registers.
#define CK_PAIR_DENSE_M 1
#define CK_PAIR_DENSE_N 32
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

#pragma clang attribute pop
#endif

#if defined(__x86_64__)
#define CK_STORES_BF16
#include "../common/isa_avx2.h"

#include "../pool/gradient.h"
#include "../training/activation_gradient.h"
#include "../training/channel_sum.h"
#include "../training/extremum_gradient.h"
#include "../training/function.h"
#include "../training/moments.h"
#include "../training/normalize.h"
#include "../training/normalize_sums.h"
#include "../training/random.h"
#include "pack_weights.h"

// 8 sums, 2 vectors of filters in two halves and a pair of pixels: 14 of 16 registers.
#define CK_WEIGHTS_ROWS 4
#define CK_WEIGHTS_ROWS_ALONE 8
#define CK_WEIGHTS_V 2
#define CK_WEIGHTS_EACH_V(X) X(2)
#include "../conv/weights_gradient.h"
#include "../conv/weights_gradient_winograd.h"

#pragma clang attribute pop
#endif

#if defined(__x86_64__)
#include "../common/isa_avx2.h"

#include "activation_gradient.h"
#include "channel_sum.h"
#include "batch_sum.h"
#include "moments.h"
#include "normalize_sums.h"
#include "normalize.h"
#include "extremum_gradient.h"
#include "random.h"
#include "function.h"
#include "loss.h"

#pragma clang attribute pop
#endif

#if defined(__aarch64__)
#include "../common/isa_neon.h"

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
#endif

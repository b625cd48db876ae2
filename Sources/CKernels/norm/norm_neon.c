#if defined(__aarch64__)
#include "../common/isa_neon.h"

#include "lrn.h"
#include "standardize.h"
#include "lrn_gradient.h"
#include "standardize_gradient.h"
#endif

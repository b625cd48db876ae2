#if defined(__x86_64__)
#include "../common/isa_avx512.h"

#include "lrn.h"
#include "standardize.h"
#include "lrn_gradient.h"
#include "standardize_gradient.h"

#pragma clang attribute pop
#endif

#if defined(__x86_64__)
#include "../common/isa_avx2.h"

#include "activation.h"
#include "scale_shift.h"
#include "parametric_rectify.h"
#include "elementwise.h"

#pragma clang attribute pop
#endif

#if defined(__aarch64__)
#include "../common/isa_neon.h"

#include "activation.h"
#include "scale_shift.h"
#include "parametric_rectify.h"
#include "elementwise.h"
#endif

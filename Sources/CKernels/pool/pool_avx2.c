#if defined(__x86_64__)
#include "../common/isa_avx2.h"

#include "pool2d.h"
#include "global.h"
#include "gradient.h"

#pragma clang attribute pop
#endif

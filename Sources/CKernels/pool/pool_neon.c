#if defined(__aarch64__)
#include "../common/isa_neon.h"

#include "pool2d.h"
#include "global.h"
#include "gradient.h"
#endif

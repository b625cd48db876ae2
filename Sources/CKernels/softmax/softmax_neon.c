#if defined(__aarch64__)
#include "../common/isa_neon.h"

#include "softmax.h"
#include "gradient.h"
#endif

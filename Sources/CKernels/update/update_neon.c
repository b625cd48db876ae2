#if defined(__aarch64__)
#include "../common/isa_neon.h"

#include "update.h"
#endif

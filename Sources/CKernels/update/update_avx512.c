#if defined(__x86_64__)
#include "../common/isa_avx512.h"

#include "update.h"

#pragma clang attribute pop
#endif

#if defined(__x86_64__)
#define CK_STORES_BF16
#include "../common/isa_amx.h"

#include "direct_amx.h"
#include "dense_amx.h"

#pragma clang attribute pop
#endif

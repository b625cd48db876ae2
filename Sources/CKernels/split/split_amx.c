#if defined(__x86_64__)
#include "../common/isa_amx.h"

#include "conv.h"
#include "dense.h"
#include "weights_gradient.h"

#pragma clang attribute pop
#endif

#if defined(__x86_64__)
#include "../common/isa_amx.h"

#include "tiles.h"

#pragma clang attribute pop
#else
#include "../include/ckernels.h"

const ck_measure_tiles *ck_measure_tiles_amx(void) { return 0; }
#endif

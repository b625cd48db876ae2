// Opens a source file of AVX2 code; see isa_avx512.h.
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "../include/ckernels.h"

#define CK_SUFFIX avx2
#define CK_VL 8
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

// Opens a source file of code for tiles of AMX; see isa_avx512.h.
#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "../include/ckernels.h"

#define CK_SUFFIX amx
// What works on floats is AVX-512's.
#define CK_FLOAT_SUFFIX avx512
#define CK_HAS_BF16
#define CK_VL 16
#pragma clang attribute push(                                                                        \
    __attribute__((target("amx-tile,amx-bf16,avx512f,avx512vl,avx512bw,avx512dq,avx512bf16,avx2,fma"))), \
    apply_to = function)

// Opens a source file of AVX-512 code: the names, the vector length, the target of every function that follows.
// The file ends with `#pragma clang attribute pop`. System headers come before the push.
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "../include/ckernels.h"

#define CK_SUFFIX avx512
#define CK_VL 16
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma"))), apply_to = function)

// Opens a source file of AVX-512 code with bfloat16 products and conversions; see isa_avx512.h. It has rows for bf16
// alone: with floats there is nothing to gain over AVX-512.
#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "../include/ckernels.h"

#define CK_SUFFIX avx512bf16
// What works on floats is AVX-512's.
#define CK_FLOAT_SUFFIX avx512
#define CK_HAS_BF16
#define CK_VL 16
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx512bf16,avx2,fma"))), apply_to = function)

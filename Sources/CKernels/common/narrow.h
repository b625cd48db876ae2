// Vectors of bfloat16, of which arithmetic knows conversions alone; see bf16.h.
#ifndef CK_NARROW_H
#define CK_NARROW_H

#include "bf16.h"
#include "vector.h"

typedef uint16_t vh __attribute__((ext_vector_type(CK_VL)));
typedef uint16_t vh_unaligned __attribute__((ext_vector_type(CK_VL), aligned(2)));
typedef uint32_t vu __attribute__((ext_vector_type(CK_VL)));

CK_INLINE vf ck_widen(vh v) {
  union { vu u; vf f; } bits = {.u = __builtin_convertvector(v, vu) << 16};
  return bits.f;
}

CK_INLINE vh ck_narrow(vf x) {
#ifdef CK_HAS_BF16
  union { __m256bh native; vh v; } bits = {.native = _mm512_cvtneps_pbh((__m512)x)};
  return bits.v;
#else
  union { vf f; vu u; } bits = {.f = x};
  const vu rounded = (bits.u + 0x7FFF + (bits.u >> 16 & 1)) >> 16, quiet = bits.u >> 16 | 0x40;
  return __builtin_convertvector((bits.u & 0x7FFFFFFF) > 0x7F800000 ? quiet : rounded, vh);
#endif
}

#endif

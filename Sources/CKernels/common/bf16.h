// bfloat16: the upper half of a float.
//
// Conversions round to nearest, ties to even; NaN stays NaN, of the same sign, and becomes quiet.
#ifndef CK_BF16_H
#define CK_BF16_H

#include <stdint.h>
#include <string.h>

static inline float ck_from_bf16(uint16_t bits) {
  const uint32_t wide = (uint32_t)bits << 16;
  float x;
  memcpy(&x, &wide, sizeof x);
  return x;
}

static inline uint16_t ck_to_bf16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  if ((bits & 0x7FFFFFFF) > 0x7F800000) return (uint16_t)(bits >> 16 | 0x40);
  return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

#endif

// The activations, for every epilogue.
#ifndef CK_ACTIVATION_H
#define CK_ACTIVATION_H

#include "storage.h"
#include "vmath.h"

// `kind` is a constant where this is called, so the switch is gone from the loop.
CK_INLINE vf ck_activate(const int32_t kind, vf x, vf p0, vf p1) {
  switch (kind) {
    case CK_RECTIFY: return 0.0f > x ? (vf)0.0f : x;
    case CK_LEAKY_RECTIFY: return x > 0.0f ? x : x * p0;
    case CK_ELU: return x > 0.0f ? x : ck_expm1(x);
    case CK_SELU: return x > 0.0f ? x * 1.0507009873554805f : ck_expm1(x) * 1.7580993408473766f;
    case CK_SOFTPLUS: return ck_softplus(x);
    case CK_SIGMOID: return ck_sigmoid(x);
    case CK_TANH: return ck_tanh(x);
    case CK_SCALED_TANH: return p1 * ck_tanh(p0 * x);
    case CK_SWISH: return x * ck_sigmoid(x);
    case CK_HARD_SWISH: {
      vf gate = x + 3.0f;
      gate = 0.0f > gate ? (vf)0.0f : gate;
      gate = 6.0f < gate ? (vf)6.0f : gate;
      return x * (gate * (1.0f / 6.0f));
    }
    case CK_GELU: return ck_gelu(x);
    case CK_CLIP: {
      const vf above = p0 > x ? p0 : x;
      return p1 < above ? p1 : above;
    }
    default: return x;
  }
}

// to[i] = act(from[i]), 0 ≤ i < length; `to` may be `from`. An element's result does not depend on its place.
void CK_FLOAT_LOCAL(ck_activate_span)(float *to, const float *from, int64_t length, const ck_activation *activation);

// The same in place, for the epilogue of a row that was just written and lies in L1.
CK_INLINE void ck_activate_floats(float *span, int64_t length, const ck_activation *activation) {
  if (activation->kind != CK_LINEAR) CK_FLOAT_LOCAL(ck_activate_span)(span, span, length, activation);
}

// Of stored numbers.
CK_INLINE void ck_activate_elements(ck_elem *to, const ck_elem *from, int64_t length, const ck_activation *activation) {
#ifdef CK_STORES_BF16
  enum { piece = 512 };
  float line[piece];
  for (int64_t i = 0; i < length; i += piece) {
    const int64_t count = ck_least(piece, length - i);
    for (int64_t j = 0; j < count; j += CK_VL) ck_store(line + j, ck_get_upto(from + i + j, count - j));
    ck_activate_floats(line, count, activation);
    for (int64_t j = 0; j < count; j += CK_VL) ck_put_upto(to + i + j, ck_load(line + j), count - j);
  }
#else
  CK_FLOAT_LOCAL(ck_activate_span)(to, from, length, activation);
#endif
}

CK_INLINE void ck_activate_in_place(ck_elem *span, int64_t length, const ck_activation *activation) {
  if (activation->kind != CK_LINEAR) ck_activate_elements(span, span, length, activation);
}

#endif

// The arithmetic of batch normalisation, the same bits wherever it is asked again what was positive.
#ifndef CK_NORMALIZED_H
#define CK_NORMALIZED_H

#include "../common/vector.h"

// γ·(x − μ)/√(σ² + ε) + β is (x − mean)·scale + shift.
typedef struct {
  vf mean, scale, shift;
} ck_normal_form;

CK_INLINE vf ck_root(vf variance, float epsilon) { return 1.0f / __builtin_elementwise_sqrt(variance + epsilon); }

// d = x − mean
CK_INLINE vf ck_normalized(vf d, const ck_normal_form *form) { return d * form->scale + form->shift; }

// The gradient of what was rectified, where that let it through.
CK_INLINE vf ck_reaching(const int rectified, vf g, vf d, const ck_normal_form *form) {
  if (!rectified) return g;
  return ck_normalized(d, form) > 0.0f ? g : ck_splat(0);
}

#endif

// Activation alone, and the span function that every other epilogue calls.
#include "../common/activation.h"
#include "../common/spans.h"

#ifndef CK_STORES_BF16

CK_INLINE void ck_activate_loop(const int32_t kind, float *to, const float *from, int64_t length, float p0, float p1) {
  const vf q0 = ck_splat(p0), q1 = ck_splat(p1);
  int64_t i = 0;
  for (; i + CK_VL <= length; i += CK_VL) ck_store(to + i, ck_activate(kind, ck_load(from + i), q0, q1));
  const int64_t rest = length - i;
  if (rest > 0) ck_store_part(to + i, ck_activate(kind, ck_load_part(from + i, rest), q0, q1), rest);
}

void CK_LOCAL(ck_activate_span)(float *to, const float *from, int64_t length, const ck_activation *activation) {
#define CK_CASE(kind) \
  case kind: ck_activate_loop(kind, to, from, length, activation->p0, activation->p1); break;
  switch (activation->kind) {
    CK_CASE(CK_RECTIFY)
    CK_CASE(CK_LEAKY_RECTIFY)
    CK_CASE(CK_ELU)
    CK_CASE(CK_SELU)
    CK_CASE(CK_SOFTPLUS)
    CK_CASE(CK_SIGMOID)
    CK_CASE(CK_TANH)
    CK_CASE(CK_SCALED_TANH)
    CK_CASE(CK_SWISH)
    CK_CASE(CK_HARD_SWISH)
    CK_CASE(CK_GELU)
    CK_CASE(CK_CLIP)
    default: memmove(to, from, (size_t)length * sizeof(float)); break;
  }
#undef CK_CASE
}

#endif

static ck_merge ck_activation_merge(const ck_activation_args *a) {
  const ck_merge in = ck_mergeable(&a->in), out = ck_mergeable(&a->out);
  return in < out ? in : out;
}

int64_t CK_NAME(activation_span, units)(const void *args) {
  const ck_activation_args *a = args;
  const ck_spans spans = ck_spans_of(&a->out, ck_activation_merge(a));
  return ck_span_units(&spans);
}

void CK_NAME(activation_span, run)(const void *args, int64_t begin, int64_t end) {
  const ck_activation_args *a = args;
  const ck_spans spans = ck_spans_of(&a->out, ck_activation_merge(a));
  for (int64_t u = begin; u < end; u++) {
    const ck_span p = ck_span_at(&spans, u);
    ck_activate_elements(ck_span_data(&a->out, &p), ck_span_data(&a->in, &p), p.length, &a->activation);
    ck_span_zero_halo(&a->out, &p);
  }
}

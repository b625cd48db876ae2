// Gradients of a maximum or minimum of tensors. A unit is a piece of a span (spans.h).
#include "../common/spans.h"

static ck_spans ck_extremum_spans(const ck_extremum_gradient_args *a) {
  ck_merge merge = ck_mergeable_together((const ck_tensor *[]){&a->g, &a->out}, 2);
  for (int64_t k = 0; k < a->count; k++) {
    const ck_merge m = ck_mergeable(&a->inputs[k]);
    if (m < merge) merge = m;
  }
  return ck_spans_of(&a->out, merge);
}

int64_t CK_NAME(extremum_gradient_span, units)(const void *args) {
  const ck_spans spans = ck_extremum_spans(args);
  return ck_span_units(&spans);
}

// g where the operand is beyond all before it, and none behind it is beyond.
CK_INLINE vf ck_extreme(const ck_extremum_gradient_args *a, const ck_span *p, int64_t i, int64_t count) {
  const float sign = a->kind == CK_MAX ? 1.0f : -1.0f;
  const vf own = ck_get_upto(ck_span_data(&a->inputs[a->place], p) + i, count) * sign;
  vf g = ck_get_upto(ck_span_data(&a->g, p) + i, count);
  for (int64_t k = 0; k < a->count; k++) {
    const vf other = ck_get_upto(ck_span_data(&a->inputs[k], p) + i, count) * sign;
    if (k < a->place) g = other < own ? g : ck_splat(0);
    if (k > a->place) g = other <= own ? g : ck_splat(0);
  }
  return g;
}

void CK_NAME(extremum_gradient_span, run)(const void *args, int64_t begin, int64_t end) {
  const ck_extremum_gradient_args *a = args;
  const ck_spans spans = ck_extremum_spans(a);
  for (int64_t u = begin; u < end; u++) {
    const ck_span p = ck_span_at(&spans, u);
    ck_elem *to = ck_span_data(&a->out, &p);
    for (int64_t i = 0; i < p.length; i += CK_VL) {
      ck_put_upto(to + i, ck_extreme(a, &p, i, p.length - i), p.length - i);
    }
    ck_span_zero_halo(&a->out, &p);
  }
}

// Sum, product, maximum, minimum and mean of tensors.
#include "../common/activation.h"
#include "../common/spans.h"

static ck_spans ck_elementwise_spans(const ck_elementwise_args *a) {
  ck_merge merge = ck_mergeable(&a->out);
  for (int64_t k = 0; k < a->count; k++) {
    const ck_merge m = ck_mergeable(&a->inputs[k]);
    if (m < merge) merge = m;
  }
  return ck_spans_of(&a->out, merge);
}

int64_t CK_NAME(elementwise_span, units)(const void *args) {
  const ck_spans spans = ck_elementwise_spans(args);
  return ck_span_units(&spans);
}

// The value of one vector, from left to right: `out` is written once, so it may be any of the inputs.
CK_INLINE vf ck_combine(const ck_elementwise_args *a, const ck_span *p, int64_t i, int64_t count) {
  vf value = ck_get_upto(ck_span_data(&a->inputs[0], p) + i, count);
  if (a->kind == CK_SUM && a->coefficients) value *= a->coefficients[0];
  for (int64_t k = 1; k < a->count; k++) {
    const vf x = ck_get_upto(ck_span_data(&a->inputs[k], p) + i, count);
    switch (a->kind) {
      case CK_SUM: value = a->coefficients ? x * a->coefficients[k] + value : value + x; break;
      case CK_MUL: value *= x; break;
      case CK_MAX: value = ck_max(value, x); break;
      case CK_MIN: value = ck_min(value, x); break;
      default: value += x; break;
    }
  }
  return a->kind == CK_MEAN ? value * (1.0f / (float)a->count) : value;
}

void CK_NAME(elementwise_span, run)(const void *args, int64_t begin, int64_t end) {
  const ck_elementwise_args *a = args;
  const ck_spans spans = ck_elementwise_spans(a);
  const int add_two = a->kind == CK_SUM && a->count == 2 && !a->coefficients;
  for (int64_t u = begin; u < end; u++) {
    const ck_span p = ck_span_at(&spans, u);
    ck_elem *to = ck_span_data(&a->out, &p);
    int64_t i = 0;
    if (add_two) {
      const ck_elem *x = ck_span_data(&a->inputs[0], &p), *y = ck_span_data(&a->inputs[1], &p);
      for (; i + CK_VL <= p.length; i += CK_VL) ck_put(to + i, ck_get(x + i) + ck_get(y + i));
    }
    for (; i < p.length; i += CK_VL) ck_put_upto(to + i, ck_combine(a, &p, i, p.length - i), p.length - i);
    ck_activate_in_place(to, p.length, &a->activation);
    ck_span_zero_halo(&a->out, &p);
  }
}

// Sums over the batch. A unit is a piece of the one example that comes out.
#include "strips.h"

static ck_spans ck_batch_spans(const ck_batch_sum_args *a) {
  const ck_merge merge = ck_mergeable_together((const ck_tensor *[]){&a->x, &a->out}, 2);
  return ck_spans_of(&a->out, merge < CK_BY_IMAGE ? merge : CK_BY_IMAGE);
}

int64_t CK_NAME(batch_sum_span, units)(const void *args) {
  const ck_spans spans = ck_batch_spans(args);
  return ck_span_units(&spans);
}

// Of `examples` vectors, the sum; floats add up few of them.
CK_INLINE vf ck_example_sum(const float *p, int64_t stride, int64_t examples, int64_t lanes) {
  vd total = (vd)0.0;
  for (int64_t n = 0; n < examples;) {
    const int64_t behind = ck_least(n + 64, examples);
    vf sum = ck_splat(0);
    for (; n < behind; n++) sum += ck_load_upto(p + n * stride, lanes);
    total += ck_double(sum);
  }
  return ck_single(total);
}

void CK_NAME(batch_sum_span, run)(const void *args, int64_t begin, int64_t end) {
  const ck_batch_sum_args *a = args;
  const ck_spans spans = ck_batch_spans(a);
  for (int64_t u = begin; u < end; u++) {
    const ck_span p = ck_span_at(&spans, u);
    const float *from = ck_span_data(&a->x, &p);
    float *to = ck_span_data(&a->out, &p);
    int64_t i = 0;
    for (; i + CK_VL <= p.length; i += CK_VL) {
      ck_store(to + i, ck_example_sum(from + i, a->x.stride_n, a->x.n, CK_VL));
    }
    const int64_t rest = p.length - i;
    if (rest > 0) ck_store_part(to + i, ck_example_sum(from + i, a->x.stride_n, a->x.n, rest), rest);
    ck_span_zero_halo(&a->out, &p);
  }
}

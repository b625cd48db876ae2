// The rectifier with a slope per channel for what is negative.
#include "factors.h"

int64_t CK_NAME(parametric_rectify_span, units)(const void *args) {
  const ck_parametric_rectify_args *a = args;
  const ck_spans spans = ck_channel_spans(&a->in, &a->out);
  return ck_span_units(&spans);
}

void CK_NAME(parametric_rectify_span, run)(const void *args, int64_t begin, int64_t end) {
  const ck_parametric_rectify_args *a = args;
  const ck_spans spans = ck_channel_spans(&a->in, &a->out);
  const int along = ck_along_channels(&a->in, &a->out);
  for (int64_t u = begin; u < end; u++) {
    const ck_span p = ck_span_at(&spans, u);
    const ck_elem *from = ck_span_data(&a->in, &p);
    ck_elem *to = ck_span_data(&a->out, &p);
    vf slope = ck_factors(a->slope, 1, &a->out, along, &p, 0);
    for (int64_t i = 0; i < p.length; i += CK_VL) {
      if (along && i > 0) slope = ck_factors(a->slope, 1, &a->out, along, &p, i);
      const vf x = ck_get_upto(from + i, p.length - i);
      ck_put_upto(to + i, x < ck_splat(0) ? x * slope : x, p.length - i);
    }
    if (!along) ck_span_zero_halo(&a->out, &p);
  }
}

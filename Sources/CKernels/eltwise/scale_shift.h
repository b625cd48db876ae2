// Scale and shift per channel: what batch normalisation is once it is trained.
#include "../common/activation.h"
#include "factors.h"

int64_t CK_NAME(scale_shift_span, units)(const void *args) {
  const ck_scale_shift_args *a = args;
  const ck_spans spans = ck_channel_spans(&a->in, &a->out);
  return ck_span_units(&spans);
}

void CK_NAME(scale_shift_span, run)(const void *args, int64_t begin, int64_t end) {
  const ck_scale_shift_args *a = args;
  const ck_spans spans = ck_channel_spans(&a->in, &a->out);
  const int along = ck_along_channels(&a->in, &a->out);
  for (int64_t u = begin; u < end; u++) {
    const ck_span p = ck_span_at(&spans, u);
    const ck_elem *from = ck_span_data(&a->in, &p);
    ck_elem *to = ck_span_data(&a->out, &p);
    vf scale = ck_factors(a->scale, 1, &a->out, along, &p, 0), shift = ck_factors(a->shift, 0, &a->out, along, &p, 0);
    for (int64_t i = 0; i < p.length; i += CK_VL) {
      if (along && i > 0) {
        scale = ck_factors(a->scale, 1, &a->out, along, &p, i);
        shift = ck_factors(a->shift, 0, &a->out, along, &p, i);
      }
      ck_put_upto(to + i, ck_get_upto(from + i, p.length - i) * scale + shift, p.length - i);
    }
    ck_activate_in_place(to, p.length, &a->activation);
    if (!along) ck_span_zero_halo(&a->out, &p);
  }
}

// Scale and shift per channel: what batch normalisation is once it is trained.
#include "../common/activation.h"
#include "../common/spans.h"

// Spans stay within a channel block, whose factors are one vector: its channels', or one channel's, splatted. Plain
// arrays of 1 × 1 pixels lie along the channels instead: then the row is the channels themselves.
static int ck_scale_along_channels(const ck_scale_shift_args *a) {
  const ck_tensor *t = &a->out;
  return t->block == 1 && t->h == 1 && t->w == 1 && t->stride_c == 1 && a->in.stride_c == 1 &&
         ck_mergeable(t) != CK_BY_ROW;
}

static ck_spans ck_scale_spans(const ck_scale_shift_args *a) {
  if (ck_scale_along_channels(a)) {
    const ck_tensor rows = {.n = a->out.n, .c = 1, .h = 1, .w = a->out.c, .block = 1};
    return ck_spans_of(&rows, CK_BY_ROW);
  }
  const int merged = ck_mergeable(&a->in) >= CK_BY_BLOCK && ck_mergeable(&a->out) >= CK_BY_BLOCK;
  return ck_spans_of(&a->out, merged ? CK_BY_BLOCK : CK_BY_ROW);
}

// The factors of the vector of channels from c on, of which `count` exist.
static vf ck_factors(const float *factors, float otherwise, int64_t c, int64_t count) {
  return factors ? ck_load_upto(factors + c, count) : ck_splat(otherwise);
}

int64_t CK_NAME(scale_shift_span, units)(const void *args) {
  const ck_spans spans = ck_scale_spans(args);
  return ck_span_units(&spans);
}

void CK_NAME(scale_shift_span, run)(const void *args, int64_t begin, int64_t end) {
  const ck_scale_shift_args *a = args;
  const ck_spans spans = ck_scale_spans(a);
  const int along = ck_scale_along_channels(a);
  for (int64_t u = begin; u < end; u++) {
    const ck_span p = ck_span_at(&spans, u);
    const float *from = ck_span_data(&a->in, &p);
    float *to = ck_span_data(&a->out, &p);
    vf scale = ck_splat(1), shift = ck_splat(0);
    if (!along && a->out.block == 1) {
      scale = ck_splat(a->scale ? a->scale[p.block] : 1);
      shift = ck_splat(a->shift ? a->shift[p.block] : 0);
    } else if (!along) {
      scale = ck_factors(a->scale, 1, p.block * CK_VL, a->out.c - p.block * CK_VL);
      shift = ck_factors(a->shift, 0, p.block * CK_VL, a->out.c - p.block * CK_VL);
    }
    for (int64_t i = 0; i < p.length; i += CK_VL) {
      if (along) {
        scale = ck_factors(a->scale, 1, p.start + i, p.length - i);
        shift = ck_factors(a->shift, 0, p.start + i, p.length - i);
      }
      ck_store_upto(to + i, ck_load_upto(from + i, p.length - i) * scale + shift, p.length - i);
    }
    ck_activate_in_place(to, p.length, &a->activation);
    if (!along) ck_span_zero_halo(&a->out, &p);
  }
}

// Batch normalisation by the batch, and its gradient. A unit is a piece of a span (spans.h).
#include "../common/activation.h"
#include "../eltwise/factors.h"

CK_INLINE vf ck_root(vf variance, float epsilon) { return 1.0f / __builtin_elementwise_sqrt(variance + epsilon); }

int64_t CK_NAME(normalize_span, units)(const void *args) {
  const ck_normalize_args *a = args;
  const ck_spans spans = ck_channel_spans(&a->x, &a->out);
  return ck_span_units(&spans);
}

void CK_NAME(normalize_span, run)(const void *args, int64_t begin, int64_t end) {
  const ck_normalize_args *a = args;
  const ck_tensor *out = &a->out;
  const ck_spans spans = ck_channel_spans(&a->x, out);
  const int along = ck_along_channels(&a->x, out);
  for (int64_t u = begin; u < end; u++) {
    const ck_span p = ck_span_at(&spans, u);
    const float *from = ck_span_data(&a->x, &p);
    float *to = ck_span_data(out, &p);
    vf mean = ck_splat(0), scale = ck_splat(0), shift = ck_splat(0);
    for (int64_t i = 0; i < p.length; i += CK_VL) {
      if (along || i == 0) {
        mean = ck_factors(a->moments, 0, out, along, &p, i);
        scale = ck_root(ck_factors(a->moments + out->c, 0, out, along, &p, i), a->epsilon);
        scale *= ck_factors(a->gamma, 1, out, along, &p, i);
        shift = ck_factors(a->beta, 0, out, along, &p, i);
      }
      const vf x = ck_load_upto(from + i, p.length - i);
      ck_store_upto(to + i, (x - mean) * scale + shift, p.length - i);
    }
    ck_activate_in_place(to, p.length, &a->activation);
    if (!along) ck_span_zero_halo(out, &p);
  }
}

// Three tensors lie along the channels, or none is taken so.
static int ck_normalize_along(const ck_normalize_gradient_args *a) {
  return ck_along_channels(&a->g, &a->out) && ck_along_channels(&a->x, &a->out);
}

static ck_spans ck_normalize_spans(const ck_normalize_gradient_args *a) {
  if (ck_normalize_along(a)) return ck_channel_spans(&a->g, &a->out);
  const ck_merge merge = ck_mergeable_together((const ck_tensor *[]){&a->g, &a->x, &a->out}, 3);
  return ck_spans_of(&a->out, merge >= CK_BY_BLOCK ? CK_BY_BLOCK : CK_BY_ROW);
}

int64_t CK_NAME(normalize_gradient_span, units)(const void *args) {
  const ck_spans spans = ck_normalize_spans(args);
  return ck_span_units(&spans);
}

void CK_NAME(normalize_gradient_span, run)(const void *args, int64_t begin, int64_t end) {
  const ck_normalize_gradient_args *a = args;
  const ck_tensor *out = &a->out;
  const ck_spans spans = ck_normalize_spans(a);
  const int along = ck_normalize_along(a);
  const float each = 1.0f / (float)(out->n * out->h * out->w);
  for (int64_t u = begin; u < end; u++) {
    const ck_span p = ck_span_at(&spans, u);
    const float *g = ck_span_data(&a->g, &p), *x = ck_span_data(&a->x, &p);
    float *to = ck_span_data(out, &p);
    vf mean = ck_splat(0), scale = ck_splat(0), level = ck_splat(0), slope = ck_splat(0);
    for (int64_t i = 0; i < p.length; i += CK_VL) {
      if (along || i == 0) {
        const vf root = ck_root(ck_factors(a->moments + out->c, 0, out, along, &p, i), a->epsilon);
        mean = ck_factors(a->moments, 0, out, along, &p, i);
        level = ck_factors(a->sums, 0, out, along, &p, i) * each;
        slope = ck_factors(a->sums + out->c, 0, out, along, &p, i) * root * each;
        scale = ck_factors(a->gamma, 1, out, along, &p, i) * root;
      }
      const vf d = ck_load_upto(x + i, p.length - i) - mean;
      ck_store_upto(to + i, scale * (ck_load_upto(g + i, p.length - i) - (d * slope + level)), p.length - i);
    }
    if (!along) ck_span_zero_halo(out, &p);
  }
}

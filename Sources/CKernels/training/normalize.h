// Batch normalisation by the batch, and its gradient. A unit is a piece of a span (spans.h).
#include "../common/activation.h"
#include "../eltwise/factors.h"
#include "normalized.h"

// Of vector i of a span.
CK_INLINE ck_normal_form ck_normal_form_at(const float *moments, const float *gamma, const float *beta, float epsilon,
                                           const ck_tensor *out, int along, const ck_span *p, int64_t i) {
  const vf root = ck_root(ck_factors(moments + out->c, 0, out, along, p, i), epsilon);
  return (ck_normal_form){.mean = ck_factors(moments, 0, out, along, p, i),
                          .scale = root * ck_factors(gamma, 1, out, along, p, i),
                          .shift = ck_factors(beta, 0, out, along, p, i)};
}

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
  const vf least = ck_splat(a->activation.kind == CK_RECTIFY ? 0 : -INFINITY);
  for (int64_t u = begin; u < end; u++) {
    const ck_span p = ck_span_at(&spans, u);
    const ck_elem *from = ck_span_data(&a->x, &p);
    ck_elem *to = ck_span_data(out, &p);
    ck_normal_form form = {ck_splat(0), ck_splat(0), ck_splat(0)};
    for (int64_t i = 0; i < p.length; i += CK_VL) {
      if (along || i == 0) form = ck_normal_form_at(a->moments, a->gamma, a->beta, a->epsilon, out, along, &p, i);
      const vf y = ck_normalized(ck_get_upto(from + i, p.length - i) - form.mean, &form);
      ck_put_upto(to + i, least > y ? least : y, p.length - i);
    }
    if (a->activation.kind != CK_RECTIFY) ck_activate_in_place(to, p.length, &a->activation);
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

CK_INLINE void ck_normalize_gradient_piece(const int rectified, const ck_normalize_gradient_args *a, int along,
                                           const ck_span *p) {
  const ck_tensor *out = &a->out;
  const float each = 1.0f / (float)(out->n * out->h * out->w);
  const ck_elem *g = ck_span_data(&a->g, p), *x = ck_span_data(&a->x, p);
  ck_elem *to = ck_span_data(out, p);
  ck_normal_form form = {ck_splat(0), ck_splat(0), ck_splat(0)};
  vf level = ck_splat(0), slope = ck_splat(0);
  for (int64_t i = 0; i < p->length; i += CK_VL) {
    if (along || i == 0) {
      form = ck_normal_form_at(a->moments, a->gamma, a->beta, a->epsilon, out, along, p, i);
      const vf root = ck_root(ck_factors(a->moments + out->c, 0, out, along, p, i), a->epsilon);
      level = ck_factors(a->sums, 0, out, along, p, i) * each;
      slope = ck_factors(a->sums + out->c, 0, out, along, p, i) * root * each;
    }
    const vf d = ck_get_upto(x + i, p->length - i) - form.mean;
    const vf v = ck_reaching(rectified, ck_get_upto(g + i, p->length - i), d, &form);
    ck_put_upto(to + i, form.scale * (v - (d * slope + level)), p->length - i);
  }
}

void CK_NAME(normalize_gradient_span, run)(const void *args, int64_t begin, int64_t end) {
  const ck_normalize_gradient_args *a = args;
  const ck_spans spans = ck_normalize_spans(a);
  const int along = ck_normalize_along(a);
  for (int64_t u = begin; u < end; u++) {
    const ck_span p = ck_span_at(&spans, u);
    if (a->beta) {
      ck_normalize_gradient_piece(1, a, along, &p);
    } else {
      ck_normalize_gradient_piece(0, a, along, &p);
    }
    if (!along) ck_span_zero_halo(&a->out, &p);
  }
}

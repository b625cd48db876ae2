// Spans for ops with a number per channel.
//
// Spans stay within a channel block, whose factors are one vector: its channels', or one channel's, splatted. Plain
// arrays of 1 × 1 pixels lie along the channels instead: then the row is the channels themselves.
#ifndef CK_FACTORS_H
#define CK_FACTORS_H

#include "../common/spans.h"

CK_INLINE int ck_along_channels(const ck_tensor *in, const ck_tensor *out) {
  return out->block == 1 && out->h == 1 && out->w == 1 && out->stride_c == 1 && in->stride_c == 1 &&
         ck_mergeable(out) != CK_BY_ROW;
}

CK_INLINE ck_spans ck_channel_spans(const ck_tensor *in, const ck_tensor *out) {
  if (ck_along_channels(in, out)) {
    const ck_tensor rows = {.n = out->n, .c = 1, .h = 1, .w = out->c, .block = 1};
    return ck_spans_of(&rows, CK_BY_ROW);
  }
  const int merged = ck_mergeable(in) >= CK_BY_BLOCK && ck_mergeable(out) >= CK_BY_BLOCK;
  return ck_spans_of(out, merged ? CK_BY_BLOCK : CK_BY_ROW);
}

// The factors of vector i of a span of `out`; NULL is `otherwise` for every channel.
CK_INLINE vf ck_factors(const float *factors, float otherwise, const ck_tensor *out, int along, const ck_span *p,
                        int64_t i) {
  if (!factors) return ck_splat(otherwise);
  if (along) return ck_load_upto(factors + p->start + i, p->length - i);
  if (out->block == 1) return ck_splat(factors[p->block]);
  return ck_load_upto(factors + p->block * CK_VL, out->c - p->block * CK_VL);
}

#endif

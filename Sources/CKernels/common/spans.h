// How elementwise kernels walk tensors: as spans of contiguous elements, as long as the layouts allow.
#ifndef CK_SPANS_H
#define CK_SPANS_H

#include "halo.h"
#include "storage.h"

// A longer span is cut in pieces; a multiple of every vector length.
enum { CK_PIECE = 4096 };

// How many axes, innermost first, can be walked as one span: 0 a row, 1 rows of a channel block, 2 blocks of an
// image, 3 images. A halo keeps the rows apart.
typedef enum { CK_BY_ROW, CK_BY_BLOCK, CK_BY_IMAGE, CK_WHOLE } ck_merge;

static inline ck_merge ck_mergeable(const ck_tensor *t) {
  if (t->halo_top || t->halo_bottom || t->halo_left || t->halo_right) return CK_BY_ROW;
  int64_t row = t->w * t->block, plane = t->h * row, image = ck_blocks(t) * plane;
  if (t->h > 1 && t->stride_h != row) return CK_BY_ROW;
  if (ck_blocks(t) > 1 && t->stride_c != plane) return CK_BY_BLOCK;
  return t->n > 1 && t->stride_n != image ? CK_BY_IMAGE : CK_WHOLE;
}

static inline ck_merge ck_mergeable_together(const ck_tensor *const *tensors, int count) {
  ck_merge merge = CK_WHOLE;
  for (int i = 0; i < count; i++) {
    const ck_merge m = ck_mergeable(tensors[i]);
    if (m < merge) merge = m;
  }
  return merge;
}

typedef struct {
  int64_t n, blocks, rows, length, pieces;
} ck_spans;

static inline ck_spans ck_spans_of(const ck_tensor *t, ck_merge merge) {
  ck_spans s = {t->n, ck_blocks(t), t->h, t->w * t->block, 0};
  if (merge >= CK_BY_BLOCK) s.length *= s.rows, s.rows = 1;
  if (merge >= CK_BY_IMAGE) s.length *= s.blocks, s.blocks = 1;
  if (merge >= CK_WHOLE) s.length *= s.n, s.n = 1;
  s.pieces = (s.length + CK_PIECE - 1) / CK_PIECE;
  return s;
}

static inline int64_t ck_span_units(const ck_spans *s) { return s->n * s->blocks * s->rows * s->pieces; }

// A unit is (image, block, row, piece).
typedef struct {
  int64_t n, block, row, start, length;
} ck_span;

static inline ck_span ck_span_at(const ck_spans *s, int64_t unit) {
  ck_span p = {.start = unit % s->pieces * CK_PIECE};
  unit /= s->pieces;
  p.row = unit % s->rows;
  p.block = unit / s->rows % s->blocks;
  p.n = unit / s->rows / s->blocks;
  p.length = s->length - p.start < CK_PIECE ? s->length - p.start : CK_PIECE;
  return p;
}

static inline ck_elem *ck_span_data(const ck_tensor *t, const ck_span *p) {
  return ck_data(t) + p->n * t->stride_n + p->block * t->stride_c + p->row * t->stride_h + p->start;
}

// Merged tensors have no halo, so a unit's row is a row of the tensor wherever there is something to zero.
static inline void ck_span_zero_halo(const ck_tensor *t, const ck_span *p) {
  if (p->start == 0) ck_zero_halo(t, p->n, p->block, p->row);
}

#endif

// How sums over all but the channels walk tensors: as strips of vectors, each lane of which belongs to one channel, or
// for plain images all of them.
#ifndef CK_STRIPS_H
#define CK_STRIPS_H

#include "../common/spans.h"

// Vectors longer than registers are passed to functions that are inlined.
#pragma clang diagnostic ignored "-Wpsabi"

typedef double vd __attribute__((ext_vector_type(CK_VL)));

CK_INLINE vd ck_double(vf v) { return __builtin_convertvector(v, vd); }
CK_INLINE vf ck_single(vd v) { return __builtin_convertvector(v, vf); }

CK_INLINE double ck_double_lanes_sum(vd v) {
  for (int width = CK_VL / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) v[i] += v[i + width];
  }
  return v[0];
}

// Floats that are summed before they are added to sums of doubles: they lie in the first cache, and no float adds up
// more than 64 others.
enum { CK_STRIP_FLOATS = 256 * CK_VL };

typedef enum {
  CK_STRIPS_BLOCKED,  // vectors of a block's channels
  CK_STRIPS_PLANE,    // a channel's pixels
  CK_STRIPS_COLUMNS,  // plain arrays of 1 × 1 pixels: neighbouring channels, example by example
} ck_strip_kind;

typedef struct {
  ck_strip_kind kind;
  int64_t groups;            // of channels: blocks, channels, vectors of channels
  int64_t rows, length;      // of the strips of a group in one example
  int64_t pieces;            // that each of these is cut in
  int64_t together;          // strips that make CK_STRIP_FLOATS
} ck_strips;

// A strip: `vectors` of them, `step` floats apart, `lanes` of each; of the last one `last`.
typedef struct {
  int64_t n, row, start, vectors, lanes, last;
} ck_strip;

// `other` lies along with `t`; it may be `t`.
static inline ck_strips ck_strips_of(const ck_tensor *t, const ck_tensor *other) {
  ck_strips s = {.kind = CK_STRIPS_BLOCKED, .groups = ck_blocks(t), .rows = t->h, .length = t->w * t->block};
  const int is_pixel = t->h == 1 && t->w == 1 && t->stride_c == 1 && other->stride_c == 1;
  if (t->block == 1 && is_pixel) {
    return (ck_strips){.kind = CK_STRIPS_COLUMNS, .groups = ck_ceil_div(t->c, CK_VL), .together = 1};
  }
  if (t->block == 1) s.kind = CK_STRIPS_PLANE;
  if (ck_mergeable(t) >= CK_BY_BLOCK && ck_mergeable(other) >= CK_BY_BLOCK) s.length *= s.rows, s.rows = 1;
  s.pieces = ck_ceil_div(s.length, CK_STRIP_FLOATS);
  s.together = ck_most(1, CK_STRIP_FLOATS / s.length);
  return s;
}

// Strips that `examples` of them have in one group.
static inline int64_t ck_strip_count(const ck_strips *s, int64_t examples) {
  return s->kind == CK_STRIPS_COLUMNS ? ck_ceil_div(examples, CK_STRIP_FLOATS / CK_VL) : examples * s->rows * s->pieces;
}

// Strip `i` of group `group` in the examples from `first` on, of which there are `examples`.
static inline ck_strip ck_strip_at(const ck_strips *s, const ck_tensor *t, int64_t group, int64_t first,
                                   int64_t examples, int64_t i) {
  if (s->kind == CK_STRIPS_COLUMNS) {
    enum { deep = CK_STRIP_FLOATS / CK_VL };
    const int64_t lanes = ck_least(CK_VL, t->c - group * CK_VL);
    return (ck_strip){first + i * deep, 0, group * CK_VL, ck_least(deep, examples - i * deep), lanes, lanes};
  }
  ck_strip p = {.start = i % s->pieces * CK_STRIP_FLOATS, .lanes = CK_VL};
  i /= s->pieces;
  p.row = i % s->rows;
  p.n = first + i / s->rows;
  const int64_t floats = ck_least(CK_STRIP_FLOATS, s->length - p.start);
  p.vectors = ck_ceil_div(floats, CK_VL);
  p.last = floats - (p.vectors - 1) * CK_VL;
  return p;
}

static inline const ck_elem *ck_strip_data(const ck_strips *s, const ck_tensor *t, int64_t group, const ck_strip *p) {
  const int64_t channels = s->kind == CK_STRIPS_COLUMNS ? 0 : group * t->stride_c;
  return ck_data(t) + p->n * t->stride_n + channels + p->row * t->stride_h + p->start;
}

CK_INLINE int64_t ck_strip_step(const ck_strips *s, const ck_tensor *t) {
  return s->kind == CK_STRIPS_COLUMNS ? t->stride_n : CK_VL;
}

// Elements of a channel in it.
CK_INLINE int64_t ck_strip_elements(const ck_strips *s, const ck_strip *p) {
  return s->kind == CK_STRIPS_PLANE ? (p->vectors - 1) * CK_VL + p->last : p->vectors;
}

// Whether all vectors but the last are whole, and that one, too, unless it is the end of a plane.
CK_INLINE int64_t ck_strip_whole(const ck_strip *p) {
  return p->lanes < CK_VL ? 0 : p->last < CK_VL ? p->vectors - 1 : p->vectors;
}

// Σ of one strip: four sums of every fourth vector.
CK_INLINE vf ck_strip_sum(const ck_elem *p, int64_t step, const ck_strip *s) {
  vf sums[4] = {(vf)0.0f, (vf)0.0f, (vf)0.0f, (vf)0.0f};
  const int64_t whole = ck_strip_whole(s);
  int64_t i = 0;
  for (; i + 4 <= whole; i += 4) {
    CK_UNROLL for (int k = 0; k < 4; k++) sums[k] += ck_get(p + (i + k) * step);
  }
  for (; i < whole; i++) sums[0] += ck_get(p + i * step);
  for (; i < s->vectors; i++) sums[1] += ck_get_over(ck_splat(0), p + i * step, i + 1 < s->vectors ? s->lanes : s->last);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

// Sums of a group as they are stored: each lane a channel, or all of them one.
static inline void ck_strip_store(const ck_strips *s, const ck_tensor *t, int64_t group, float *to, vd sums) {
  if (s->kind == CK_STRIPS_PLANE) {
    to[group] = (float)ck_double_lanes_sum(sums);
  } else {
    const vf v = ck_single(sums);
    ck_store_upto(to + group * CK_VL, v, ck_least(CK_VL, t->c - group * CK_VL));
  }
}

// The examples of one of `slices` parts.
typedef struct {
  int64_t first, count;
} ck_part;

static inline ck_part ck_part_of(int64_t examples, int64_t slices, int64_t slice) {
  const int64_t each = examples / slices, more = examples % slices;
  return (ck_part){slice * each + ck_least(slice, more), each + (slice < more)};
}

#endif

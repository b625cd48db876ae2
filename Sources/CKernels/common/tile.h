// The micro-kernel that convolution and dense layers share.
#ifndef CK_TILE_H
#define CK_TILE_H

#include "vector.h"

// A reduction over four nested loops, outermost first: n0..n3 steps of s0..s3 floats in the input. The innermost
// makes last3 steps, not n3, in the last round of the outermost: the last channel block may be narrower.
// The packed weights lie in the order of the reduction.
typedef struct {
  int64_t n0, n1, n2, n3, last3;
  int64_t s0, s1, s2, s3;
  // Weights that are needed later: each step of the reduction asks for the cache lines at `ahead`, then adds
  // `ahead_step` bytes. Lines that nobody has need not exist.
  const char *ahead;
  int64_t ahead_step;
} ck_nest;

enum { CK_TILE_MOST_M = 16, CK_TILE_MOST_ROWS = 2, CK_TILE_MOST_V = 4 };

// acc[r][i][j] = start[j] + Σ over the nest of in[r·row_step + i·step + offset] · weights[…][j], vectors j < v;
// without `start` from 0 on,
//
// for m pixels in each of `rows` rows and v vectors of outputs; a step of the reduction takes `width` packed
// floats and asks for `lines` cache lines of later weights. m, rows, v, width and lines are constants where this is
// called: m·rows·v accumulators stay in registers over the whole reduction, so m·rows·v + v + 1 must not exceed the
// register file. A constant `step` saves the address arithmetic. Every sum runs in the order of the nest, whatever
// the tile: tiles of any size give the same bits.
CK_INLINE void ck_tile(const int m, const int rows, const int v, const int64_t step, const int width,
                       const int lines, const float *in, const int64_t row_step, const float *weights,
                       const ck_nest *nest, const float *start,
                       vf acc[CK_TILE_MOST_ROWS][CK_TILE_MOST_M][CK_TILE_MOST_V]) {
  CK_UNROLL for (int r = 0; r < rows; r++) {
    CK_UNROLL for (int i = 0; i < m; i++) {
      CK_UNROLL for (int j = 0; j < v; j++) acc[r][i][j] = start ? ck_load(start + j * CK_VL) : (vf)0.0f;
    }
  }
  const int64_t n0 = nest->n0, n1 = nest->n1, n2 = nest->n2;
  const int64_t s3 = nest->s3, ahead_step = nest->ahead_step;
  const char *ahead = nest->ahead;
  for (int64_t i0 = 0; i0 < n0; i0++) {
    const int64_t n3 = i0 == n0 - 1 ? nest->last3 : nest->n3;
    for (int64_t i1 = 0; i1 < n1; i1++) {
      for (int64_t i2 = 0; i2 < n2; i2++) {
        const float *p = in + i0 * nest->s0 + i1 * nest->s1 + i2 * nest->s2;
        for (int64_t i3 = 0; i3 < n3; i3++) {
          vf w[CK_TILE_MOST_V];
          CK_UNROLL for (int j = 0; j < v; j++) w[j] = ck_load(weights + j * CK_VL);
          CK_UNROLL for (int r = 0; r < rows; r++) {
            CK_UNROLL for (int i = 0; i < m; i++) {
              const vf x = ck_splat(p[r * row_step + i * step]);
              CK_UNROLL for (int j = 0; j < v; j++) acc[r][i][j] = x * w[j] + acc[r][i][j];
            }
          }
          CK_UNROLL for (int j = 0; j < lines; j++) __builtin_prefetch(ahead + j * 64);
          ahead += ahead_step;
          weights += width;
          p += s3;
        }
      }
    }
  }
}

#endif

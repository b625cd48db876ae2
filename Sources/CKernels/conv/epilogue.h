// What follows a tile of sums in a convolution.
#ifndef CK_CONV_EPILOGUE_H
#define CK_CONV_EPILOGUE_H

#include "../common/activation.h"
#include "../common/halo.h"
#include "../common/tile.h"
#include "bias.h"

// out = act(sums + bias + residual) for `pixels` pixels from (n, y, x) on, of channel block cb: a vector each.
CK_INLINE void ck_conv_epilogue(const ck_conv2d_args *a, const float *sums, const float *bias, int64_t pixels,
                                int64_t n, int64_t cb, int64_t y, int64_t x) {
  const ck_tensor *t = &a->out, *res = &a->residual;
  float *to = t->data + n * t->stride_n + cb * t->stride_c + y * t->stride_h + x * CK_VL;
  const float *add = NULL;
  if (res->data) add = res->data + n * res->stride_n + cb * res->stride_c + y * res->stride_h + x * CK_VL;
  const vf b = ck_load(bias);
  for (int64_t i = 0; i < pixels * CK_VL; i += CK_VL) {
    const vf s = ck_load(sums + i) + b;
    ck_store(to + i, add ? s + ck_load(add + i) : s);
  }
  ck_activate_in_place(to, pixels * CK_VL, &a->activation);
}

// Where the sums of a tile go that are still in registers, and what follows them.
typedef struct {
  float *to;  // the tile's first pixel in its first channel block
  int64_t row, block;  // floats from one row of `to` to the next, from one channel block to the next
  const float *add;    // the same pixel of the residual, or NULL
  int64_t add_row, add_block;
  const float *bias;  // whole vectors, with which the sums begin
  int rectify, clip;
  float least, most;  // of what is clipped
} ck_finish;

CK_INLINE ck_finish ck_finish_of(const ck_conv2d_args *a, const float *bias, int64_t n, int64_t cb, int64_t y) {
  const ck_tensor *t = &a->out, *res = &a->residual;
  ck_finish f = {.row = t->stride_h, .block = t->stride_c, .add_row = res->stride_h, .add_block = res->stride_c,
                 .bias = bias, .rectify = a->activation.kind == CK_RECTIFY,
                 .clip = a->activation.kind == CK_CLIP, .least = a->activation.p0, .most = a->activation.p1};
  f.to = t->data + n * t->stride_n + cb * t->stride_c + y * t->stride_h;
  if (res->data) f.add = res->data + n * res->stride_n + cb * res->stride_c + y * res->stride_h;
  return f;
}

// out = acc + residual, rectified or clipped where that is wanted, for m pixels from `x` on, in each of `rows` rows and
// v channel blocks.
CK_INLINE void ck_finish_tile(const int m, const int rows, const int v, const ck_finish *f, const int64_t x,
                              vf acc[CK_TILE_MOST_ROWS][CK_TILE_MOST_M][CK_TILE_MOST_V]) {
#define CK_EACH_SUM                            \
  CK_UNROLL for (int j = 0; j < v; j++)        \
  CK_UNROLL for (int r = 0; r < rows; r++)     \
  CK_UNROLL for (int i = 0; i < m; i++)
  if (f->add) {
    const float *add = f->add + x * CK_VL;
    CK_EACH_SUM acc[r][i][j] += ck_load(add + j * f->add_block + r * f->add_row + i * CK_VL);
  }
  if (f->rectify) CK_EACH_SUM acc[r][i][j] = 0.0f > acc[r][i][j] ? (vf)0.0f : acc[r][i][j];
  if (f->clip) {
    const vf least = ck_splat(f->least), most = ck_splat(f->most);
    CK_EACH_SUM acc[r][i][j] = ck_activate(CK_CLIP, acc[r][i][j], least, most);
  }
  float *to = f->to + x * CK_VL;
  CK_EACH_SUM ck_store(to + j * f->block + r * f->row + i * CK_VL, acc[r][i][j]);
#undef CK_EACH_SUM
}

// What `ck_finish_tile` cannot do in registers: any other activation, of a whole row of channel block j.
CK_INLINE void ck_finish_row(const ck_conv2d_args *a, const ck_finish *f, int64_t j, int64_t r) {
  if (!f->rectify && !f->clip) ck_activate_in_place(f->to + j * f->block + r * f->row, a->out.w * CK_VL, &a->activation);
}

#endif

// What follows a tile of sums in a bf16 row: results are rounded once, when they are stored.
#ifndef CK_BF16_EPILOGUE_H
#define CK_BF16_EPILOGUE_H

#include "../common/activation.h"
#include "../common/halo.h"
#include "../common/pair_tile.h"
#include "../conv/bias.h"

// Stores `count` floats at element `at` of memory that holds bf16, or floats.
CK_INLINE void ck_store_as(int32_t storage, void *data, int64_t at, const float *line, int64_t count) {
  if (storage == CK_BF16) {
    for (int64_t i = 0; i < count; i += CK_VL) ck_put_upto((ck_elem *)data + at + i, ck_load(line + i), count - i);
  } else {
    memcpy((float *)data + at, line, (size_t)count * sizeof(float));
  }
}

// Whether sums can become results in registers.
CK_INLINE int ck_pair_is_plain(const ck_conv2d_args *a) {
  const int32_t kind = a->activation.kind;
  return (kind == CK_LINEAR || kind == CK_RECTIFY || kind == CK_CLIP) && a->out.storage == CK_BF16;
}

// Where the sums of a tile go that are still in registers.
typedef struct {
  ck_elem *to;         // the tile's first pixel in its first channel block
  int64_t row, block;  // elements from one row of `to` to the next, from one channel block to the next
  const ck_elem *add;  // the same pixel of the residual, or NULL
  int64_t add_row, add_block;
  const float *bias;  // whole vectors
  vf least, most;     // no result is below or above
} ck_pair_finish;

// Of the pixel (n, y, 0) in channel block cb.
CK_INLINE ck_pair_finish ck_pair_finish_of(const ck_conv2d_args *a, const float *bias, int64_t n, int64_t cb,
                                           int64_t y) {
  const ck_tensor *t = &a->out, *res = &a->residual;
  const int clip = a->activation.kind == CK_CLIP;
  const float least = a->activation.kind == CK_RECTIFY ? 0 : -INFINITY;
  ck_pair_finish f = {.row = t->stride_h, .block = t->stride_c, .add_row = res->stride_h, .add_block = res->stride_c,
                      .bias = bias, .least = ck_splat(clip ? a->activation.p0 : least),
                      .most = ck_splat(clip ? a->activation.p1 : INFINITY)};
  f.to = ck_data(t) + n * t->stride_n + cb * t->stride_c + y * t->stride_h;
  if (res->data) f.add = ck_data(res) + n * res->stride_n + cb * res->stride_c + y * res->stride_h;
  return f;
}

CK_INLINE void ck_pair_finish_one(const ck_pair_finish *f, vf s, int64_t r, int64_t j, int64_t x) {
  s += ck_load(f->bias + j * CK_VL);
  if (f->add) s += ck_get(f->add + j * f->add_block + r * f->add_row + x * CK_VL);
  ck_put(f->to + j * f->block + r * f->row + x * CK_VL, ck_activate(CK_CLIP, s, f->least, f->most));
}

// For m pixels from x on, in each of `rows` rows and v channel blocks.
CK_INLINE void ck_pair_finish_tile(const int m, const int rows, const int v, const ck_pair_finish *f, int64_t x,
                                   ck_pair_sums acc) {
  CK_PAIR_EACH_SUM ck_pair_finish_one(f, acc[r][i][j], r, j, x + i);
}

// out = act(sums + bias + residual) for `pixels` ≤ 16 pixels from (n, y, x) on, channel blocks cb … cb + v − 1.
// sums[i·v + j] is the vector of pixel i, block cb + j; `bias` has v whole vectors. `residual` is stored as bf16, `out`
// as its storage says.
CK_INLINE void ck_pair_epilogue(const ck_conv2d_args *a, const float *sums, const float *bias, int64_t v,
                                int64_t pixels, int64_t n, int64_t cb, int64_t y, int64_t x) {
  const ck_tensor *t = &a->out, *res = &a->residual;
  if (ck_pair_is_plain(a)) {
    const ck_pair_finish finish = ck_pair_finish_of(a, bias, n, cb, y);
    for (int64_t j = 0; j < v; j++) {
      for (int64_t i = 0; i < pixels; i++) {
        ck_pair_finish_one(&finish, ck_load(sums + (i * v + j) * CK_VL), 0, j, x + i);
      }
    }
    return;
  }
  for (int64_t j = 0; j < v; j++) {
    const int64_t at = n * t->stride_n + (cb + j) * t->stride_c + y * t->stride_h + x * CK_VL;
    const vf b = ck_load(bias + j * CK_VL);
    const ck_elem *add =
        res->data ? ck_data(res) + n * res->stride_n + (cb + j) * res->stride_c + y * res->stride_h + x * CK_VL : NULL;
    float line[16 * CK_VL];
    for (int64_t i = 0; i < pixels; i++) {
      vf s = ck_load(sums + (i * v + j) * CK_VL) + b;
      if (add) s += ck_get(add + i * CK_VL);
      ck_store(line + i * CK_VL, s);
    }
    ck_activate_floats(line, pixels * CK_VL, &a->activation);
    ck_store_as(t->storage, t->data, at, line, pixels * CK_VL);
  }
}

// Of one channel block, a vector for each pixel.
CK_INLINE void ck_conv_epilogue(const ck_conv2d_args *a, const float *sums, const float *bias, int64_t pixels,
                                int64_t n, int64_t cb, int64_t y, int64_t x) {
  ck_pair_epilogue(a, sums, bias, 1, pixels, n, cb, y, x);
}

#endif

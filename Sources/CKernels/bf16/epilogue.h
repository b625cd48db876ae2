// What follows a tile of sums in a bf16 row: results are rounded once, when they are stored.
#ifndef CK_BF16_EPILOGUE_H
#define CK_BF16_EPILOGUE_H

#include "../common/activation.h"
#include "../common/halo.h"
#include "../conv/bias.h"

// Stores `count` floats at element `at` of memory that holds bf16, or floats.
CK_INLINE void ck_store_as(int32_t storage, void *data, int64_t at, const float *line, int64_t count) {
  if (storage == CK_BF16) {
    for (int64_t i = 0; i < count; i += CK_VL) ck_put_upto((ck_elem *)data + at + i, ck_load(line + i), count - i);
  } else {
    memcpy((float *)data + at, line, (size_t)count * sizeof(float));
  }
}

// out = act(sums + bias + residual) for `pixels` ≤ 16 pixels from (n, y, x) on, channel blocks cb … cb + v − 1.
// sums[i·v + j] is the vector of pixel i, block cb + j; `bias` has v whole vectors. `residual` is stored as bf16, `out`
// as its storage says.
CK_INLINE void ck_pair_epilogue(const ck_conv2d_args *a, const float *sums, const float *bias, int64_t v,
                                int64_t pixels, int64_t n, int64_t cb, int64_t y, int64_t x) {
  const ck_tensor *t = &a->out, *res = &a->residual;
  const int plain = a->activation.kind == CK_LINEAR || a->activation.kind == CK_RECTIFY;
  const vf least = ck_splat(a->activation.kind == CK_RECTIFY ? 0 : -INFINITY);
  for (int64_t j = 0; j < v; j++) {
    const int64_t at = n * t->stride_n + (cb + j) * t->stride_c + y * t->stride_h + x * CK_VL;
    const vf b = ck_load(bias + j * CK_VL);
    const ck_elem *add =
        res->data ? ck_data(res) + n * res->stride_n + (cb + j) * res->stride_c + y * res->stride_h + x * CK_VL : NULL;
    if (plain && t->storage == CK_BF16) {
      ck_elem *to = ck_data(t) + at;
      for (int64_t i = 0; i < pixels; i++) {
        vf s = ck_load(sums + (i * v + j) * CK_VL) + b;
        if (add) s += ck_get(add + i * CK_VL);
        ck_put(to + i * CK_VL, least > s ? least : s);
      }
      continue;
    }
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

// What follows a tile of sums in a convolution.
#ifndef CK_CONV_EPILOGUE_H
#define CK_CONV_EPILOGUE_H

#include "../common/activation.h"
#include "../common/halo.h"
#include "bias.h"

// out = act(sums + bias + residual) for `pixels` pixels from (n, y, x) on, channel blocks cb … cb + v − 1.
// sums[i·v + j] is the vector of pixel i, block cb + j; `bias` has v whole vectors.
CK_INLINE void ck_conv_epilogue(const ck_conv2d_args *a, const float *sums, const float *bias, int64_t v,
                                int64_t pixels, int64_t n, int64_t cb, int64_t y, int64_t x) {
  for (int64_t j = 0; j < v; j++) {
    const ck_tensor *t = &a->out, *res = &a->residual;
    float *to = t->data + n * t->stride_n + (cb + j) * t->stride_c + y * t->stride_h + x * CK_VL;
    const vf b = ck_load(bias + j * CK_VL);
    if (res->data) {
      const float *add = res->data + n * res->stride_n + (cb + j) * res->stride_c + y * res->stride_h + x * CK_VL;
      for (int64_t i = 0; i < pixels; i++) {
        ck_store(to + i * CK_VL, ck_load(sums + (i * v + j) * CK_VL) + b + ck_load(add + i * CK_VL));
      }
    } else if (a->activation.kind == CK_RECTIFY) {
      for (int64_t i = 0; i < pixels; i++) {
        vf s = ck_load(sums + (i * v + j) * CK_VL) + b;
        ck_store(to + i * CK_VL, 0.0f > s ? (vf)0.0f : s);
      }
      continue;
    } else {
      for (int64_t i = 0; i < pixels; i++) ck_store(to + i * CK_VL, ck_load(sums + (i * v + j) * CK_VL) + b);
    }
    ck_activate_in_place(to, pixels * CK_VL, &a->activation);
  }
}

#endif

// Depthwise convolution of bf16: one filter per channel, a vector of channels at a time, in floats.
//
// A pixel is read into floats once for each row of the filter and serves every tap of that row that it can: the
// conversion costs as much as the product. Filters of 3 and 5 columns at stride 1 and 2 have functions of their own.
// Weights are packed as floats, as for `../conv/depthwise.h`: they are few. Needs groups == in.c == out.c and a blocked
// input. The including file sets CK_PAIR_DEPTHWISE_M, the most pixels of a tile, and CK_PAIR_DEPTHWISE_EACH_M(X).
// A unit is (block, image, row).
#include "../common/storage.h"
#include "epilogue.h"

// Of m pixels from x on. Sums that need more than `finish` does go to `sums`, where it is not NULL.
typedef void (*ck_pair_depthwise_micro)(const ck_conv2d_args *a, const ck_elem *in, const float *weights,
                                        const ck_pair_finish *finish, int64_t x, float *sums);

// `columns` taps at distance 1 and a stride of `stride`, both constants; or any (0).
CK_INLINE void ck_pair_depthwise_tile(const int m, const int columns, const int stride, const ck_conv2d_args *a,
                                      const ck_elem *in, const float *weights, const ck_pair_finish *finish, int64_t x,
                                      float *sums) {
  enum { most = 2 * CK_PAIR_DEPTHWISE_M + 5 };
  vf acc[CK_PAIR_DEPTHWISE_M];
  CK_UNROLL for (int i = 0; i < m; i++) acc[i] = (vf)0.0f;
  const int64_t down = a->dilation_h * a->in.stride_h, right = a->dilation_w * CK_VL, step = a->stride_w * CK_VL;
  for (int64_t ky = 0; ky < a->kernel_h; ky++) {
    const ck_elem *p = in + ky * down;
    if (columns > 0) {
      vf pixels[most];
      CK_UNROLL for (int i = 0; i < (m - 1) * stride + columns; i++) pixels[i] = ck_get(p + i * CK_VL);
      CK_UNROLL for (int kx = 0; kx < columns; kx++) {
        const vf w = ck_load(weights + kx * CK_VL);
        CK_UNROLL for (int i = 0; i < m; i++) acc[i] = pixels[i * stride + kx] * w + acc[i];
      }
      weights += columns * CK_VL;
      continue;
    }
    for (int64_t kx = 0; kx < a->kernel_w; kx++) {
      const vf w = ck_load(weights);
      CK_UNROLL for (int i = 0; i < m; i++) acc[i] = ck_get(p + i * step) * w + acc[i];
      weights += CK_VL;
      p += right;
    }
  }
  if (sums) {
    CK_UNROLL for (int i = 0; i < m; i++) ck_store(sums + i * CK_VL, acc[i]);
  } else {
    CK_UNROLL for (int i = 0; i < m; i++) ck_pair_finish_one(finish, acc[i], 0, 0, x + i);
  }
}

#define CK_DEPTHWISE_MICRO(kind, columns, stride, m)                                                               \
  static void pair_depthwise_##kind##_##m(const ck_conv2d_args *a, const ck_elem *in, const float *weights,        \
                                          const ck_pair_finish *finish, int64_t x, float *sums) {                  \
    ck_pair_depthwise_tile(m, columns, stride, a, in, weights, finish, x, sums);                                   \
  }
#define CK_DEPTHWISE_MICROS(m)                                                                                     \
  CK_DEPTHWISE_MICRO(any, 0, 0, m) CK_DEPTHWISE_MICRO(3_1, 3, 1, m) CK_DEPTHWISE_MICRO(3_2, 3, 2, m)               \
  CK_DEPTHWISE_MICRO(5_1, 5, 1, m) CK_DEPTHWISE_MICRO(5_2, 5, 2, m)
CK_PAIR_DEPTHWISE_EACH_M(CK_DEPTHWISE_MICROS)

#define CK_DEPTHWISE_ANY(m) [m] = pair_depthwise_any_##m,
#define CK_DEPTHWISE_3_1(m) [m] = pair_depthwise_3_1_##m,
#define CK_DEPTHWISE_3_2(m) [m] = pair_depthwise_3_2_##m,
#define CK_DEPTHWISE_5_1(m) [m] = pair_depthwise_5_1_##m,
#define CK_DEPTHWISE_5_2(m) [m] = pair_depthwise_5_2_##m,
static const ck_pair_depthwise_micro ck_pair_depthwise_micros[5][CK_PAIR_DEPTHWISE_M + 1] = {
    {CK_PAIR_DEPTHWISE_EACH_M(CK_DEPTHWISE_ANY)}, {CK_PAIR_DEPTHWISE_EACH_M(CK_DEPTHWISE_3_1)},
    {CK_PAIR_DEPTHWISE_EACH_M(CK_DEPTHWISE_3_2)}, {CK_PAIR_DEPTHWISE_EACH_M(CK_DEPTHWISE_5_1)},
    {CK_PAIR_DEPTHWISE_EACH_M(CK_DEPTHWISE_5_2)},
};

#define CK_DEPTHWISE(what) CK_TILED(conv2d_depthwise, CK_PAIR_DEPTHWISE_M, CK_PAIR_DEPTHWISE_N, what)

int64_t CK_DEPTHWISE(units)(const void *args) {
  const ck_conv2d_args *a = args;
  return ck_ceil_div(a->out.c, CK_VL) * a->out.n * a->out.h;
}

void CK_DEPTHWISE(run)(const void *args, int64_t begin, int64_t end) {
  const ck_conv2d_args *a = args;
  const ck_tensor *in = &a->in, *out = &a->out;
  const int64_t rows = out->n * out->h, taps = a->kernel_h * a->kernel_w;
  const int64_t pieces = ck_ceil_div(out->w, CK_PAIR_DEPTHWISE_M);
  const int near = a->dilation_w == 1 && a->stride_w <= 2;
  const int kind = near && a->kernel_w == 3 ? (int)a->stride_w : near && a->kernel_w == 5 ? 2 + (int)a->stride_w : 0;
  const int plain = ck_pair_is_plain(a);
  _Alignas(64) float sums[CK_PAIR_DEPTHWISE_M * CK_VL], bias[CK_VL];
  for (int64_t u = begin; u < end; u++) {
    const int64_t cb = u / rows, n = u % rows / out->h, y = u % out->h;
    const ck_elem *row = ck_data(in) + n * in->stride_n + cb * in->stride_c +
                         (y * a->stride_h - a->pad_top) * in->stride_h - a->pad_left * CK_VL;
    ck_conv_bias(a, cb * CK_VL, CK_VL, bias);
    const ck_pair_finish finish = ck_pair_finish_of(a, bias, n, cb, y);
    for (int64_t piece = 0; piece < pieces; piece++) {
      const int64_t x = out->w * piece / pieces, m = out->w * (piece + 1) / pieces - x;
      ck_pair_depthwise_micros[kind][m](a, row + x * a->stride_w * CK_VL, a->weights + cb * taps * CK_VL, &finish, x,
                                        plain ? NULL : sums);
      if (plain) continue;
      ck_pair_epilogue(a, sums, bias, 1, m, n, cb, y, x);
    }
    ck_zero_halo(out, n, cb, y);
  }
}

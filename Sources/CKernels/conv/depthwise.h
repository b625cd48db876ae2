// Depthwise convolution: one filter per channel, a vector of channels at a time.
//
// Needs groups == in.c == out.c and a blocked input. The including file sets CK_DEPTHWISE_M, the most pixels of a
// tile, and CK_DEPTHWISE_EACH_M(X). Packed weights: [channel block][ky][kx][lane]. A unit is (block, image, row).
#include "../common/vector.h"
#include "epilogue.h"

typedef void (*ck_depthwise_micro)(const ck_conv2d_args *a, const float *in, const float *weights, float *sums);

CK_INLINE void ck_depthwise_tile(const int m, const int64_t step, const ck_conv2d_args *a, const float *in,
                                 const float *weights, float *sums) {
  vf acc[CK_DEPTHWISE_M];
  CK_UNROLL for (int i = 0; i < m; i++) acc[i] = (vf)0.0f;
  const int64_t down = a->dilation_h * a->in.stride_h, right = a->dilation_w * CK_VL;
  const int64_t kernel_h = a->kernel_h, kernel_w = a->kernel_w;
  for (int64_t ky = 0; ky < kernel_h; ky++) {
    const float *p = in + ky * down;
    for (int64_t kx = 0; kx < kernel_w; kx++) {
      const vf w = ck_load(weights);
      CK_UNROLL for (int i = 0; i < m; i++) acc[i] = ck_load(p + i * step) * w + acc[i];
      weights += CK_VL;
      p += right;
    }
  }
  CK_UNROLL for (int i = 0; i < m; i++) ck_store(sums + i * CK_VL, acc[i]);
}

#define CK_DEPTHWISE_MICRO(kind, step, m)                                                                          \
  static void depthwise_##kind##_##m(const ck_conv2d_args *a, const float *in, const float *weights, float *sums) { \
    ck_depthwise_tile(m, step, a, in, weights, sums);                                                              \
  }
#define CK_DEPTHWISE_MICROS(m)                                                                                     \
  CK_DEPTHWISE_MICRO(stride_1, CK_VL, m) CK_DEPTHWISE_MICRO(stride_2, 2 * CK_VL, m)                                \
  CK_DEPTHWISE_MICRO(stride_any, a->stride_w * CK_VL, m)
CK_DEPTHWISE_EACH_M(CK_DEPTHWISE_MICROS)

#define CK_DEPTHWISE_1(m) [m] = depthwise_stride_1_##m,
#define CK_DEPTHWISE_2(m) [m] = depthwise_stride_2_##m,
#define CK_DEPTHWISE_ANY(m) [m] = depthwise_stride_any_##m,
static const ck_depthwise_micro ck_depthwise_micros[3][CK_DEPTHWISE_M + 1] = {
    {CK_DEPTHWISE_EACH_M(CK_DEPTHWISE_1)},
    {CK_DEPTHWISE_EACH_M(CK_DEPTHWISE_2)},
    {CK_DEPTHWISE_EACH_M(CK_DEPTHWISE_ANY)},
};

#define CK_DEPTHWISE(what) CK_TILED(conv2d_depthwise, CK_DEPTHWISE_M, CK_DEPTHWISE_N, what)

int64_t CK_DEPTHWISE(units)(const void *args) {
  const ck_conv2d_args *a = args;
  return ck_ceil_div(a->out.c, CK_VL) * a->out.n * a->out.h;
}

void CK_DEPTHWISE(run)(const void *args, int64_t begin, int64_t end) {
  const ck_conv2d_args *a = args;
  const ck_tensor *in = &a->in, *out = &a->out;
  const int64_t rows = out->n * out->h, taps = a->kernel_h * a->kernel_w;
  const int64_t pieces = ck_ceil_div(out->w, CK_DEPTHWISE_M);
  const int kind = a->stride_w == 1 ? 0 : a->stride_w == 2 ? 1 : 2;
  _Alignas(64) float sums[CK_DEPTHWISE_M * CK_VL], bias[CK_VL];
  for (int64_t u = begin; u < end; u++) {
    const int64_t cb = u / rows, n = u % rows / out->h, y = u % out->h;
    const float *row = in->data + n * in->stride_n + cb * in->stride_c +
                       (y * a->stride_h - a->pad_top) * in->stride_h - a->pad_left * CK_VL;
    ck_conv_bias(a, cb * CK_VL, CK_VL, bias);
    for (int64_t piece = 0; piece < pieces; piece++) {
      const int64_t x = out->w * piece / pieces, m = out->w * (piece + 1) / pieces - x;
      ck_depthwise_micros[kind][m](a, row + x * a->stride_w * CK_VL, a->weights + cb * taps * CK_VL, sums);
      ck_conv_epilogue(a, sums, bias, 1, m, n, cb, y, x);
    }
    ck_zero_halo(out, n, cb, y);
  }
}

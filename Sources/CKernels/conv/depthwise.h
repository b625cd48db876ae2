// Depthwise convolution: one filter per channel, a vector of channels at a time.
//
// Needs groups == in.c == out.c and a blocked input. The including file sets CK_DEPTHWISE_M, the most pixels of a
// tile, CK_DEPTHWISE_EACH_M(X), which applies X to 1 … CK_DEPTHWISE_M, and the same for tiles of two rows:
// CK_DEPTHWISE_PAIR_M, CK_DEPTHWISE_EACH_PAIR(X). Packed weights: [channel block][ky][kx][lane]. A unit is (block,
// image, row).
#include "epilogue.h"

typedef void (*ck_depthwise_micro)(const ck_conv2d_args *a, const float *in, const float *weights,
                                   const ck_finish *finish, int64_t x);

// Any filter, stride and dilation: a row of m pixels.
CK_INLINE void ck_depthwise_any(const int m, const ck_conv2d_args *a, const float *in, const float *weights,
                                const ck_finish *finish, int64_t x) {
  vf acc[CK_TILE_MOST_ROWS][CK_TILE_MOST_M][CK_TILE_MOST_V];
  const vf bias = ck_load(finish->bias);
  CK_UNROLL for (int i = 0; i < m; i++) acc[0][i][0] = bias;
  const int64_t step = a->stride_w * CK_VL, down = a->dilation_h * a->in.stride_h, right = a->dilation_w * CK_VL;
  in += x * step;
  for (int64_t ky = 0; ky < a->kernel_h; ky++) {
    const float *p = in + ky * down;
    for (int64_t kx = 0; kx < a->kernel_w; kx++) {
      const vf w = ck_load(weights);
      CK_UNROLL for (int i = 0; i < m; i++) acc[0][i][0] = ck_load(p + i * step) * w + acc[0][i][0];
      weights += CK_VL;
      p += right;
    }
  }
  ck_finish_tile(m, 1, 1, finish, x, acc);
}

// k × k filters at stride s: m pixels in each of `rows` rows. A row of input is read once, for all rows of output and
// all taps; every sum still runs over ky, then kx.
CK_INLINE void ck_depthwise_square(const int k, const int s, const int rows, const int m, const ck_conv2d_args *a,
                                   const float *in, const float *weights, const ck_finish *finish, int64_t x) {
  enum { most_k = 5 };
  vf acc[CK_TILE_MOST_ROWS][CK_TILE_MOST_M][CK_TILE_MOST_V];
  in += x * s * CK_VL;
  const vf bias = ck_load(finish->bias);
  CK_UNROLL for (int r = 0; r < rows; r++) {
    CK_UNROLL for (int i = 0; i < m; i++) acc[r][i][0] = bias;
  }
  CK_UNROLL for (int iy = 0; iy < (rows - 1) * s + k; iy++, in += a->in.stride_h) {
    vf w[CK_TILE_MOST_ROWS][most_k];
    CK_UNROLL for (int r = 0; r < rows; r++) {
      const int ky = iy - r * s;
      CK_UNROLL for (int kx = 0; kx < k; kx++) {
        if (ky >= 0 && ky < k) w[r][kx] = ck_load(weights + (ky * k + kx) * CK_VL);
      }
    }
    CK_UNROLL for (int ix = 0; ix < (m - 1) * s + k; ix++) {
      const vf pixel = ck_load(in + ix * CK_VL);
      CK_UNROLL for (int r = 0; r < rows; r++) {
        const int ky = iy - r * s;
        CK_UNROLL for (int i = 0; i < m; i++) {
          const int kx = ix - i * s;
          if (ky < 0 || ky >= k || kx < 0 || kx >= k) continue;
          acc[r][i][0] = pixel * w[r][kx] + acc[r][i][0];
        }
      }
    }
  }
  ck_finish_tile(m, rows, 1, finish, x, acc);
}

#define CK_DEPTHWISE_ANY(m)                                                                            \
  static void depthwise_any_##m(const ck_conv2d_args *a, const float *in, const float *weights,        \
                                const ck_finish *finish, int64_t x) {                                  \
    ck_depthwise_any(m, a, in, weights, finish, x);                                                    \
  }
#define CK_DEPTHWISE_SQUARE(k, s, rows, m)                                                             \
  static void depthwise_##k##_##s##_##rows##_##m(const ck_conv2d_args *a, const float *in,             \
                                                 const float *weights, const ck_finish *finish,        \
                                                 int64_t x) {                                          \
    ck_depthwise_square(k, s, rows, m, a, in, weights, finish, x);                                     \
  }
#define CK_DEPTHWISE_MICROS(m)                                                              \
  CK_DEPTHWISE_ANY(m) CK_DEPTHWISE_SQUARE(3, 1, 1, m) CK_DEPTHWISE_SQUARE(3, 2, 1, m)       \
  CK_DEPTHWISE_SQUARE(5, 1, 1, m) CK_DEPTHWISE_SQUARE(5, 2, 1, m)
#define CK_DEPTHWISE_PAIRS(m) CK_DEPTHWISE_SQUARE(3, 1, 2, m) CK_DEPTHWISE_SQUARE(3, 2, 2, m)
CK_DEPTHWISE_EACH_M(CK_DEPTHWISE_MICROS)
CK_DEPTHWISE_EACH_PAIR(CK_DEPTHWISE_PAIRS)

enum { CK_DEPTHWISE_3, CK_DEPTHWISE_3S2, CK_DEPTHWISE_5, CK_DEPTHWISE_5S2, CK_DEPTHWISE_OTHER, CK_DEPTHWISE_KINDS };

#define CK_ENTRY_ANY(m) [m] = depthwise_any_##m,
#define CK_ENTRY_3(m) [m] = depthwise_3_1_1_##m,
#define CK_ENTRY_3S2(m) [m] = depthwise_3_2_1_##m,
#define CK_ENTRY_5(m) [m] = depthwise_5_1_1_##m,
#define CK_ENTRY_5S2(m) [m] = depthwise_5_2_1_##m,
#define CK_ENTRY_PAIR_3(m) [m] = depthwise_3_1_2_##m,
#define CK_ENTRY_PAIR_3S2(m) [m] = depthwise_3_2_2_##m,
static const ck_depthwise_micro ck_depthwise_single[CK_DEPTHWISE_KINDS][CK_DEPTHWISE_M + 1] = {
    [CK_DEPTHWISE_3] = {CK_DEPTHWISE_EACH_M(CK_ENTRY_3)},    [CK_DEPTHWISE_3S2] = {CK_DEPTHWISE_EACH_M(CK_ENTRY_3S2)},
    [CK_DEPTHWISE_5] = {CK_DEPTHWISE_EACH_M(CK_ENTRY_5)},    [CK_DEPTHWISE_5S2] = {CK_DEPTHWISE_EACH_M(CK_ENTRY_5S2)},
    [CK_DEPTHWISE_OTHER] = {CK_DEPTHWISE_EACH_M(CK_ENTRY_ANY)},
};
static const ck_depthwise_micro ck_depthwise_pair[2][CK_DEPTHWISE_PAIR_M + 1] = {
    [CK_DEPTHWISE_3] = {CK_DEPTHWISE_EACH_PAIR(CK_ENTRY_PAIR_3)},
    [CK_DEPTHWISE_3S2] = {CK_DEPTHWISE_EACH_PAIR(CK_ENTRY_PAIR_3S2)},
};

#define CK_DEPTHWISE(what) CK_TILED(conv2d_depthwise, CK_DEPTHWISE_M, CK_DEPTHWISE_N, what)

int64_t CK_DEPTHWISE(units)(const void *args) {
  const ck_conv2d_args *a = args;
  return ck_ceil_div(a->out.c, CK_VL) * a->out.n * a->out.h;
}

static int ck_depthwise_kind(const ck_conv2d_args *a) {
  const int is_square = a->kernel_h == a->kernel_w && a->stride_h == a->stride_w && a->stride_w <= 2 &&
                        a->dilation_h == 1 && a->dilation_w == 1;
  if (!is_square || (a->kernel_w != 3 && a->kernel_w != 5)) return CK_DEPTHWISE_OTHER;
  return (a->kernel_w == 3 ? CK_DEPTHWISE_3 : CK_DEPTHWISE_5) + (a->stride_w == 2);
}

void CK_DEPTHWISE(run)(const void *args, int64_t begin, int64_t end) {
  const ck_conv2d_args *a = args;
  const ck_tensor *in = &a->in, *out = &a->out;
  const int64_t rows = out->n * out->h, taps = a->kernel_h * a->kernel_w;
  const int64_t single_pieces = ck_ceil_div(out->w, CK_DEPTHWISE_M);
  const int64_t pair_pieces = ck_ceil_div(out->w, CK_DEPTHWISE_PAIR_M);
  const int kind = ck_depthwise_kind(a);
  _Alignas(64) float bias[CK_VL];
  int64_t cb = begin / rows, n = begin % rows / out->h, y = begin % out->h, ready = -1;
  for (int64_t u = begin, taken; u < end; u += taken) {
    if (cb != ready) ck_conv_bias(a, cb * CK_VL, CK_VL, bias);
    ready = cb;
    const float *row = in->data + n * in->stride_n + cb * in->stride_c +
                       (y * a->stride_h - a->pad_top) * in->stride_h - a->pad_left * CK_VL;
    const float *weights = a->weights + cb * taps * CK_VL;
    const ck_finish finish = ck_finish_of(a, bias, n, cb, y);
    taken = kind <= CK_DEPTHWISE_3S2 && y + 1 < out->h && u + 1 < end ? 2 : 1;
    const ck_depthwise_micro *micros = taken == 2 ? ck_depthwise_pair[kind] : ck_depthwise_single[kind];
    int64_t pieces = taken == 2 ? pair_pieces : single_pieces;
    for (int64_t x = 0, m; x < out->w; x += m, pieces--) {
      m = (out->w - x) / pieces;
      micros[m](a, row, weights, &finish, x);
    }
    for (int64_t r = 0; r < taken; r++) {
      ck_finish_row(a, &finish, 0, r);
      ck_zero_halo(out, n, cb, y + r);
    }
    y += taken;
    if (y == out->h) {
      y = 0;
      n = n + 1 < out->n ? n + 1 : 0;
      cb += n == 0;
    }
  }
}

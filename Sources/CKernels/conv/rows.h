// Convolution of plain images into plain images: a vector holds neighbouring pixels of one output channel.
//
// For few output channels, which would leave most lanes of a block empty. Needs stride_w == 1, one group, no residual, a
// plain input and out.w ≥ CK_VL: the last vector of a row ends with the row, so that no lane lies beyond it; pixels that
// two vectors share are computed twice, alike. The including file sets CK_ROWS_M, the pixels of a register tile, a
// multiple of CK_VL, CK_ROWS_N, its output channels, CK_ROWS_EACH_N(X), which applies X to 1 … CK_ROWS_N, and
// CK_ROWS_EACH_V(X, n), which applies X to (1 … CK_ROWS_M / CK_VL, n). The weights lie as the graph has them.
// A unit is (image, tile of output channels, band of rows).
#include "../common/vector.h"
#include "epilogue.h"

enum { CK_ROWS_V = CK_ROWS_M / CK_VL };

// sums[f·V + j] = Σ over channels and taps of weights[f][…]·in[at[j] + …], vectors j < v of CK_VL pixels.
typedef void (*ck_rows_micro)(const ck_conv2d_args *a, const float *in, const int64_t *at, const float *weights,
                              float *sums);

CK_INLINE void ck_rows_tile(const int n, const int v, const ck_conv2d_args *a, const float *in, const int64_t *at,
                            const float *weights, float *sums) {
  vf acc[CK_ROWS_N][CK_ROWS_V];
  CK_UNROLL for (int f = 0; f < n; f++) {
    CK_UNROLL for (int j = 0; j < v; j++) acc[f][j] = (vf)0.0f;
  }
  const int64_t channels = a->in.c, kernel_h = a->kernel_h, kernel_w = a->kernel_w, right = a->dilation_w;
  const int64_t filter = channels * kernel_h * kernel_w;
  for (int64_t c = 0; c < channels; c++) {
    for (int64_t ky = 0; ky < kernel_h; ky++) {
      const float *p = in + c * a->in.stride_c + ky * a->dilation_h * a->in.stride_h;
      for (int64_t kx = 0; kx < kernel_w; kx++) {
        vf x[CK_ROWS_V];
        CK_UNROLL for (int j = 0; j < v; j++) x[j] = ck_load(p + at[j]);
        CK_UNROLL for (int f = 0; f < n; f++) {
          const vf w = ck_splat(weights[f * filter]);
          CK_UNROLL for (int j = 0; j < v; j++) acc[f][j] = x[j] * w + acc[f][j];
        }
        weights++;
        p += right;
      }
    }
  }
  CK_UNROLL for (int f = 0; f < n; f++) {
    CK_UNROLL for (int j = 0; j < v; j++) ck_store(sums + (f * CK_ROWS_V + j) * CK_VL, acc[f][j]);
  }
}

#define CK_ROWS_MICRO(v, n)                                                                                        \
  static void rows_##n##x##v(const ck_conv2d_args *a, const float *in, const int64_t *at, const float *weights,    \
                             float *sums) {                                                                        \
    ck_rows_tile(n, v, a, in, at, weights, sums);                                                                  \
  }
#define CK_ROWS_MICROS(n) CK_ROWS_EACH_V(CK_ROWS_MICRO, n)
CK_ROWS_EACH_N(CK_ROWS_MICROS)

#define CK_ROWS_ENTRY(v, n) [n][v] = rows_##n##x##v,
#define CK_ROWS_ENTRIES(n) CK_ROWS_EACH_V(CK_ROWS_ENTRY, n)
static const ck_rows_micro ck_rows_micros[CK_ROWS_N + 1][CK_ROWS_V + 1] = {CK_ROWS_EACH_N(CK_ROWS_ENTRIES)};

#define CK_ROWS(what) CK_TILED(conv2d_rows, CK_ROWS_M, CK_ROWS_N, what)

// Vectors of a row, rows of a band (enough to fill a register tile), and channel tiles of about equal width.
typedef struct {
  int64_t per_row, band, bands, tiles;
} ck_rows_shape;

static ck_rows_shape ck_rows_shape_of(const ck_conv2d_args *a) {
  const int64_t per_row = ck_ceil_div(a->out.w, CK_VL), band = ck_ceil_div(CK_ROWS_V, per_row);
  return (ck_rows_shape){per_row, band, ck_ceil_div(a->out.h, band), ck_ceil_div(a->out.c, CK_ROWS_N)};
}

int64_t CK_ROWS(units)(const void *args) {
  const ck_conv2d_args *a = args;
  const ck_rows_shape s = ck_rows_shape_of(a);
  return a->out.n * s.tiles * s.bands;
}

// One row of one output channel is whole: what is left is the activation, unless it was applied, and the halo.
CK_INLINE void ck_rows_finish(const ck_conv2d_args *a, int64_t n, int64_t f, int64_t y) {
  const ck_tensor *t = &a->out;
  if (a->activation.kind != CK_RECTIFY) {
    ck_activate_in_place(t->data + n * t->stride_n + f * t->stride_c + y * t->stride_h, t->w, &a->activation);
  }
  ck_zero_halo(t, n, f, y);
}

void CK_ROWS(run)(const void *args, int64_t begin, int64_t end) {
  const ck_conv2d_args *a = args;
  const ck_tensor *in = &a->in, *out = &a->out;
  const ck_rows_shape s = ck_rows_shape_of(a);
  const int64_t filter = in->c * a->kernel_h * a->kernel_w, row_step = a->stride_h * in->stride_h;
  const vf floor = ck_splat(a->activation.kind == CK_RECTIFY ? 0.0f : -INFINITY);
  _Alignas(64) float sums[CK_ROWS_N * CK_ROWS_M];
  for (int64_t u = begin; u < end; u++) {
    const int64_t band = u % s.bands, tile = u / s.bands % s.tiles, n = u / s.bands / s.tiles;
    const int64_t f = out->c * tile / s.tiles, filters = out->c * (tile + 1) / s.tiles - f;
    const int64_t top = band * s.band, beyond = ck_least(top + s.band, out->h);
    const float *image = in->data + n * in->stride_n - a->pad_top * in->stride_h - a->pad_left;
    float *result = out->data + n * out->stride_n + f * out->stride_c;
    for (int64_t y = top, x = 0; y < beyond;) {
      int64_t at[CK_ROWS_V], to[CK_ROWS_V], v = 0;
      for (; v < CK_ROWS_V && y < beyond; v++) {
        const int64_t left = ck_least(x, out->w - CK_VL);
        at[v] = y * row_step + left;
        to[v] = y * out->stride_h + left;
        x += CK_VL;
        if (x >= out->w) x = 0, y++;
      }
      ck_rows_micros[filters][v](a, image, at, a->weights + f * filter, sums);
      for (int64_t i = 0; i < filters; i++) {
        const vf bias = ck_splat(a->bias ? a->bias[f + i] : 0.0f);
        for (int64_t j = 0; j < v; j++) {
          const vf sum = ck_load(sums + (i * CK_ROWS_V + j) * CK_VL) + bias;
          ck_store(result + i * out->stride_c + to[j], floor > sum ? floor : sum);
        }
      }
    }
    for (int64_t i = 0; i < filters; i++) {
      for (int64_t y = top; y < beyond; y++) ck_rows_finish(a, n, f + i, y);
    }
  }
}

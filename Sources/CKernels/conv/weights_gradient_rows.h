// The gradient of a convolution's filters from plain images: a vector holds neighbouring pixels, and its lanes are added
// up at the end.
//
// For few filters, which would leave most lanes of a block empty. Needs stride_w == 1, one group, plain tensors and
// g.w ≥ CK_VL: the last vector of a row ends with the row, and what it has in common with the one before counts as 0.
// The including file sets CK_WEIGHT_ROWS_F, filters of a register tile, CK_WEIGHT_ROWS_K, its taps side by side, and
// CK_WEIGHT_ROWS_EACH_F(X, k) and CK_WEIGHT_ROWS_EACH_K(X), which apply X to (1 … F, k) and 1 … K.
// A unit is (slice of the batch, tile of filters, channel).
#include "../common/vector.h"

// sums[f·k + i] += Σ over the pixels of an image of g[f]·x[i·right], as vectors.
typedef void (*ck_weight_rows_micro)(const float *in, int64_t in_y, int64_t right, const ck_tensor *g, const float *from,
                                     float *sums);

CK_INLINE void ck_weight_rows_tile(const int f, const int k, const float *in, int64_t in_y, int64_t right,
                                   const ck_tensor *g, const float *from, float *sums) {
  vf acc[CK_WEIGHT_ROWS_F][CK_WEIGHT_ROWS_K];
  CK_UNROLL for (int j = 0; j < f; j++) {
    CK_UNROLL for (int i = 0; i < k; i++) acc[j][i] = (vf)0.0f;
  }
  const int64_t last = g->w - CK_VL, overlap = ck_ceil_div(g->w, CK_VL) * CK_VL - g->w;
  vi lane;
  for (int i = 0; i < CK_VL; i++) lane[i] = i;
  const vi isNew = lane >= (vi)(int32_t)overlap;
  for (int64_t y = 0; y < g->h; y++) {
    const float *x = in + y * in_y, *b = from + y * g->stride_h;
    for (int64_t column = 0; column < g->w; column += CK_VL) {
      const int64_t at = ck_least(column, last);
      vf w[CK_WEIGHT_ROWS_F];
      CK_UNROLL for (int j = 0; j < f; j++) {
        w[j] = ck_load(b + j * g->stride_c + at);
        if (at < column) w[j] = isNew ? w[j] : (vf)0.0f;
      }
      CK_UNROLL for (int i = 0; i < k; i++) {
        const vf a = ck_load(x + at + i * right);
        CK_UNROLL for (int j = 0; j < f; j++) acc[j][i] = a * w[j] + acc[j][i];
      }
    }
  }
  CK_UNROLL for (int j = 0; j < f; j++) {
    CK_UNROLL for (int i = 0; i < k; i++) {
      float *to = sums + (j * k + i) * CK_VL;
      ck_store(to, ck_load(to) + acc[j][i]);
    }
  }
}

#define CK_WEIGHT_ROWS_MICRO(f, k)                                                                                   \
  static void ck_weight_rows_##f##x##k(const float *in, int64_t in_y, int64_t right, const ck_tensor *g,             \
                                       const float *from, float *sums) {                                             \
    ck_weight_rows_tile(f, k, in, in_y, right, g, from, sums);                                                       \
  }
#define CK_WEIGHT_ROWS_MICROS(k) CK_WEIGHT_ROWS_EACH_F(CK_WEIGHT_ROWS_MICRO, k)
CK_WEIGHT_ROWS_EACH_K(CK_WEIGHT_ROWS_MICROS)

#define CK_WEIGHT_ROWS_ENTRY(f, k) [k][f] = ck_weight_rows_##f##x##k,
#define CK_WEIGHT_ROWS_ENTRIES(k) CK_WEIGHT_ROWS_EACH_F(CK_WEIGHT_ROWS_ENTRY, k)
static const ck_weight_rows_micro ck_weight_rows_micros[CK_WEIGHT_ROWS_K + 1][CK_WEIGHT_ROWS_F + 1] = {
    CK_WEIGHT_ROWS_EACH_K(CK_WEIGHT_ROWS_ENTRIES)};

#define CK_WEIGHT_ROWS(what) CK_NAME(conv2d_weights_rows, what)

int64_t CK_WEIGHT_ROWS(units)(const void *args) {
  const ck_conv2d_weights_args *a = args;
  return a->slices * ck_ceil_div(a->g.c, CK_WEIGHT_ROWS_F) * a->in.c;
}

void CK_WEIGHT_ROWS(run)(const void *args, int64_t begin, int64_t end) {
  const ck_conv2d_weights_args *a = args;
  const ck_tensor *in = &a->in, *g = &a->g;
  const int64_t tiles = ck_ceil_div(g->c, CK_WEIGHT_ROWS_F), taps = a->kernel_h * a->kernel_w;
  const int64_t pieces = ck_ceil_div(a->kernel_w, CK_WEIGHT_ROWS_K);
  for (int64_t u = begin; u < end; u++) {
    const int64_t c = u % in->c, tile = u / in->c % tiles, slice = u / in->c / tiles;
    const int64_t f = g->c * tile / tiles, filters = g->c * (tile + 1) / tiles - f;
    const int64_t first = g->n * slice / a->slices, beyond = g->n * (slice + 1) / a->slices;
    float *out = a->out + ((slice * g->c + f) * in->c + c) * taps;
    for (int64_t ky = 0; ky < a->kernel_h; ky++) {
      for (int64_t piece = 0; piece < pieces; piece++) {
        const int64_t kx = a->kernel_w * piece / pieces, k = a->kernel_w * (piece + 1) / pieces - kx;
        _Alignas(64) float sums[CK_WEIGHT_ROWS_F * CK_WEIGHT_ROWS_K * CK_VL] = {0};
        const float *x = in->data + c * in->stride_c + (ky * a->dilation_h - a->pad_top) * in->stride_h +
                         kx * a->dilation_w - a->pad_left;
        for (int64_t n = first; n < beyond; n++) {
          ck_weight_rows_micros[k][filters](x + n * in->stride_n, a->stride_h * in->stride_h, a->dilation_w, g,
                                            g->data + n * g->stride_n + f * g->stride_c, sums);
        }
        for (int64_t j = 0; j < filters; j++) {
          for (int64_t i = 0; i < k; i++) {
            out[j * in->c * taps + ky * a->kernel_w + kx + i] = ck_lanes_sum(ck_load(sums + (j * k + i) * CK_VL));
          }
        }
      }
    }
  }
}

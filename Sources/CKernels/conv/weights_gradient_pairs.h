// What the gradient of a convolution's filters sums up, of bf16 numbers: products of pairs of neighbouring pixels.
//
// Pixels of a piece are brought into words of two: those of g once, those of x for each tap, where they meet the same
// pixels of g. A last pixel of a row that has no neighbour is alone in its word. Plain images have few channels, so that
// their pixels would take longer to bring into words than to multiply: they are floats, and g's pixels become floats.
#include "../common/pair_tile.h"
#include "weights_gradient_tile.h"

// sums[(i·v + j)] += Σ over the pairs of x[i] · g[j], for r channels and v vectors of filters.
CK_INLINE void ck_weights_pair_tile(const int r, const int v, const uint32_t *x, const uint32_t *g, int64_t pairs,
                                    float *sums) {
  vf acc[CK_WEIGHTS_MOST][CK_WEIGHTS_V];
  CK_UNROLL for (int i = 0; i < r; i++) {
    CK_UNROLL for (int j = 0; j < v; j++) acc[i][j] = (vf)0.0f;
  }
  for (int64_t k = 0; k < pairs; k++, x += CK_VL, g += v * CK_VL) {
    ck_words w[CK_WEIGHTS_V];
    CK_UNROLL for (int j = 0; j < v; j++) w[j] = ck_words_load(g + j * CK_VL);
    CK_UNROLL for (int i = 0; i < r; i++) {
      const ck_words a = ck_words_splat(x[i]);
      CK_UNROLL for (int j = 0; j < v; j++) acc[i][j] = ck_pair_add(a, w[j], acc[i][j]);
    }
  }
  CK_UNROLL for (int i = 0; i < r; i++) {
    CK_UNROLL for (int j = 0; j < v; j++) {
      float *to = sums + (i * v + j) * CK_VL;
      ck_store(to, ck_load(to) + acc[i][j]);
    }
  }
}

typedef void (*ck_weights_pair_micro)(const uint32_t *x, const uint32_t *g, int64_t pairs, float *sums);

#define CK_WEIGHTS_PAIRS_OF(v)                                                                             \
  static void ck_weights_pairs_##v(const uint32_t *x, const uint32_t *g, int64_t pairs, float *sums) {     \
    ck_weights_pair_tile(CK_WEIGHTS_ROWS, v, x, g, pairs, sums);                                           \
  }
#define CK_WEIGHTS_PAIRS_ENTRY(v) [v] = ck_weights_pairs_##v,
CK_WEIGHTS_EACH_V(CK_WEIGHTS_PAIRS_OF)
static void ck_weights_pairs_alone(const uint32_t *x, const uint32_t *g, int64_t pairs, float *sums) {
  ck_weights_pair_tile(CK_WEIGHTS_ROWS_ALONE, 1, x, g, pairs, sums);
}
static const ck_weights_pair_micro ck_weights_pair_micros[CK_WEIGHTS_V + 1] = {
    [1] = ck_weights_pairs_alone, CK_WEIGHTS_EACH_V(CK_WEIGHTS_PAIRS_ENTRY)};

// Words of the vectors at `from` and at `next`, which may be NULL.
CK_INLINE void ck_weights_words(uint32_t *to, const ck_elem *from, const ck_elem *next) {
  vu words = __builtin_convertvector(*(const vh_unaligned *)from, vu);
  if (next) words |= __builtin_convertvector(*(const vh_unaligned *)next, vu) << 16;
  memcpy(to, &words, sizeof words);
}

// Of `columns` pixels of a row, `step` elements apart; words of neighbouring pairs are `apart` words apart. Returns
// where the next row goes.
CK_INLINE uint32_t *ck_weights_row(uint32_t *to, int64_t apart, const ck_elem *from, int64_t step, int64_t columns) {
  for (; columns >= 2; columns -= 2, from += 2 * step, to += apart) ck_weights_words(to, from, from + step);
  if (columns == 0) return to;
  ck_weights_words(to, from, NULL);
  return to + apart;
}

// Blocked images: pixels from column `column` on, as many as p says.
static void ck_weights_add_pairs(const ck_conv2d_weights_args *a, const ck_weights_shape *s, const ck_weights_unit *u,
                                 int64_t ky, int64_t end, const ck_elem *x, const ck_elem *g,
                                 const ck_weights_pixels *p, float *sums) {
  _Alignas(64) uint32_t of_g[CK_WEIGHTS_PIXELS * CK_WEIGHTS_V * CK_VL], of_x[CK_WEIGHTS_PIXELS * CK_VL];
  const ck_tensor *in = &a->in;
  const int64_t pairs = p->images * p->rows * ((p->columns + 1) / 2), tap = s->lanes * u->v * CK_VL;
  const int64_t rows = u->v > 1 ? CK_WEIGHTS_ROWS : CK_WEIGHTS_ROWS_ALONE;
  const int64_t lanes = ck_least(s->lanes, ck_conv_range(&s->packing, u->tile).high - u->c);
  for (int64_t j = 0; j < u->v; j++) {
    uint32_t *to = of_g + j * CK_VL;
    for (int64_t i = 0; i < p->images * p->rows; i++) {
      const ck_elem *from = g + j * p->g_c + i / p->rows * p->g_n + i % p->rows * p->g_y;
      to = ck_weights_row(to, u->v * CK_VL, from, CK_VL, p->columns);
    }
  }
  for (int64_t first = ky; ky < end; ky++) {
    for (int64_t kx = 0; kx < a->kernel_w; kx++) {
      const ck_elem *met = x + ky * a->dilation_h * in->stride_h + kx * a->dilation_w * in->stride_w;
      uint32_t *to = of_x;
      for (int64_t i = 0; i < p->images * p->rows; i++) {
        to = ck_weights_row(to, CK_VL, met + i / p->rows * p->in_n + i % p->rows * p->in_y, p->in_x, p->columns);
      }
      float *at = sums + ((ky - first) * a->kernel_w + kx) * tap;
      for (int64_t lane = 0; lane < lanes; lane += rows) {
        ck_weights_pair_micros[u->v](of_x + lane, of_g, pairs, at + lane * u->v * CK_VL);
      }
    }
  }
}

// Plain images of floats.
static void ck_weights_add_plain(const ck_conv2d_weights_args *a, const ck_weights_shape *s, const ck_weights_unit *u,
                                 int64_t ky, int64_t end, const float *x, const ck_elem *g,
                                 const ck_weights_pixels *p, float *sums) {
  _Alignas(64) float wide[CK_WEIGHTS_PIXELS * CK_WEIGHTS_V * CK_VL];
  ck_weights_pixels q = *p;
  q.g_y = p->columns * CK_VL, q.g_n = p->rows * q.g_y, q.g_c = p->images * q.g_n;
  float *to = wide;
  for (int64_t j = 0; j < u->v; j++) {
    for (int64_t i = 0; i < p->images * p->rows; i++) {
      const ck_elem *from = g + j * p->g_c + i / p->rows * p->g_n + i % p->rows * p->g_y;
      for (int64_t k = 0; k < p->columns; k++, to += CK_VL) ck_store(to, ck_get(from + k * CK_VL));
    }
  }
  ck_weights_add(a, s, u, ky, end, x, wide, &q, sums);
}

// Rows [ky, end) of taps, over some rows of pixels of some images from row y of image n on. Long rows are cut.
static void ck_weights_piece(const ck_conv2d_weights_args *a, const ck_weights_shape *s, const ck_weights_unit *u,
                             int64_t ky, int64_t end, int64_t n, int64_t y, const ck_weights_pixels *p, float *sums) {
  const ck_tensor *in = &a->in;
  const int64_t at = n * p->in_n + u->c / in->block * in->stride_c - a->pad_left * in->stride_w +
                     (y * a->stride_h - a->pad_top) * in->stride_h;
  const ck_elem *g = ck_data(&a->g) + n * p->g_n + y * p->g_y + u->first / CK_VL * p->g_c;
  for (int64_t column = 0; column < p->columns; column += CK_WEIGHTS_PIXELS) {
    ck_weights_pixels q = *p;
    q.columns = ck_least(CK_WEIGHTS_PIXELS, p->columns - column);
    const int64_t from = at + column * p->in_x;
    if (in->block > 1) {
      ck_weights_add_pairs(a, s, u, ky, end, ck_data(in) + from, g + column * CK_VL, &q, sums);
    } else {
      ck_weights_add_plain(a, s, u, ky, end, in->data + from, g + column * CK_VL, &q, sums);
    }
  }
}

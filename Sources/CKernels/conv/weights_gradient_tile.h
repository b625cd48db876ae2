// Register tiles of the gradient of a convolution's filters, on floats: for each tap a matrix product over all pixels.
//
// A tile is CK_WEIGHTS_ROWS input channels × up to CK_WEIGHTS_V vectors of filters: channels of a pixel of the image are
// single numbers, filters of the same pixel of g are vectors. Plain images have no neighbouring channels; there the rows
// of a tile are taps. The including file sets CK_WEIGHTS_ROWS, a divisor of the block, CK_WEIGHTS_ROWS_ALONE, the same
// for a single vector, CK_WEIGHTS_V, at least 2, and CK_WEIGHTS_EACH_V(X), which applies X to 2 … CK_WEIGHTS_V.
#ifndef CK_WEIGHTS_GRADIENT_TILE_H
#define CK_WEIGHTS_GRADIENT_TILE_H

#include "../common/halo.h"
#include "../common/storage.h"
#include "pack.h"

enum {
  // Bytes of sums that a unit keeps: rows of taps that do not fit take another pass over the pixels.
  CK_WEIGHTS_SUMS = 96 << 10,
  // Pixels that are summed up in registers before it is the next tap's turn: they stay in the first cache.
  CK_WEIGHTS_PIXELS = 256,
  CK_WEIGHTS_MOST = 16,  // rows of a tile
};

// The pixels that one call sums over: steps between columns, rows and images of both tensors.
typedef struct {
  int64_t images, rows, columns;
  int64_t in_n, in_y, in_x;
  int64_t g_n, g_y, g_c;
} ck_weights_pixels;

// sums[(r·k + i)·v + j] += Σ over the pixels of x(r·down + i·step) · g[j]; x is a number, or a vector of channels.
CK_INLINE void ck_weights_tile(const int r, const int k, const int v, const int vectors, const int64_t step,
                               const float *in, int64_t down, const float *g, const ck_weights_pixels *p, float *sums) {
  vf acc[CK_WEIGHTS_MOST][CK_WEIGHTS_V];
  CK_UNROLL for (int i = 0; i < r * k; i++) {
    CK_UNROLL for (int j = 0; j < v; j++) acc[i][j] = (vf)0.0f;
  }
  for (int64_t n = 0; n < p->images; n++) {
    for (int64_t y = 0; y < p->rows; y++) {
      const float *x = in + n * p->in_n + y * p->in_y, *b = g + n * p->g_n + y * p->g_y;
      for (int64_t column = 0; column < p->columns; column++, x += p->in_x, b += CK_VL) {
        vf w[CK_WEIGHTS_V];
        CK_UNROLL for (int j = 0; j < v; j++) w[j] = ck_load(b + j * p->g_c);
        CK_UNROLL for (int i = 0; i < r; i++) {
          CK_UNROLL for (int l = 0; l < k; l++) {
            const float *at = x + i * down + l * step;
            const vf a = vectors ? ck_load(at) : ck_splat(*at);
            CK_UNROLL for (int j = 0; j < v; j++) acc[i * k + l][j] = a * w[j] + acc[i * k + l][j];
          }
        }
      }
    }
  }
  CK_UNROLL for (int i = 0; i < r * k; i++) {
    CK_UNROLL for (int j = 0; j < v; j++) {
      float *to = sums + (i * v + j) * CK_VL;
      ck_store(to, ck_load(to) + acc[i][j]);
    }
  }
}

typedef void (*ck_weights_micro)(const float *in, int64_t step, int64_t down, const float *g,
                                 const ck_weights_pixels *p, float *sums);

#define CK_WEIGHTS_NAME(kind, r, k, v) ck_weights_##kind##_##r##x##k##x##v
#define CK_WEIGHTS_MICRO(kind, vectors, r, k, v, step_)                                                            \
  static void CK_WEIGHTS_NAME(kind, r, k, v)(const float *in, int64_t step, int64_t down, const float *g,          \
                                             const ck_weights_pixels *p, float *sums) {                            \
    (void)step;                                                                                                    \
    ck_weights_tile(r, k, v, vectors, step_, in, down, g, p, sums);                                                \
  }

#define CK_WEIGHTS_ENTRY(kind, r, k, v) [k] = CK_WEIGHTS_NAME(kind, r, k, v),

// Channels of a block: two or more vectors of filters, or one.
#define CK_WEIGHTS_BLOCK(v) CK_WEIGHTS_BLOCK_(CK_WEIGHTS_ROWS, v)
#define CK_WEIGHTS_BLOCK_(rows, v) CK_WEIGHTS_MICRO(block, 0, 1, rows, v, 1)
#define CK_WEIGHTS_BLOCK_ENTRY(v) CK_WEIGHTS_BLOCK_ENTRY_(CK_WEIGHTS_ROWS, v)
#define CK_WEIGHTS_BLOCK_ENTRY_(rows, v) [v] = CK_WEIGHTS_NAME(block, 1, rows, v),
CK_WEIGHTS_EACH_V(CK_WEIGHTS_BLOCK)
static void ck_weights_alone(const float *in, int64_t step, int64_t down, const float *g, const ck_weights_pixels *p,
                             float *sums) {
  (void)step;
  ck_weights_tile(1, CK_WEIGHTS_ROWS_ALONE, 1, 0, 1, in, down, g, p, sums);
}
static const ck_weights_micro ck_weights_block[CK_WEIGHTS_V + 1] = {CK_WEIGHTS_EACH_V(CK_WEIGHTS_BLOCK_ENTRY)};

// Taps side by side, 1 to 8 of them, of a plain image; with a distance between them one at a time; of a filter per
// channel.
enum { CK_WEIGHTS_TAPS = 8 };
#define CK_WEIGHTS_EACH_K(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8)
#define CK_WEIGHTS_PLAIN(k) CK_WEIGHTS_MICRO(plain, 0, 1, k, 1, 1) CK_WEIGHTS_MICRO(plain, 0, 1, k, 2, 1)
#define CK_WEIGHTS_CHANNELS(k) CK_WEIGHTS_MICRO(channels, 1, 1, k, 1, step)
#define CK_WEIGHTS_PLAIN_1(k) CK_WEIGHTS_ENTRY(plain, 1, k, 1)
#define CK_WEIGHTS_PLAIN_2(k) CK_WEIGHTS_ENTRY(plain, 1, k, 2)
#define CK_WEIGHTS_CHANNELS_1(k) CK_WEIGHTS_ENTRY(channels, 1, k, 1)
CK_WEIGHTS_EACH_K(CK_WEIGHTS_PLAIN)
CK_WEIGHTS_EACH_K(CK_WEIGHTS_CHANNELS)
static const ck_weights_micro ck_weights_plain[2][CK_WEIGHTS_TAPS + 1] = {{CK_WEIGHTS_EACH_K(CK_WEIGHTS_PLAIN_1)},
                                                                          {CK_WEIGHTS_EACH_K(CK_WEIGHTS_PLAIN_2)}};
static const ck_weights_micro ck_weights_channels[CK_WEIGHTS_TAPS + 1] = {CK_WEIGHTS_EACH_K(CK_WEIGHTS_CHANNELS_1)};

// Several rows of the usual filters at once: more sums, so that none waits for the one before it.
CK_WEIGHTS_MICRO(plain, 0, 3, 3, 1, 1)
CK_WEIGHTS_MICRO(plain, 0, 3, 3, 2, 1)
CK_WEIGHTS_MICRO(plain, 0, 2, 5, 1, 1)
CK_WEIGHTS_MICRO(plain, 0, 2, 5, 2, 1)
CK_WEIGHTS_MICRO(plain, 0, 2, 7, 1, 1)
CK_WEIGHTS_MICRO(plain, 0, 2, 7, 2, 1)
CK_WEIGHTS_MICRO(channels, 1, 3, 3, 1, step)
CK_WEIGHTS_MICRO(channels, 1, 2, 5, 1, step)

// Of a filter's taps: as many columns and rows of them as a tile takes.
typedef struct {
  ck_weights_micro micro;
  int64_t rows, columns;
} ck_weights_choice;

// - columns, rows: taps that are left.
static ck_weights_choice ck_weights_choose(const ck_conv2d_weights_args *a, int depthwise, int64_t v, int64_t columns,
                                           int64_t rows) {
  if (depthwise) {
    if (columns == 3 && rows >= 3) return (ck_weights_choice){CK_WEIGHTS_NAME(channels, 3, 3, 1), 3, 3};
    if (columns == 5 && rows >= 2) return (ck_weights_choice){CK_WEIGHTS_NAME(channels, 2, 5, 1), 2, 5};
  } else if (a->dilation_w > 1) {
    return (ck_weights_choice){ck_weights_plain[v - 1][1], 1, 1};
  } else if (columns == 3 && rows >= 3) {
    return (ck_weights_choice){v == 1 ? CK_WEIGHTS_NAME(plain, 3, 3, 1) : CK_WEIGHTS_NAME(plain, 3, 3, 2), 3, 3};
  } else if (columns == 5 && rows >= 2) {
    return (ck_weights_choice){v == 1 ? CK_WEIGHTS_NAME(plain, 2, 5, 1) : CK_WEIGHTS_NAME(plain, 2, 5, 2), 2, 5};
  } else if (columns == 7 && rows >= 2) {
    return (ck_weights_choice){v == 1 ? CK_WEIGHTS_NAME(plain, 2, 7, 1) : CK_WEIGHTS_NAME(plain, 2, 7, 2), 2, 7};
  }
  const int64_t count = columns / ck_ceil_div(columns, CK_WEIGHTS_TAPS);
  return (ck_weights_choice){depthwise ? ck_weights_channels[count] : ck_weights_plain[v - 1][count], 1, count};
}

typedef struct {
  int depthwise;
  int64_t lanes;    // input channels of a unit, each with its own sums
  int64_t vectors;  // of filters, most of a unit
  int64_t blocks;   // units of input channels, the most that a group of filters reads
  ck_conv_packing packing;
} ck_weights_shape;

static ck_weights_shape ck_weights_shape_of(const ck_conv2d_weights_args *a) {
  ck_weights_shape s = {.lanes = a->in.block};
  // Rows of bf16 have no tiles of pairs for them.
  s.depthwise = sizeof(ck_elem) == sizeof(float) && a->groups == a->in.c && a->groups == a->g.c && a->in.block > 1;
  const int64_t blocks = ck_blocks(&a->g), most = a->in.block > 1 ? CK_WEIGHTS_V : 2;
  s.vectors = s.depthwise ? 1 : ck_ceil_div(blocks, ck_ceil_div(blocks, most));
  s.packing = ck_conv_packing_for(a->g.c, a->in.c / a->groups, 1, a->groups, a->in.block, s.vectors * CK_VL);
  s.blocks = s.depthwise ? 1 : ck_ceil_div(s.packing.span, s.lanes);
  if (s.depthwise) s.lanes = 1;
  return s;
}

// What a unit sums up: filters [first, first + v vectors), input channels from c on, images [n, end).
typedef struct {
  int64_t tile, first, v, c, n, end;
} ck_weights_unit;

// Rows [ky, end) of taps, over pixels of which `x` is the first that the first tap meets, and `g` the first of g's.
static void ck_weights_add(const ck_conv2d_weights_args *a, const ck_weights_shape *s, const ck_weights_unit *u,
                           int64_t ky, int64_t end, const float *x, const float *g, const ck_weights_pixels *p,
                           float *sums) {
  const ck_tensor *in = &a->in;
  const int64_t down = a->dilation_h * in->stride_h, right = a->dilation_w * in->stride_w;
  const int64_t tap = s->lanes * u->v * CK_VL;
  if (s->lanes > 1) {
    const int64_t rows = u->v > 1 ? CK_WEIGHTS_ROWS : CK_WEIGHTS_ROWS_ALONE;
    const ck_weights_micro micro = u->v > 1 ? ck_weights_block[u->v] : ck_weights_alone;
    const int64_t lanes = ck_least(s->lanes, ck_conv_range(&s->packing, u->tile).high - u->c);
    for (int64_t first = ky; ky < end; ky++) {
      for (int64_t kx = 0; kx < a->kernel_w; kx++) {
        for (int64_t lane = 0; lane < lanes; lane += rows) {
          micro(x + ky * down + kx * right + lane, 1, 0, g, p,
                sums + ((ky - first) * a->kernel_w + kx) * tap + lane * u->v * CK_VL);
        }
      }
    }
    return;
  }
  ck_weights_choice choice;
  for (int64_t first = ky; ky < end; ky += choice.rows) {
    for (int64_t kx = 0; kx < a->kernel_w; kx += choice.columns) {
      choice = ck_weights_choose(a, s->depthwise, u->v, a->kernel_w - kx, kx ? 1 : end - ky);
      choice.micro(x + ky * down + kx * right, right, down, g, p, sums + ((ky - first) * a->kernel_w + kx) * tap);
    }
  }
}

// Sums of rows [ky, end) of taps to where they belong.
static void ck_weights_store(const ck_conv2d_weights_args *a, const ck_weights_shape *s, const ck_weights_unit *u,
                             int64_t ky, int64_t end, const float *sums, float *out) {
  const ck_conv_packing *p = &s->packing;
  const int64_t taps = a->kernel_h * a->kernel_w, columns = a->kernel_w, width = u->v * CK_VL;
  for (int64_t f = u->first; f < ck_least(u->first + width, p->filters); f++) {
    const int64_t low = s->depthwise ? f : f / p->outputs * p->inputs;
    for (int64_t lane = 0; lane < s->lanes; lane++) {
      const int64_t c = (s->depthwise ? f : u->c + lane) - low;
      if (c < 0 || c >= p->inputs) continue;
      const float *from = sums + lane * width + f - u->first;
      float *to = out + (f * p->inputs + c) * taps + ky * columns;
      for (int64_t t = 0; t < (end - ky) * columns; t++) to[t] = from[t * s->lanes * width];
    }
  }
}

#endif

// Direct convolution: a register tile of CK_DIRECT_M output pixels × CK_DIRECT_N output channels, without im2col.
//
// The including file sets CK_DIRECT_M, CK_DIRECT_N (one or two vectors) and CK_DIRECT_EACH_M(X), which applies X to
// 1 … CK_DIRECT_M, and CK_DIRECT_EACH_HALF(X), to 1 … CK_DIRECT_M/2. Every tile height is a function of its own.
// A unit is (group of images, tile of output channels, image, output row). A tile's weights stay in cache for all rows
// of the group, and the group's images, as many as a part of the second cache has room for, for all tiles.
#include "epilogue.h"
#include "pack.h"

// Floats of input that a group of images may have, if it is more than one image.
enum { CK_DIRECT_GROUP = 1 << 16 };

typedef void (*ck_micro)(const float *in, int64_t row_step, int64_t step, const float *weights, const ck_nest *nest,
                         const ck_finish *finish, int64_t x);

#define CK_MICRO(kind, step_, rows, v, m)                                                                          \
  static void CK_MICRO_NAME(kind, rows, v, m)(const float *in, int64_t row_step, int64_t step,                     \
                                              const float *weights, const ck_nest *nest, const ck_finish *finish,  \
                                              int64_t x) {                                                         \
    (void)row_step;                                                                                                \
    vf acc[CK_TILE_MOST_ROWS][CK_TILE_MOST_M][CK_TILE_MOST_V];                                                     \
    ck_tile(m, rows, v, step_, CK_DIRECT_N, 1, in + x * step, row_step, weights, nest, finish->bias, acc);         \
    ck_finish_tile(m, rows, v, finish, x, acc);                                                                    \
  }
#define CK_MICROS_M CK_DIRECT_M
#define CK_MICROS_EACH_M CK_DIRECT_EACH_M
#define CK_MICROS_EACH_HALF CK_DIRECT_EACH_HALF
#include "micros.h"

#define CK_DIRECT(what) CK_TILED(conv2d_direct, CK_DIRECT_M, CK_DIRECT_N, what)

int64_t CK_DIRECT(units)(const void *args) {
  const ck_conv2d_args *a = args;
  return ck_ceil_div(a->out.c, CK_DIRECT_N) * a->out.n * a->out.h;
}

// Blocked input: blocks, ky, kx, lanes. Plain input has no lanes: channels, ky, kx; innermost still the longest run.
static ck_nest ck_direct_nest(const ck_conv2d_args *a, ck_channel_range r) {
  const ck_tensor *in = &a->in;
  if (in->block == 1) {
    return (ck_nest){1, r.high - r.low, a->kernel_h, a->kernel_w, a->kernel_w,
                     0, in->stride_c, a->dilation_h * in->stride_h, a->dilation_w, NULL, 0};
  }
  int64_t blocks = ck_ceil_div(r.high - r.low, CK_VL);
  return (ck_nest){blocks, a->kernel_h, a->kernel_w, CK_VL, r.high - r.low - (blocks - 1) * CK_VL,
                   in->stride_c, a->dilation_h * in->stride_h, a->dilation_w * CK_VL, 1, NULL, 0};
}

typedef struct {
  int64_t images;  // of a whole group
  int64_t group;   // the first image of this one
  int64_t tile, n, y;
} ck_direct_unit;

static ck_direct_unit ck_direct_unit_at(const ck_conv2d_args *a, int64_t unit) {
  const int64_t tiles = ck_ceil_div(a->out.c, CK_DIRECT_N), image = ck_blocks(&a->in) * a->in.stride_c;
  ck_direct_unit at = {.images = ck_most(1, CK_DIRECT_GROUP / image)};
  at.group = unit / (tiles * at.images * a->out.h) * at.images;
  unit -= at.group * tiles * a->out.h;
  const int64_t rows = ck_least(at.images, a->out.n - at.group) * a->out.h;
  at.tile = unit / rows;
  at.n = at.group + unit % rows / a->out.h;
  at.y = unit % a->out.h;
  return at;
}

static void ck_direct_advance(const ck_conv2d_args *a, ck_direct_unit *at, int64_t rows) {
  at->y += rows;
  if (at->y < a->out.h) return;
  at->y = 0;
  const int64_t end = ck_least(at->group + at->images, a->out.n);
  if (++at->n < end) return;
  at->n = at->group;
  if (++at->tile < ck_ceil_div(a->out.c, CK_DIRECT_N)) return;
  at->tile = 0;
  at->n = at->group = end;
}

void CK_DIRECT(run)(const void *args, int64_t begin, int64_t end) {
  const ck_conv2d_args *a = args;
  const ck_tensor *in = &a->in, *out = &a->out;
  const ck_conv_packing packing = ck_conv_packing_of(a, CK_DIRECT_N);
  const int64_t blocks = ck_blocks(out), step = a->stride_w * in->block;
  const int64_t row_step = a->stride_h * in->stride_h;
  const int64_t pieces = ck_ceil_div(out->w, CK_DIRECT_M);
  const int kind = ck_micro_step(a);
  const int pairs = kind <= CK_BLOCKED_2 && out->w <= CK_DIRECT_M / 2;
  _Alignas(64) float bias[CK_DIRECT_N];
  ck_direct_unit at = ck_direct_unit_at(a, begin);
  int64_t ready = -1, cb = 0, v = 0;
  const float *weights = NULL, *image = NULL;
  ck_nest nest = {0};
  int64_t ahead_bytes = 0;  // of the next tile's weights, asked for in equal shares while this one's are multiplied
  for (int64_t u = begin, taken; u < end; u += taken) {
    const int64_t tile = at.tile, n = at.n, y = at.y;
    if (tile != ready) {
      ready = tile;
      const ck_channel_range range = ck_conv_range(&packing, tile);
      nest = ck_direct_nest(a, range);
      cb = tile * (CK_DIRECT_N / CK_VL);
      v = ck_least(CK_DIRECT_N / CK_VL, blocks - cb);
      weights = a->weights + tile * ck_conv_tile_floats(&packing);
      image = in->data + range.low / in->block * in->stride_c;
      ck_conv_bias(a, tile * CK_DIRECT_N, CK_DIRECT_N, bias);
      const int64_t calls = pieces * ck_least(at.images, out->n) * (pairs ? ck_ceil_div(out->h, 2) : out->h);
      nest.ahead_step = ck_ceil_div(CK_DIRECT_N * (int64_t)sizeof(float), calls);
      nest.ahead = (const char *)(weights + ck_conv_tile_floats(&packing));
      ahead_bytes = nest.ahead_step * packing.taps * (range.high - range.low);
    }
    const float *row = image + n * in->stride_n + (y * a->stride_h - a->pad_top) * in->stride_h -
                       a->pad_left * in->block;
    // Narrow rows go by two: a tile of few pixels would load the weights more often than it multiplies.
    taken = pairs && y + 1 < out->h && u + 1 < end ? 2 : 1;
    const ck_finish finish = ck_finish_of(a, bias, n, cb, y);
    const ck_micro *micros = taken == 2 ? ck_micro_double[kind][v - 1] : ck_micro_single[kind][v - 1];
    for (int64_t piece = 0, x = 0, m; piece < pieces; piece++, x += m) {
      m = (out->w - x) / (pieces - piece);
      micros[m](row, row_step, step, weights, &nest, &finish, x);
      nest.ahead += ahead_bytes;
    }
    for (int64_t j = 0; j < v; j++) {
      for (int64_t r = 0; r < taken; r++) {
        ck_finish_row(a, &finish, j, r);
        ck_zero_halo(out, n, cb + j, y + r);
      }
    }
    ck_direct_advance(a, &at, taken);
  }
}

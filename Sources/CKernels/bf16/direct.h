// Direct convolution of bf16: a register tile of CK_PAIR_M output pixels × CK_PAIR_N output channels.
//
// As `../conv/direct.h`, with pairs of channels for channels; of plain images, whose channels lie apart, pairs of
// pixels. The including file sets CK_PAIR_M, CK_PAIR_N (two vectors) and CK_PAIR_EACH_M(X), which applies X to
// 1 … CK_PAIR_M, and CK_PAIR_EACH_HALF(X), to 1 … CK_PAIR_M/2. Every tile height is a function of its own.
// A unit is (tile of output channels, image, output row), the tile outermost so that its weights stay in cache.
#include "../common/pair_tile.h"
#include "epilogue.h"
#include "pack.h"

typedef void (*ck_micro)(const ck_elem *in, int64_t row_step, int64_t step, const uint32_t *weights,
                         const ck_pair_nest *nest, const ck_pair_finish *finish, int64_t x, float *sums);

// From pixel x on. Sums that need more than `finish` does go to `sums`, where it is not NULL.
#define CK_MICRO(kind, step_, rows, v, m)                                                                          \
  static void CK_MICRO_NAME(kind, rows, v, m)(const ck_elem *in, int64_t row_step, int64_t step,                   \
                                              const uint32_t *weights, const ck_pair_nest *nest,                   \
                                              const ck_pair_finish *finish, int64_t x, float *sums) {              \
    (void)row_step;                                                                                                \
    ck_pair_sums acc;                                                                                              \
    ck_pair_tile(m, rows, v, step_, CK_PAIR_N, 1, in + x * step, row_step, weights, nest, acc);                    \
    if (sums) {                                                                                                    \
      ck_pair_store(m, rows, v, acc, sums);                                                                        \
    } else {                                                                                                       \
      ck_pair_finish_tile(m, rows, v, finish, x, acc);                                                             \
    }                                                                                                              \
  }
#define CK_MICROS_M CK_PAIR_M
#define CK_MICROS_EACH_M CK_PAIR_EACH_M
#define CK_MICROS_EACH_HALF CK_PAIR_EACH_HALF
#include "../conv/micros.h"

#define CK_DIRECT(what) CK_TILED(conv2d_direct, CK_PAIR_M, CK_PAIR_N, what)

int64_t CK_DIRECT(units)(const void *args) {
  const ck_conv2d_args *a = args;
  return ck_ceil_div(a->out.c, CK_PAIR_N) * a->out.n * a->out.h;
}

// The order of the packed weights.
static ck_pair_nest ck_pair_nest_of(const ck_conv2d_args *a, const ck_pair_packing *p, ck_channel_range r) {
  const ck_tensor *in = &a->in;
  const int64_t channels = r.high - r.low, down = a->dilation_h * in->stride_h;
  if (in->block == 1 && p->across == 2) {
    const int64_t pairs = a->kernel_w / 2;
    const int half = a->kernel_w % 2;
    return (ck_pair_nest){channels, a->kernel_h, 1, pairs, pairs, half, half, in->stride_c, down, 0,
                          NULL, 0};
  }
  if (in->block == 1) {
    return (ck_pair_nest){channels, a->kernel_h, a->kernel_w, 0, 0, 1, 1, in->stride_c, down, a->dilation_w,
                          NULL, 0};
  }
  const int64_t blocks = ck_ceil_div(channels, CK_VL), last = channels - (blocks - 1) * CK_VL;
  return (ck_pair_nest){blocks, a->kernel_h, a->kernel_w, CK_VL / 2, last / 2, 0, last % 2,
                        in->stride_c, down, a->dilation_w * CK_VL, NULL, 0};
}

void CK_DIRECT(run)(const void *args, int64_t begin, int64_t end) {
  const ck_conv2d_args *a = args;
  const ck_tensor *in = &a->in, *out = &a->out;
  const ck_pair_packing packing = ck_pair_packing_of(a, CK_PAIR_N);
  const int64_t rows = out->n * out->h, blocks = ck_blocks(out), step = a->stride_w * in->block;
  const int64_t row_step = a->stride_h * in->stride_h;
  const int kind = ck_micro_step(a);
  const int twice = kind <= CK_BLOCKED_2 && out->w <= CK_PAIR_M / 2;
  const int plain = ck_pair_is_plain(a);
  _Alignas(64) float sums[CK_PAIR_M * CK_PAIR_N], bias[CK_PAIR_N];
  int64_t tile = -1, cb = 0, v = 0;
  const uint32_t *weights = NULL;
  const ck_elem *image = NULL;
  ck_pair_nest nest = {0};
  int64_t ahead_bytes = 0;  // of the next tile's weights, asked for in equal shares while this one's are multiplied
  const int64_t pieces = ck_ceil_div(out->w, CK_PAIR_M);
  for (int64_t u = begin, taken; u < end; u += taken) {
    if (u / rows != tile) {
      tile = u / rows;
      const ck_channel_range range = ck_conv_range(&packing.conv, tile);
      nest = ck_pair_nest_of(a, &packing, range);
      cb = tile * (CK_PAIR_N / CK_VL);
      v = ck_least(CK_PAIR_N / CK_VL, blocks - cb);
      weights = (const uint32_t *)a->weights + tile * packing.tile_words;
      image = ck_data(in) + range.low / in->block * in->stride_c;
      ck_conv_bias(a, tile * CK_PAIR_N, CK_PAIR_N, bias);
      const int64_t calls = pieces * out->n * (twice ? ck_ceil_div(out->h, 2) : out->h);
      nest.ahead_step = ck_ceil_div(CK_PAIR_N * (int64_t)sizeof(uint32_t), calls);
      nest.ahead = (const char *)(weights + packing.tile_words);
      ahead_bytes = nest.ahead_step * (packing.tile_words / CK_PAIR_N);
    }
    const int64_t n = u % rows / out->h, y = u % out->h;
    const ck_elem *row = image + n * in->stride_n + (y * a->stride_h - a->pad_top) * in->stride_h -
                         a->pad_left * in->block;
    // Narrow rows go by two: a tile of few pixels would load the weights more often than it multiplies.
    taken = twice && y + 1 < out->h && u + 1 < end ? 2 : 1;
    const ck_pair_finish finish = ck_pair_finish_of(a, bias, n, cb, y);
    for (int64_t piece = 0; piece < pieces; piece++) {
      const int64_t x = out->w * piece / pieces, m = out->w * (piece + 1) / pieces - x;
      const ck_micro micro = taken == 2 ? ck_micro_double[kind][v - 1][m] : ck_micro_single[kind][v - 1][m];
      micro(row, row_step, step, weights, &nest, &finish, x, plain ? NULL : sums);
      nest.ahead += ahead_bytes;
      if (plain) continue;
      ck_pair_epilogue(a, sums, bias, v, m, n, cb, y, x);
      if (taken == 2) ck_pair_epilogue(a, sums + m * v * CK_VL, bias, v, m, n, cb, y + 1, x);
    }
    for (int64_t j = 0; j < v * taken; j++) ck_zero_halo(out, n, cb + j % v, y + j / v);
  }
}

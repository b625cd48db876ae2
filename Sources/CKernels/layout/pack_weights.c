// Weights in the order in which rows of conv2d and dense layers read them, for weights that change from run to run; the
// same that the packing of those rows makes. A unit is a part of a tile of filters: a block of input channels, or some
// inputs of a dense layer; of split weights a step of the sums.
#include "../common/isa_generic.h"

#include "../common/narrow.h"
#include "../conv/pack.h"
#include "../split/shape.h"

enum { CK_PACK_INPUTS = 256 };

typedef struct {
  ck_conv_packing conv;
  int64_t tiles, parts;
} ck_pack_shape;

static int ck_pack_splits(const ck_pack_weights_args *a) {
  return a->order == CK_WEIGHTS_SPLIT || a->order == CK_WEIGHTS_SPLIT_PATCHES;
}

static ck_pack_shape ck_pack_shape_of(const ck_pack_weights_args *a) {
  ck_pack_shape s = {.tiles = ck_ceil_div(a->filters, a->columns), .parts = 1};
  if (a->order == CK_WEIGHTS_GEMM) s.parts = ck_ceil_div(a->channels, CK_PACK_INPUTS);
  if (a->order == CK_WEIGHTS_DIRECT) {
    s.conv = ck_conv_packing_for(a->filters, a->channels, a->kernel_h * a->kernel_w, a->groups, a->block, a->columns);
    s.parts = ck_ceil_div(s.conv.span, a->block);
  }
  const int64_t taps = a->kernel_h * a->kernel_w;
  if (a->order == CK_WEIGHTS_SPLIT) s.parts = ck_ceil_div(a->channels, CK_SPLIT_INPUTS) * taps;
  if (a->order == CK_WEIGHTS_SPLIT_PATCHES) s.parts = ck_ceil_div(a->channels * taps, CK_SPLIT_INPUTS);
  return s;
}

int64_t CK_NAME(pack_weights_tiles, units)(const void *args) {
  const ck_pack_shape s = ck_pack_shape_of(args);
  return s.tiles * s.parts;
}

// to[r·columns + j] = from[r·down + j·right] for j < count, then 0, of `rows` rows.
static void ck_pack_rows(float *to, const float *from, int64_t rows, int64_t down, int64_t right, int64_t count,
                         int64_t columns) {
  if (right == 1) {
    for (int64_t r = 0; r < rows; r++, to += columns) {
      memcpy(to, from + r * down, (size_t)count * sizeof(float));
      memset(to + count, 0, (size_t)(columns - count) * sizeof(float));
    }
    return;
  }
  int64_t r = 0;
  // Lines of the source hold neighbouring rows.
  for (; down == 1 && r + 4 <= rows; r += 4, to += 4 * columns, from += 4) {
    int64_t j = 0;
    for (; j + 4 <= count; j += 4) {
      const float *p = from + j * right;
      const vf a = ck_load(p), b = ck_load(p + right), c = ck_load(p + 2 * right), d = ck_load(p + 3 * right);
      const vf ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
      const vf high = __builtin_shufflevector(a, b, 2, 6, 3, 7), last = __builtin_shufflevector(c, d, 2, 6, 3, 7);
      ck_store(to + j, __builtin_shufflevector(ab, cd, 0, 1, 4, 5));
      ck_store(to + columns + j, __builtin_shufflevector(ab, cd, 2, 3, 6, 7));
      ck_store(to + 2 * columns + j, __builtin_shufflevector(high, last, 0, 1, 4, 5));
      ck_store(to + 3 * columns + j, __builtin_shufflevector(high, last, 2, 3, 6, 7));
    }
    for (int64_t i = 0; i < 4; i++) {
      for (int64_t k = j; k < count; k++) to[i * columns + k] = from[i + k * right];
      memset(to + i * columns + count, 0, (size_t)(columns - count) * sizeof(float));
    }
  }
  for (; r < rows; r++, to += columns, from += down) {
    for (int64_t j = 0; j < count; j++) to[j] = from[j * right];
    memset(to + count, 0, (size_t)(columns - count) * sizeof(float));
  }
}

// Inputs of a part, units side by side.
static void ck_pack_gemm(const ck_pack_weights_args *a, int64_t tile, int64_t part) {
  const int64_t first = tile * a->columns, low = part * CK_PACK_INPUTS;
  ck_pack_rows(a->out + (tile * a->channels + low) * a->columns,
               a->in + a->offset + first * a->strides[0] + low * a->strides[1],
               ck_least(CK_PACK_INPUTS, a->channels - low), a->strides[1], a->strides[0],
               ck_least(a->columns, a->filters - first), a->columns);
}

static const float *ck_pack_tap(const ck_pack_weights_args *a, int64_t tap) {
  return a->in + a->offset + tap / a->kernel_w * a->strides[2] + tap % a->kernel_w * a->strides[3];
}

// A block of a tile: [tap][lane][filter]. Between a filter and the channels of other groups there is 0.
static void ck_pack_direct(const ck_pack_weights_args *a, const ck_conv_packing *p, int64_t tile, int64_t part) {
  const int64_t first = tile * p->tile_n, count = ck_least(p->tile_n, p->filters - first);
  const ck_channel_range range = ck_conv_range(p, tile);
  const int64_t low = range.low + part * p->block, lanes = ck_least(p->block, range.high - low);
  float *to = a->out + tile * ck_conv_tile_floats(p) + part * p->block * p->taps * p->tile_n;
  if (lanes <= 0) {
    // Room that this tile does not need.
    const int64_t room = ck_least(p->block, p->span - part * p->block);
    memset(to, 0, (size_t)(room * p->taps * p->tile_n) * sizeof(float));
    return;
  }
  for (int64_t tap = 0; tap < p->taps; tap++, to += lanes * p->tile_n) {
    const float *from = ck_pack_tap(a, tap);
    if (a->groups == 1) {
      ck_pack_rows(to, from + first * a->strides[0] + low * a->strides[1], lanes, a->strides[1], a->strides[0], count,
                   p->tile_n);
      continue;
    }
    memset(to, 0, (size_t)(lanes * p->tile_n) * sizeof(float));
    for (int64_t f = first; f < first + count; f++) {
      const int64_t begin = f / p->outputs * p->inputs;
      for (int64_t c = ck_most(low, begin); c < ck_least(low + lanes, begin + p->inputs); c++) {
        to[(c - low) * p->tile_n + f - first] = from[f * a->strides[0] + (c - begin) * a->strides[1]];
      }
    }
  }
  // What the last block of a tile leaves of its room.
  const int64_t room = ck_least(p->block, p->span - part * p->block) - lanes;
  memset(to, 0, (size_t)(room * p->taps * p->tile_n) * sizeof(float));
}

static void ck_pack_depthwise(const ck_pack_weights_args *a, int64_t tile) {
  const int64_t first = tile * a->columns, taps = a->kernel_h * a->kernel_w;
  const int64_t count = ck_least(a->columns, a->filters - first);
  for (int64_t tap = 0; tap < taps; tap++) {
    ck_pack_rows(a->out + (tile * taps + tap) * a->columns, ck_pack_tap(a, tap) + first * a->strides[0], 1, 0,
                 a->strides[0], count, a->columns);
  }
}

// Words of the numbers of two inputs, the first in their lower halves.
CK_INLINE void ck_pack_words(uint16_t *to, vh first, vh second) {
  const vu words = __builtin_convertvector(first, vu) | __builtin_convertvector(second, vu) << 16;
  memcpy(to, &words, sizeof words);
}

// What a narrow number leaves of x; of infinity nothing.
CK_INLINE vh ck_pack_rest(vf x, vh high) {
  const vh rest = ck_narrow(x - ck_widen(high));
  return (high & 0x7F80) == 0x7F80 ? (vh)0 : rest;
}

// 32 inputs of a tile of filters, as `split/pack.c` has them.
static void ck_pack_split(const ck_pack_weights_args *a, int64_t tile, int64_t part, int64_t parts) {
  enum { columns = CK_SPLIT_COLUMNS, vector = CK_SPLIT_COLUMNS / 2, block = vector * CK_SPLIT_INPUTS };
  float lines[CK_SPLIT_INPUTS * columns];
  const int64_t first = tile * columns, count = ck_least(columns, a->filters - first);
  const int64_t taps = a->kernel_h * a->kernel_w, down = a->strides[1], right = a->strides[0];
  int64_t rows;
  if (a->order == CK_WEIGHTS_SPLIT) {
    const int64_t low = part / taps * CK_SPLIT_INPUTS;
    rows = ck_least(CK_SPLIT_INPUTS, a->channels - low);
    ck_pack_rows(lines, ck_pack_tap(a, part % taps) + first * right + low * down, rows, down, right, count, columns);
  } else {
    const int64_t low = part * CK_SPLIT_INPUTS;
    rows = ck_least(CK_SPLIT_INPUTS, a->channels * taps - low);
    for (int64_t i = 0; i < rows; i++) {
      const float *from = ck_pack_tap(a, (low + i) % taps) + first * right + (low + i) / taps * down;
      ck_pack_rows(lines + i * columns, from, 1, down, right, count, columns);
    }
  }
  memset(lines + rows * columns, 0, (size_t)((CK_SPLIT_INPUTS - rows) * columns) * sizeof(float));
  uint16_t *to = (uint16_t *)a->out + (tile * parts + part) * 4 * block;
  for (int64_t p = 0; p < CK_SPLIT_INPUTS / 2; p++) {
    for (int64_t j = 0; j < columns; j += CK_VL) {
      const vf x = ck_load(lines + 2 * p * columns + j), y = ck_load(lines + (2 * p + 1) * columns + j);
      const vh hx = ck_narrow(x), hy = ck_narrow(y);
      uint16_t *word = to + j / vector * block + p * 2 * vector + j % vector * 2;
      ck_pack_words(word, hx, hy);
      ck_pack_words(word + 2 * block, ck_pack_rest(x, hx), ck_pack_rest(y, hy));
    }
  }
}

void CK_NAME(pack_weights_tiles, run)(const void *args, int64_t begin, int64_t end) {
  const ck_pack_weights_args *a = args;
  const ck_pack_shape s = ck_pack_shape_of(a);
  for (int64_t u = begin; u < end; u++) {
    const int64_t tile = u / s.parts, part = u % s.parts;
    if (a->order == CK_WEIGHTS_GEMM) {
      ck_pack_gemm(a, tile, part);
    } else if (a->order == CK_WEIGHTS_DIRECT) {
      ck_pack_direct(a, &s.conv, tile, part);
    } else if (ck_pack_splits(a)) {
      ck_pack_split(a, tile, part, s.parts);
    } else {
      ck_pack_depthwise(a, tile);
    }
  }
}

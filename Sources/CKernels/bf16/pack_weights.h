// Weights as bfloat16 in the orders of `pack.h`, for weights that change from run to run; the same that the packing of
// those rows makes. A unit is a part of a tile of filters: a block of input channels, or some inputs of a dense layer;
// of convolutions in groups a whole tile.
#include "../common/storage.h"
#include "../common/transpose.h"
#include "pack.h"

enum {
  // Inputs of a dense layer in a unit, and those of them that are transposed at a time.
  CK_PACK_INPUTS = 256,
  CK_PACK_AT_ONCE = 64,
  CK_PACK_MOST_COLUMNS = 64,
  // Narrow weights that wait for being placed: they stay in the first cache.
  CK_PACK_HALVES = 8192,
};

typedef struct {
  ck_pair_packing pairs;
  int64_t tiles, parts, taps;
  int64_t tile_halves;
} ck_narrow_shape;

static ck_narrow_shape ck_narrow_shape_of(const ck_pack_weights_args *a) {
  ck_narrow_shape s = {.tiles = ck_ceil_div(a->filters, a->columns), .taps = a->kernel_h * a->kernel_w};
  if (a->order == CK_WEIGHTS_GEMM_PAIRS) {
    s.parts = ck_ceil_div(a->channels, CK_PACK_INPUTS);
    s.tile_halves = (a->channels + 1) / 2 * 2 * a->columns;
    return s;
  }
  const ck_conv_packing conv = ck_conv_packing_for(a->filters, a->channels, s.taps, a->groups, a->block, a->columns);
  s.pairs = ck_pair_packing_for(&conv, a->kernel_h, a->kernel_w, a->order == CK_WEIGHTS_PIXEL_PAIRS ? 2 : 1);
  s.tile_halves = a->order == CK_WEIGHTS_DIRECT ? ck_conv_tile_floats(&conv) : 2 * s.pairs.tile_words;
  s.parts = a->groups > 1 ? 1 : ck_ceil_div(conv.span, a->block);
  return s;
}

int64_t CK_NAME(pack_weights_tiles, units)(const void *args) {
  const ck_narrow_shape s = ck_narrow_shape_of(args);
  return s.tiles * s.parts;
}

CK_INLINE void ck_narrow_run(uint16_t *to, const float *from, int64_t count) {
  for (int64_t i = 0; i < count; i += CK_VL) ck_put_upto(to + i, ck_load_upto(from + i, count - i), count - i);
}

// Narrow weights: tap t of channel c of filter f at data[f·filter + c·channel + t].
typedef struct {
  uint16_t *data;
  int64_t filter, channel;
  int reversed;  // the last tap first
} ck_narrow_weights;

// Of filters from `first` on and channels from `low` on.
static ck_narrow_weights ck_narrow_weights_of(const ck_pack_weights_args *a, int64_t taps, int64_t first, int64_t count,
                                              int64_t low, int64_t lanes, uint16_t *to) {
  const int64_t *s = a->strides;
  const float *from = a->in + a->offset + first * s[0] + low * s[1];
  ck_narrow_weights w = {to, lanes * taps, taps, 0};
  const int adjoin = taps == 1 || ((s[3] == 1 || s[3] == -1 || a->kernel_w == 1) &&
                                   (a->kernel_h == 1 || s[2] == a->kernel_w * (a->kernel_w == 1 ? s[2] : s[3])) &&
                                   (a->kernel_w > 1 || s[2] == 1 || s[2] == -1));
  if (!adjoin) {
    for (int64_t i = 0; i < count * lanes; i++) {
      for (int64_t t = 0; t < taps; t++) {
        to[i * taps + t] = ck_to_bf16(
            from[i / lanes * s[0] + i % lanes * s[1] + t / a->kernel_w * s[2] + t % a->kernel_w * s[3]]);
      }
    }
    return w;
  }
  const int64_t last = (a->kernel_h - 1) * s[2] + (a->kernel_w - 1) * s[3];
  w.reversed = last < 0;
  if (w.reversed) from += last;
  if (s[1] == taps) {
    for (int64_t f = 0; f < count; f++) ck_narrow_run(to + f * w.filter, from + f * s[0], lanes * taps);
  } else if (s[0] == taps) {
    w.filter = taps, w.channel = count * taps;
    for (int64_t c = 0; c < lanes; c++) ck_narrow_run(to + c * w.channel, from + c * s[1], count * taps);
  } else {
    for (int64_t i = 0; i < count * lanes; i++) {
      ck_narrow_run(to + i * taps, from + i / lanes * s[0] + i % lanes * s[1], taps);
    }
  }
  return w;
}

// A block of input channels, or one of a plain image, of a tile; `count` filters from column `column` on.
static void ck_narrow_place(const ck_pack_weights_args *a, const ck_narrow_weights *w, int64_t taps, int64_t lanes,
                            int64_t column, int64_t count, uint16_t *to) {
  const int64_t n = a->columns;
  const int is_pixels = a->order == CK_WEIGHTS_PIXEL_PAIRS;
  const int64_t row = is_pixels ? a->kernel_w : lanes, pairs = (row + 1) / 2;
  const int64_t rows = is_pixels ? a->kernel_h : taps;
  for (int64_t r = 0; r < rows; r++) {
    if (a->order == CK_WEIGHTS_DIRECT) {
      const uint16_t *from = w->data + (w->reversed ? taps - 1 - r : r);
      for (int64_t c = 0; c < lanes; c++) {
        uint16_t *line = to + (r * lanes + c) * n + column;
        for (int64_t f = 0; f < count; f++) line[f] = from[f * w->filter + c * w->channel];
      }
      continue;
    }
    for (int64_t p = 0; p < pairs; p++) {
      // Places of the two of a pair in a filter's weights; the second may not exist.
      const int64_t t = is_pixels ? r * a->kernel_w + 2 * p : r;
      const int64_t place = (w->reversed ? taps - 1 - t : t) + (is_pixels ? 0 : 2 * p * w->channel);
      const int64_t next = is_pixels ? (w->reversed ? -1 : 1) : w->channel;
      uint16_t *line = to + 2 * ((r * pairs + p) * n + column);
      const uint16_t *from = w->data + place;
      if (2 * p + 1 < row) {
        for (int64_t f = 0; f < count; f++, from += w->filter) {
          const uint32_t word = from[0] | (uint32_t)from[next] << 16;
          memcpy(line + 2 * f, &word, sizeof word);
        }
      } else {
        for (int64_t f = 0; f < count; f++, from += w->filter) line[2 * f] = from[0], line[2 * f + 1] = 0;
      }
    }
  }
}

// Halves of words that a block of so many input channels takes in a tile.
static int64_t ck_narrow_room(const ck_pack_weights_args *a, int64_t taps, int64_t lanes) {
  if (a->order == CK_WEIGHTS_DIRECT) return lanes * taps * a->columns;
  if (a->order == CK_WEIGHTS_PAIRS) return (lanes + 1) / 2 * 2 * taps * a->columns;
  return a->kernel_h * ((a->kernel_w + 1) / 2 * 2) * a->columns;
}

// One block of input channels of a tile, of one group. Columns without a filter are 0.
static void ck_narrow_block(const ck_pack_weights_args *a, const ck_narrow_shape *s, int64_t tile, int64_t part) {
  const int64_t first = tile * a->columns, count = ck_least(a->columns, a->filters - first), taps = s->taps;
  const int64_t low = part * a->block, lanes = ck_least(a->block, a->channels - low);
  uint16_t *to = (uint16_t *)a->out + tile * s->tile_halves + part * ck_narrow_room(a, taps, a->block);
  if (count < a->columns) memset(to, 0, (size_t)ck_narrow_room(a, taps, lanes) * sizeof(uint16_t));
  uint16_t halves[CK_PACK_HALVES];
  const int64_t at_once = ck_most(1, CK_PACK_HALVES / (lanes * taps));
  for (int64_t f = 0; f < count; f += at_once) {
    const int64_t some = ck_least(at_once, count - f);
    const ck_narrow_weights w = ck_narrow_weights_of(a, taps, first + f, some, low, lanes, halves);
    ck_narrow_place(a, &w, taps, lanes, f, some, to);
  }
}

// A whole tile of a convolution in groups. Between a filter and the channels of other groups there is 0.
static void ck_narrow_groups(const ck_pack_weights_args *a, const ck_narrow_shape *s, int64_t tile) {
  const ck_conv_packing *conv = &s->pairs.conv;
  uint16_t *out = (uint16_t *)a->out;
  memset(out + tile * s->tile_halves, 0, (size_t)s->tile_halves * sizeof(uint16_t));
  const int64_t first = tile * a->columns;
  for (int64_t f = first; f < ck_least(first + a->columns, a->filters); f++) {
    for (int64_t c = 0; c < a->channels; c++) {
      for (int64_t t = 0; t < s->taps; t++) {
        const float *from = a->in + a->offset + f * a->strides[0] + c * a->strides[1] +
                            t / a->kernel_w * a->strides[2] + t % a->kernel_w * a->strides[3];
        const int64_t place =
            a->order == CK_WEIGHTS_DIRECT ? ck_conv_place(conv, f, c, t) : ck_pair_place(&s->pairs, f, c, t);
        out[place] = ck_to_bf16(*from);
      }
    }
  }
}

// Words of `count` units side by side, of the two rows of inputs at `low` and `high`, which may be NULL.
CK_INLINE void ck_narrow_two(uint32_t *to, const float *low, const float *high, int64_t count) {
  for (int64_t j = 0; j < count; j += CK_VL) {
    const vu a = __builtin_convertvector(ck_narrow(ck_load_upto(low + j, count - j)), vu);
    vu b = (vu)0;
    if (high) b = __builtin_convertvector(ck_narrow(ck_load_upto(high + j, count - j)), vu);
    const vu words = a | b << 16;
    memcpy(to + j, &words, (size_t)ck_least(CK_VL, count - j) * sizeof(uint32_t));
  }
}

// Inputs of a part of a dense layer.
static void ck_narrow_inputs(const ck_pack_weights_args *a, const ck_narrow_shape *s, int64_t tile, int64_t part) {
  const int64_t first = tile * a->columns, count = ck_least(a->columns, a->filters - first), n = a->columns;
  const int64_t low = part * CK_PACK_INPUTS, inputs = ck_least(CK_PACK_INPUTS, a->channels - low);
  const int64_t pairs = (inputs + 1) / 2, right = a->strides[0], down = a->strides[1];
  uint32_t *to = (uint32_t *)a->out + tile * s->tile_halves / 2 + low / 2 * n;
  const float *from = a->in + a->offset + first * right + low * down;
  if (count < n) memset(to, 0, (size_t)(pairs * n) * sizeof(uint32_t));
  if (right == 1) {
    for (int64_t p = 0; p < pairs; p++) {
      ck_narrow_two(to + p * n, from + 2 * p * down, 2 * p + 1 < inputs ? from + (2 * p + 1) * down : NULL, count);
    }
    return;
  }
  enum { width = CK_PACK_AT_ONCE / 2 + 4 };
  uint32_t words[CK_PACK_MOST_COLUMNS * width];
  for (int64_t i = 0; i < inputs; i += CK_PACK_AT_ONCE) {
    const int64_t some = ck_least(CK_PACK_AT_ONCE, inputs - i);
    for (int64_t j = 0; j < count; j++) {
      uint16_t *line = (uint16_t *)(words + j * width);
      const float *unit = from + j * right + i * down;
      if (some % 2) line[some] = 0;
      if (down == 1) {
        ck_narrow_run(line, unit, some);
      } else {
        for (int64_t k = 0; k < some; k++) line[k] = ck_to_bf16(unit[k * down]);
      }
    }
    ck_transpose_words(to + i / 2 * n, n, words, width, (some + 1) / 2, count);
  }
}

void CK_NAME(pack_weights_tiles, run)(const void *args, int64_t begin, int64_t end) {
  const ck_pack_weights_args *a = args;
  const ck_narrow_shape s = ck_narrow_shape_of(a);
  for (int64_t u = begin; u < end; u++) {
    const int64_t tile = u / s.parts, part = u % s.parts;
    if (a->order == CK_WEIGHTS_GEMM_PAIRS) {
      ck_narrow_inputs(a, &s, tile, part);
    } else if (a->groups > 1) {
      ck_narrow_groups(a, &s, tile);
    } else {
      ck_narrow_block(a, &s, tile, part);
    }
  }
}

// The gradient of a convolution's filters as split bfloat16, in tiles of AMX; see weights_shape.h. For each tap it is a
// product (channels × pixels)·(pixels × filters). Needs one group, a blocked image, and a workspace with room for a row
// of the result at least.
#include "../common/transpose.h"
#include "sums.h"
#include "weights_shape.h"

enum { CK_SPLIT_PAIRS = CK_SPLIT_INPUTS / 2, CK_SPLIT_TILE = CK_TILE_ROWS * CK_TILE_ROWS };

// Of a band: images [n, n + images), of each the rows [y, y + rows) of the result.
typedef struct {
  int64_t n, images, y, rows;
  int64_t places, line;
} ck_split_weights_part;

// Words of two places of 16 channels or filters, split.
CK_INLINE void ck_split_pair(vf first, vf second, uint32_t *h, uint32_t *l) {
  const vh a = ck_narrow(first), b = ck_narrow(second);
  const vu high = __builtin_convertvector(a, vu) | __builtin_convertvector(b, vu) << 16;
  const vu low = __builtin_convertvector(ck_narrow(first - ck_widen(a)), vu) |
                 __builtin_convertvector(ck_narrow(second - ck_widen(b)), vu) << 16;
  memcpy(h, &high, sizeof high);
  memcpy(l, &low, sizeof low);
}

// Goes through places, row by row, and says which vector lies there.
typedef struct {
  const float *row;        // of the place 0 of the row; NULL beyond the last row
  int64_t row_step, step;  // to the next row, from one place to the next
  int64_t x, columns, pitch;
  int64_t rows;  // that are left, this one included
} ck_split_walk;

CK_INLINE vf ck_split_next(ck_split_walk *w) {
  const vf value = w->rows > 0 && w->x < w->columns ? ck_load(w->row + w->x * w->step) : (vf)0.0f;
  if (++w->x == w->pitch) {
    w->x = 0;
    w->row += w->row_step;
    w->rows--;
  }
  return value;
}

// A band of g, filters from block `block` on, `count` blocks of which some may not exist.
static void ck_split_gradient(const ck_conv2d_weights_args *a, const ck_split_weights_shape *s,
                              const ck_split_weights_part *p, int64_t block, int64_t count, int64_t low,
                              uint16_t *to) {
  const ck_tensor *g = &a->g;
  for (int64_t i = 0; i < p->images; i++) {
    for (int64_t b = block; b < block + count; b++) {
      const int is_there = b < ck_blocks(g);
      ck_split_walk walk = {.row = g->data + (p->n + i) * g->stride_n + (is_there ? b : 0) * g->stride_c +
                                   p->y * g->stride_h,
                            .row_step = g->stride_h, .step = CK_VL, .columns = g->w, .pitch = s->pitch,
                            .rows = is_there ? p->rows : 0};
      for (int64_t k = 0; k < p->places; k += 2, to += 2 * CK_VL) {
        const vf first = ck_split_next(&walk), second = ck_split_next(&walk);
        ck_split_pair(first, second, (uint32_t *)to, (uint32_t *)(to + low));
      }
    }
  }
}

// A band of the image, channels from block `block` on, `count` blocks of which some may not exist.
static void ck_split_image(const ck_conv2d_weights_args *a, const ck_split_weights_shape *s,
                           const ck_split_weights_part *p, int64_t block, int64_t count, int64_t low, uint16_t *to) {
  const ck_tensor *in = &a->in;
  const int64_t far_h = (a->kernel_h - 1) * a->dilation_h, far_w = (a->kernel_w - 1) * a->dilation_w;
  uint32_t words[2][CK_SPLIT_PAIRS * CK_VL];
  for (int64_t i = 0; i < p->images; i++) {
    for (int64_t phase = 0; phase < s->phases_h * s->phases_w; phase++) {
      const int64_t py = phase / s->phases_w, px = phase % s->phases_w;
      // What no tap reaches may not be there.
      const int64_t rows = ((p->rows - 1) * a->stride_h + far_h - py) / a->stride_h + 1;
      const int64_t columns = ((a->g.w - 1) * a->stride_w + far_w - px) / a->stride_w + 1;
      for (int64_t b = block; b < block + count; b++, to += CK_VL * p->line) {
        const int is_there = b < ck_blocks(in);
        ck_split_walk walk = {.row = in->data + (p->n + i) * in->stride_n + (is_there ? b : 0) * in->stride_c +
                                     (p->y * a->stride_h - a->pad_top + py) * in->stride_h +
                                     (px - a->pad_left) * in->stride_w,
                              .row_step = a->stride_h * in->stride_h, .step = a->stride_w * in->stride_w,
                              .columns = columns, .pitch = s->pitch, .rows = is_there ? rows : 0};
        for (int64_t k = 0; k < p->line; k += CK_SPLIT_INPUTS) {
          for (int64_t j = 0; j < CK_SPLIT_PAIRS; j++) {
            const vf first = ck_split_next(&walk), second = ck_split_next(&walk);
            ck_split_pair(first, second, words[0] + j * CK_VL, words[1] + j * CK_VL);
          }
          for (int part = 0; part < 2; part++) {
            ck_transpose_words((uint32_t *)(to + part * low + k), p->line / 2, words[part], CK_VL, CK_VL,
                               CK_SPLIT_PAIRS);
          }
        }
      }
    }
  }
}

// sums += products of a tap, two strips of channels by two vectors of filters. Lines of channels are `line` numbers
// apart, vectors of filters `vector`, images `image` and `g_image`.
static void ck_split_tap(const uint16_t *x, int64_t line, int64_t x_low, int64_t image, const uint16_t *g,
                         int64_t vector, int64_t g_low, int64_t g_image, int64_t images, int64_t places, float *sums) {
  const int64_t row = line * (int64_t)sizeof(uint16_t);
  ck_tile_load(0, sums, 64);
  ck_tile_load(1, sums + CK_SPLIT_TILE, 64);
  ck_tile_load(2, sums + 2 * CK_SPLIT_TILE, 64);
  ck_tile_load(3, sums + 3 * CK_SPLIT_TILE, 64);
  for (int64_t i = 0; i < images; i++, x += image, g += g_image) {
    for (int64_t k = 0; k < places; k += CK_SPLIT_INPUTS) {
      const uint16_t *first = x + k, *second = first + CK_TILES_STRIP * line, *w = g + k * CK_VL;
      ck_tile_load(4, first, row);
      ck_tile_load(5, second, row);
      ck_tile_load(6, w, 64);
      ck_tile_dot(0, 4, 6);
      ck_tile_dot(2, 5, 6);
      ck_tile_load(7, w + vector, 64);
      ck_tile_dot(1, 4, 7);
      ck_tile_dot(3, 5, 7);
      ck_tile_load(4, first + x_low, row);
      ck_tile_load(5, second + x_low, row);
      ck_tile_dot(0, 4, 6);
      ck_tile_dot(2, 5, 6);
      ck_tile_dot(1, 4, 7);
      ck_tile_dot(3, 5, 7);
      ck_tile_load(4, first, row);
      ck_tile_load(5, second, row);
      ck_tile_load(6, w + g_low, 64);
      ck_tile_dot(0, 4, 6);
      ck_tile_dot(2, 5, 6);
      ck_tile_load(7, w + g_low + vector, 64);
      ck_tile_dot(1, 4, 7);
      ck_tile_dot(3, 5, 7);
    }
  }
  ck_tile_store(0, sums, 64);
  ck_tile_store(1, sums + CK_SPLIT_TILE, 64);
  ck_tile_store(2, sums + 2 * CK_SPLIT_TILE, 64);
  ck_tile_store(3, sums + 3 * CK_SPLIT_TILE, 64);
}

// Sums in tiles to where they belong: channels [c, c + channels), filters [f, f + filters).
static void ck_split_weights_store(const ck_conv2d_weights_args *a, const ck_split_weights_shape *s, int64_t c,
                                   int64_t channels, int64_t f, int64_t filters, const float *sums, float *out) {
  const int64_t across = s->filters / CK_TILES_N, down = s->channels / CK_TILES_M;
  for (int64_t j = 0; j < filters; j++) {
    for (int64_t i = 0; i < channels; i++) {
      const float *from = sums + (i / CK_TILES_M * across + j / CK_TILES_N) * 4 * CK_SPLIT_TILE +
                          (i % CK_TILES_M / CK_TILE_ROWS * 2 + j % CK_TILES_N / CK_VL) * CK_SPLIT_TILE +
                          i % CK_TILE_ROWS * CK_VL + j % CK_VL;
      float *to = out + ((f + j) * a->in.c + c + i) * s->taps;
      for (int64_t tap = 0; tap < s->taps; tap++) to[tap] = from[tap * down * across * 4 * CK_SPLIT_TILE];
    }
  }
}

#define CK_SPLIT_WEIGHTS(what) CK_NAME(conv2d_weights_split, what)

int64_t CK_SPLIT_WEIGHTS(units)(const void *args) {
  const ck_conv2d_weights_args *a = args;
  const ck_split_weights_shape s = ck_split_weights_shape_of(a);
  return a->slices * s.channel_groups * s.filter_groups;
}

void CK_SPLIT_WEIGHTS(run)(const void *args, int64_t begin, int64_t end) {
  const ck_conv2d_weights_args *a = args;
  const ck_split_weights_shape s = ck_split_weights_shape_of(a);
  const ck_split_weights_band most = ck_split_weights_band_of(&s, a);
  const int64_t phases = s.phases_h * s.phases_w;
  float *const sums = a->workspace;
  uint16_t *const image = (uint16_t *)(sums + ck_split_weights_sums(&s));
  _Alignas(64) ck_tile_config config;
  ck_tile_shapes(&config, CK_TILES_STRIP, CK_TILES_STRIP, CK_SPLIT_INPUTS);
  ck_tile_configure(&config);
  for (int64_t unit = begin; unit < end; unit++) {
    const int64_t slice = unit / (s.channel_groups * s.filter_groups);
    const int64_t c = unit / s.filter_groups % s.channel_groups * s.channels, f = unit % s.filter_groups * s.filters;
    const int64_t channels = ck_least(s.channels, a->in.c - c), filters = ck_least(s.filters, a->g.c - f);
    const int64_t up = ck_split_up(channels), wide = ck_split_up(filters);
    const int64_t first = a->g.n * slice / a->slices, last = a->g.n * (slice + 1) / a->slices;
    memset(sums, 0, (size_t)ck_split_weights_sums(&s) * sizeof(float));
    for (int64_t n = first; n < last; n += most.images) {
      for (int64_t y = 0; y < a->g.h; y += most.rows) {
        ck_split_weights_part p = {n, ck_least(most.images, last - n), y, ck_least(most.rows, a->g.h - y), 0, 0};
        p.places = ck_split_places(&s, p.rows);
        p.line = ck_split_line(&s, p.rows);
        const int64_t x_image = phases * up * p.line, x_low = p.images * x_image;
        const int64_t g_image = wide * p.places, g_low = p.images * g_image;
        uint16_t *const gradient = image + 2 * x_low;
        ck_split_image(a, &s, &p, c / CK_VL, up / CK_VL, x_low, image);
        ck_split_gradient(a, &s, &p, f / CK_VL, wide / CK_VL, g_low, gradient);
        for (int64_t tap = 0; tap < s.taps; tap++) {
          const int64_t dy = tap / a->kernel_w * a->dilation_h, dx = tap % a->kernel_w * a->dilation_w;
          const int64_t phase = dy % a->stride_h * s.phases_w + dx % a->stride_w;
          const uint16_t *x = image + phase * up * p.line + dy / a->stride_h * s.pitch + dx / a->stride_w;
          for (int64_t i = 0; i < up; i += CK_TILES_M) {
            for (int64_t j = 0; j < wide; j += CK_TILES_N) {
              ck_split_tap(x + i * p.line, p.line, x_low, x_image, gradient + j * p.places, CK_VL * p.places, g_low,
                           g_image, p.images, p.places,
                           sums + ((tap * (s.channels / CK_TILES_M) + i / CK_TILES_M) * (s.filters / CK_TILES_N) +
                                   j / CK_TILES_N) * 4 * CK_SPLIT_TILE);
            }
          }
        }
      }
    }
    ck_split_weights_store(a, &s, c, channels, f, filters, sums,
                           a->out + slice * a->g.c * a->in.c * s.taps);
  }
  ck_tile_release();
}

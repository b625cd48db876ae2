// Convolution of floats as split bfloat16, in tiles of AMX; see shape.h. Needs one group, and a workspace with room for
// a row of the output at least.
#include "../conv/epilogue.h"
#include "sums.h"

#define CK_SPLIT_CONV(what) CK_TILED(conv2d_split, 32, 32, what)

int64_t CK_SPLIT_CONV(units)(const void *args) {
  const ck_conv2d_args *a = args;
  const ck_split_shape s = ck_split_shape_of(a);
  return ck_split_bands_of(&s, a).bands * ck_ceil_div(a->out.c, CK_TILES_N);
}

// Splits what a band reads of a blocked image. `plane` is the distance of two chunks, `low` of h and l, in elements.
static void ck_split_blocks(const ck_conv2d_args *a, const ck_split_shape *s, const ck_split_band *band, int64_t plane,
                            int64_t low, uint16_t *to) {
  const ck_tensor *in = &a->in;
  const int64_t rows = ck_split_rows(s, band->rows);
  const int64_t row_step = (s->kernel_h == 1 ? a->stride_h : 1) * in->stride_h;
  const int64_t pixel_step = (s->kernel_w == 1 ? a->stride_w : 1) * CK_VL;
  for (int64_t block = 0; block < s->chunks * (CK_SPLIT_INPUTS / CK_VL); block++) {
    const int64_t lanes = ck_least(CK_VL, in->c - block * CK_VL);
    uint16_t *h = to + block * CK_VL / CK_SPLIT_INPUTS * plane + block * CK_VL % CK_SPLIT_INPUTS;
    for (int64_t i = 0; i < band->images; i++) {
      const float *image = in->data + (band->n + i) * in->stride_n + block * in->stride_c - a->pad_left * CK_VL +
                           (band->y * a->stride_h - a->pad_top) * in->stride_h;
      for (int64_t y = 0; y < rows; y++) {
        const float *from = image + y * row_step;
        for (int64_t x = 0; x < s->pitch; x++, from += pixel_step, h += CK_SPLIT_INPUTS) {
          const vf numbers = lanes <= 0       ? (vf)0.0f
                             : lanes == CK_VL ? ck_load(from)
                                              : ck_split_lanes(ck_load(from), lanes);
          ck_split(numbers, h, h + low);
        }
      }
    }
  }
}

// The same of a plain one: patches.
static void ck_split_patches(const ck_conv2d_args *a, const ck_split_shape *s, const ck_split_band *band,
                             int64_t plane, int64_t low, uint16_t *to) {
  const ck_tensor *in = &a->in;
  const int64_t taps = a->kernel_h * a->kernel_w, count = in->c * taps;
  for (int64_t first = 0; first < s->chunks * CK_SPLIT_INPUTS; first += CK_VL) {
    const int64_t lanes = ck_least(CK_VL, count - first);
    // Of the numbers of a patch, from its first pixel on; lanes without one repeat another.
    int64_t offsets[CK_VL];
    for (int64_t i = 0; i < CK_VL; i++) {
      const int64_t k = ck_least(first + i, count - 1), tap = k % taps;
      offsets[i] = k / taps * in->stride_c + tap / a->kernel_w * a->dilation_h * in->stride_h +
                   tap % a->kernel_w * a->dilation_w;
    }
    uint16_t *h = to + first / CK_SPLIT_INPUTS * plane + first % CK_SPLIT_INPUTS;
    for (int64_t i = 0; i < band->images; i++) {
      const float *image = in->data + (band->n + i) * in->stride_n - a->pad_left - a->pad_top * in->stride_h;
      for (int64_t y = band->y; y < band->y + band->rows; y++) {
        const float *from = image + y * a->stride_h * in->stride_h;
        for (int64_t x = 0; x < s->pitch; x++, from += a->stride_w, h += CK_SPLIT_INPUTS) {
          vf numbers;
          for (int k = 0; k < CK_VL; k++) numbers[k] = from[offsets[k]];
          ck_split(ck_split_lanes(numbers, lanes), h, h + low);
        }
      }
    }
  }
}

// Lines of neighbouring output pixels at equal distances in the workspace. They go from one row of the output to the
// next, pixels beyond its right edge included, where that makes fewer strips.
typedef struct {
  int64_t count, width;
  int64_t rows;   // of the output in a line
  int64_t pitch;  // pixels from one of them to the next
} ck_split_lines;

static inline ck_split_lines ck_split_lines_of(const ck_split_shape *s, const ck_split_band *band, int64_t width) {
  const ck_split_lines row = {band->images * band->rows, width, 1, width};
  if (s->kernel_h * s->kernel_w == 1) return (ck_split_lines){1, row.count * width, row.count, width};
  const ck_split_lines image = {band->images, (band->rows - 1) * s->pitch + width, band->rows, s->pitch};
  const int64_t fewer = row.count * ck_ceil_div(width, CK_TILES_STRIP) -
                        image.count * ck_ceil_div(image.width, CK_TILES_STRIP);
  return s->step_h == 1 && s->step_w == 1 && fewer > 0 ? image : row;
}

// Stores `count` pixels of a line, from pixel `p` on. `rows` is the first row of the line, of all rows of the band.
static inline void ck_split_store(const ck_conv2d_args *a, const ck_split_band *band, const ck_split_lines *lines,
                                  int64_t row, int64_t p, int64_t count, int64_t cb, int64_t v, const float *bias,
                                  const float *sums) {
  for (int64_t i = 0, run; i < count; i += run) {
    const int64_t at = row + (p + i) / lines->pitch, x = (p + i) % lines->pitch;
    run = ck_least(count - i, lines->pitch - x);
    const int64_t real = ck_least(run, a->out.w - x);
    for (int64_t j = 0; real > 0 && j < v; j++) {
      ck_conv_epilogue(a, sums + j * CK_SPLIT_SUMS + i * CK_VL, bias + j * CK_VL, real, band->n + at / band->rows,
                       cb + j, band->y + at % band->rows, x);
    }
  }
}

void CK_SPLIT_CONV(run)(const void *args, int64_t begin, int64_t end) {
  const ck_conv2d_args *a = args;
  const ck_tensor *out = &a->out;
  const ck_split_shape s = ck_split_shape_of(a);
  const ck_split_bands bands = ck_split_bands_of(&s, a);
  const int64_t tiles = ck_ceil_div(out->c, CK_TILES_N), steps = s.chunks * s.kernel_h * s.kernel_w;
  uint16_t *const input = (uint16_t *)a->workspace;
  _Alignas(64) float sums[4 * CK_SPLIT_SUMS], bias[CK_TILES_N];
  _Alignas(64) ck_tile_config config;
  int64_t ready = -1, strips = 0, m = 0, low = 0, rows = 0;
  ck_split_band band = {0};
  ck_split_lines lines = {0};
  ck_tile_nest nest = {0};
  for (int64_t u = begin; u < end; u++) {
    if (u / tiles != ready) {
      ready = u / tiles;
      band = ck_split_band_at(&bands, a, ready);
      rows = ck_split_rows(&s, band.rows);
      const int64_t plane = ck_split_plane(band.images * rows * s.pitch) * CK_SPLIT_INPUTS;
      low = s.chunks * plane;
      (s.patches ? ck_split_patches : ck_split_blocks)(a, &s, &band, plane, low, input);
      nest = (ck_tile_nest){s.chunks, s.kernel_h, s.kernel_w,
                            plane, s.down * s.pitch * CK_SPLIT_INPUTS, s.across * CK_SPLIT_INPUTS};
      lines = ck_split_lines_of(&s, &band, out->w);
      strips = ck_ceil_div(lines.width, CK_TILES_STRIP);
      m = ck_ceil_div(lines.width, strips);
      ck_tile_shapes(&config, m, m, CK_SPLIT_INPUTS);
      ck_tile_configure(&config);
    }
    const int64_t tile = u % tiles, cb = tile * (CK_TILES_N / CK_VL);
    const int64_t v = ck_least(CK_TILES_N / CK_VL, ck_blocks(out) - cb);
    const uint16_t *weights = (const uint16_t *)a->weights + tile * steps * CK_SPLIT_STEP;
    ck_conv_bias(a, tile * CK_TILES_N, CK_TILES_N, bias);
    // Strips of a line are equally wide; the last may begin within the one before: what both have is stored once.
    for (int64_t i = 0; i < strips * lines.count; i += 2) {
      const uint16_t *from[2] = {NULL, NULL};
      int64_t row[2], start[2], skip[2];
      for (int64_t k = 0; k < 2 && i + k < strips * lines.count; k++) {
        const int64_t strip = (i + k) % strips, p = ck_least(strip * m, lines.width - m);
        row[k] = (i + k) / strips * lines.rows;
        start[k] = p;
        skip[k] = strip * m - p;
        from[k] = input + ((row[k] / band.rows * rows + row[k] % band.rows * s.step_h) * s.pitch + p * s.step_w) *
                              CK_SPLIT_INPUTS;
      }
      ck_split_sums(from[0], from[1], low, s.step_w * CK_SPLIT_INPUTS, weights, &nest, sums);
      for (int64_t k = 0; k < 2 && from[k]; k++) {
        ck_split_store(a, &band, &lines, row[k], start[k] + skip[k], m - skip[k], cb, v, bias,
                       sums + 2 * k * CK_SPLIT_SUMS + skip[k] * CK_VL);
      }
    }
    for (int64_t i = 0; i < band.images * band.rows * v; i++) {
      const int64_t row = i / v;
      ck_zero_halo(out, band.n + row / band.rows, cb + i % v, band.y + row % band.rows);
    }
  }
  ck_tile_release();
}

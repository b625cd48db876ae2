// Gradients of pooling over windows. A unit is (image, channel block, band of rows of the image): windows that reach
// into a band add to its rows alone, always in the same order, so that bands need nothing of each other.
#include "../common/halo.h"
#include "../common/storage.h"

enum {
  CK_POOL_BAND = 16,
  // Numbers of a row of a band that are summed up before they are stored as bf16.
  CK_POOL_PIECE = 512,
};

// The windows of one plane of one lane or block.
typedef struct {
  const ck_pool2d_gradient_args *a;
  const ck_elem *g, *x, *y;
  ck_elem *out;
  int64_t first, last;  // rows of the band: [first, last)
  // Sums of columns [left, right) of the band, with so many floats from row to row.
  int64_t left, right;
  float *sums;
  int64_t sums_row;
} ck_pool_plane;

// A window: rows [y0, y1), columns [x0, x1) of the image, and the divisor of a mean.
typedef struct {
  int64_t y0, y1, x0, x1;
  float divisor;
} ck_unpool_window;

CK_INLINE ck_unpool_window ck_unpool_window_at(const ck_pool2d_gradient_args *a, int64_t oy, int64_t ox) {
  const int64_t top = oy * a->stride_h - a->pad_top, left = ox * a->stride_w - a->pad_left;
  ck_unpool_window w = {ck_most(top, 0), ck_least(top + a->kernel_h, a->out.h), ck_most(left, 0),
                        ck_least(left + a->kernel_w, a->out.w), 1};
  const int64_t height = ck_least(top + a->kernel_h, a->out.h + a->pad_bottom) - top;
  const int64_t width = ck_least(left + a->kernel_w, a->out.w + a->pad_right) - left;
  w.divisor = (float)(a->mode == CK_POOL_AVERAGE_INC_PAD ? height * width : (w.y1 - w.y0) * (w.x1 - w.x0));
  return w;
}

// What of a window has to be looked at for a band. Of a maximum all: what lies before the band, too, decides which one is
// the first.
CK_INLINE ck_unpool_window ck_unpool_share(const int32_t mode, const ck_pool_plane *p, const ck_unpool_window *w) {
  if (mode == CK_POOL_MAX) return (ck_unpool_window){w->y0, ck_least(w->y1, p->last), w->x0, w->x1, 1};
  return (ck_unpool_window){ck_most(w->y0, p->first), ck_least(w->y1, p->last), ck_most(w->x0, p->left),
                            ck_least(w->x1, p->right), 1};
}

// Whether a pixel of a window is one of the sums.
CK_INLINE int ck_unpool_has(const ck_pool_plane *p, int64_t iy, int64_t ix) {
  return iy >= p->first && ix >= p->left && ix < p->right;
}

// Vectors of a block's channels. Of the window `w` its share `s` is `width` columns wide.
CK_INLINE void ck_unpool_block(const int32_t mode, const ck_pool_plane *p, const ck_unpool_window *w,
                               const ck_unpool_window *s, const int64_t width, int64_t oy, int64_t ox) {
  const ck_pool2d_gradient_args *a = p->a;
  vf g = ck_get(p->g + oy * a->g.stride_h + ox * CK_VL), y = ck_splat(0);
  if (mode == CK_POOL_MAX || mode == CK_POOL_L2) y = ck_get(p->y + oy * a->y.stride_h + ox * CK_VL);
  if (mode == CK_POOL_L2) g = y > 0.0f ? g / y : ck_splat(0);
  if (mode == CK_POOL_AVERAGE_EXC_PAD) g = g / w->divisor;
  for (int64_t iy = s->y0; iy < s->y1; iy++) {
    const ck_elem *x = mode == CK_POOL_AVERAGE_EXC_PAD ? NULL : p->x + iy * a->x.stride_h + s->x0 * CK_VL;
    float *sums = p->sums + (iy - p->first) * p->sums_row + (s->x0 - p->left) * CK_VL;
    for (int64_t i = 0; i < width; i++) {
      vf part = g;
      if (mode == CK_POOL_L2) part = g * ck_get(x + i * CK_VL);
      if (mode == CK_POOL_MAX) {
        const vi is_most = ck_get(x + i * CK_VL) == y;
        part = is_most ? g : ck_splat(0);
        g = is_most ? ck_splat(0) : g;
        if (!ck_unpool_has(p, iy, s->x0 + i)) continue;
      }
      ck_store(sums + i * CK_VL, ck_load(sums + i * CK_VL) + part);
    }
  }
}

// Windows [from, to) of a row. With `width` > 0 all their columns are in the image and among the sums, and so many.
CK_INLINE void ck_unpool_blocks(const int32_t mode, const ck_pool_plane *p, const int64_t width, int64_t oy,
                                int64_t from, int64_t to) {
  if (width == 0) {
    for (int64_t ox = from; ox < to; ox++) {
      const ck_unpool_window w = ck_unpool_window_at(p->a, oy, ox), s = ck_unpool_share(mode, p, &w);
      ck_unpool_block(mode, p, &w, &s, s.x1 - s.x0, oy, ox);
    }
    return;
  }
  const ck_unpool_window w = ck_unpool_window_at(p->a, oy, from);
  ck_unpool_window s = ck_unpool_share(mode, p, &w);
  for (int64_t ox = from; ox < to; ox++) {
    ck_unpool_block(mode, p, &w, &s, width, oy, ox);
    s.x0 += p->a->stride_w;
  }
}

// One plain pixel.
CK_INLINE void ck_unpool_one(const int32_t mode, const ck_pool_plane *p, int64_t oy, int64_t ox) {
  const ck_pool2d_gradient_args *a = p->a;
  const ck_unpool_window w = ck_unpool_window_at(a, oy, ox);
  float g = ck_get_one(p->g + oy * a->g.stride_h + ox);
  const float y = mode == CK_POOL_MAX || mode == CK_POOL_L2 ? ck_get_one(p->y + oy * a->y.stride_h + ox) : 0;
  if (mode == CK_POOL_L2) g = y > 0 ? g / y : 0;
  if (mode == CK_POOL_AVERAGE_EXC_PAD) g = g / w.divisor;
  const ck_unpool_window s = ck_unpool_share(mode, p, &w);
  for (int64_t iy = s.y0; iy < s.y1; iy++) {
    const ck_elem *x = mode == CK_POOL_AVERAGE_EXC_PAD ? NULL : p->x + iy * a->x.stride_h;
    float *sums = p->sums + (iy - p->first) * p->sums_row - p->left;
    for (int64_t ix = s.x0; ix < s.x1; ix++) {
      if (mode == CK_POOL_MAX && ck_get_one(x + ix) != y) continue;
      if (ck_unpool_has(p, iy, ix)) sums[ix] += mode == CK_POOL_L2 ? g * ck_get_one(x + ix) : g;
      if (mode == CK_POOL_MAX) return;
    }
  }
}

// The maximum of windows of 2 × 2 side by side: every pixel is written once. Of one pair of rows, `count` windows.
CK_INLINE void ck_unpool_pairs_block(const ck_elem *g, const ck_elem *y, const ck_elem *x0, const ck_elem *x1,
                                     int64_t count, ck_elem *out0, ck_elem *out1) {
  const vf none = ck_splat(0);
  for (int64_t i = 0; i < count; i++) {
    vf rest = ck_get(g + i * CK_VL);
    const vf most = ck_get(y + i * CK_VL);
    CK_UNROLL for (int k = 0; k < 4; k++) {
      const int64_t at = (2 * i + k % 2) * CK_VL;
      const vi is_most = ck_get((k < 2 ? x0 : x1) + at) == most;
      ck_put((k < 2 ? out0 : out1) + at, is_most ? rest : none);
      rest = is_most ? none : rest;
    }
  }
}

#ifndef CK_STORES_BF16
#define CK_ZIP_FIRST_4(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define CK_ZIP_SECOND_4(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define CK_ZIP_FIRST_8(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define CK_ZIP_SECOND_8(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define CK_ZIP_FIRST_16(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define CK_ZIP_SECOND_16(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)

// The same of plain pixels: LANES windows at a time. The last vector ends with the row, and repeats what the one before
// has done.
#define CK_UNPOOL_PAIRS(LANES)                                                                                     \
  CK_INLINE void ck_unpool_pairs_##LANES(const float *g, const float *y, const float *x0, const float *x1,         \
                                         int64_t count, float *out0, float *out1) {                                \
    typedef float vector __attribute__((ext_vector_type(LANES), aligned(4)));                                      \
    const vector none = (vector)0.0f;                                                                              \
    for (int64_t i = 0; i < count; i += LANES) {                                                                   \
      const int64_t at = ck_least(i, count - LANES);                                                               \
      vector rest = *(const vector *)(g + at);                                                                     \
      const vector most = *(const vector *)(y + at);                                                               \
      CK_UNROLL for (int k = 0; k < 2; k++) {                                                                      \
        const float *x = (k ? x1 : x0) + 2 * at;                                                                   \
        float *out = (k ? out1 : out0) + 2 * at;                                                                   \
        const vector a = *(const vector *)x, b = *(const vector *)(x + LANES);                                     \
        const vector even = CK_EVEN_##LANES(a, b), odd = CK_ODD_##LANES(a, b);                                     \
        const vector to_even = even == most ? rest : none;                                                         \
        rest = even == most ? none : rest;                                                                         \
        const vector to_odd = odd == most ? rest : none;                                                           \
        rest = odd == most ? none : rest;                                                                          \
        *(vector *)out = CK_ZIP_FIRST_##LANES(to_even, to_odd);                                                    \
        *(vector *)(out + LANES) = CK_ZIP_SECOND_##LANES(to_even, to_odd);                                         \
      }                                                                                                            \
    }                                                                                                              \
  }
CK_UNPOOL_PAIRS(4)
#if CK_VL >= 8
CK_UNPOOL_PAIRS(8)
#endif
#if CK_VL >= 16
CK_UNPOOL_PAIRS(16)
#endif

CK_INLINE void ck_unpool_pairs_plain(const float *g, const float *y, const float *x0, const float *x1, int64_t count,
                                     float *out0, float *out1) {
#if CK_VL >= 16
  if (count >= 16) return ck_unpool_pairs_16(g, y, x0, x1, count, out0, out1);
#endif
#if CK_VL >= 8
  if (count >= 8) return ck_unpool_pairs_8(g, y, x0, x1, count, out0, out1);
#endif
  if (count >= 4) return ck_unpool_pairs_4(g, y, x0, x1, count, out0, out1);
  for (int64_t i = 0; i < count; i++) {
    float rest = g[i];
    for (int k = 0; k < 4; k++) {
      const int is_most = (k < 2 ? x0 : x1)[2 * i + k % 2] == y[i];
      (k < 2 ? out0 : out1)[2 * i + k % 2] = is_most ? rest : 0;
      rest = is_most ? 0 : rest;
    }
  }
}

#endif

// A band of a pool of such windows. Its first row is even.
static void ck_unpool_pairs(const ck_pool_plane *p) {
  const ck_pool2d_gradient_args *a = p->a;
  const int64_t pixel = a->out.block, width = a->out.w * pixel, used = 2 * a->g.w * pixel;
  for (int64_t iy = p->first; iy < p->last; iy += 2) {
    ck_elem *out0 = p->out + iy * a->out.stride_h, *out1 = out0 + a->out.stride_h;
    if (iy / 2 >= a->g.h) {
      memset(out0, 0, (size_t)width * sizeof(ck_elem));
      continue;
    }
    const ck_elem *g = p->g + iy / 2 * a->g.stride_h, *y = p->y + iy / 2 * a->y.stride_h;
    const ck_elem *x0 = p->x + iy * a->x.stride_h, *x1 = x0 + a->x.stride_h;
#ifndef CK_STORES_BF16
    if (pixel == 1) {
      ck_unpool_pairs_plain(g, y, x0, x1, a->g.w, out0, out1);
    } else
#endif
    {
      ck_unpool_pairs_block(g, y, x0, x1, a->g.w, out0, out1);
    }
    memset(out0 + used, 0, (size_t)(width - used) * sizeof(ck_elem));
    memset(out1 + used, 0, (size_t)(width - used) * sizeof(ck_elem));
  }
}

// The sums of a band's columns.
CK_INLINE void ck_unpool_columns(const int32_t mode, const ck_pool_plane *p) {
  const ck_pool2d_gradient_args *a = p->a;
  const int64_t pixel = a->out.block;
  for (int64_t i = 0; i < p->last - p->first; i++) {
    memset(p->sums + i * p->sums_row, 0, (size_t)((p->right - p->left) * pixel) * sizeof(float));
  }
  // The windows that reach into them.
  const int64_t above = p->first + a->pad_top - a->kernel_h + 1, before = p->left + a->pad_left - a->kernel_w + 1;
  const int64_t from = above > 0 ? ck_ceil_div(above, a->stride_h) : 0;
  const int64_t to = ck_least(a->g.h, (p->last - 1 + a->pad_top) / a->stride_h + 1);
  const int64_t start = before > 0 ? ck_ceil_div(before, a->stride_w) : 0;
  const int64_t end = ck_least(a->g.w, (p->right - 1 + a->pad_left) / a->stride_w + 1);
  // Those that are whole among the sums of columns; theirs are loops of constant length.
  const int64_t inside = ck_least(end, ck_ceil_div(p->left + a->pad_left, a->stride_w));
  const int64_t room = p->right + a->pad_left - a->kernel_w;
  const int64_t outside = room < 0 ? inside : ck_most(inside, ck_least(end, room / a->stride_w + 1));
  for (int64_t oy = from; oy < to; oy++) {
    if (pixel == 1) {
      for (int64_t ox = start; ox < end; ox++) ck_unpool_one(mode, p, oy, ox);
      continue;
    }
    ck_unpool_blocks(mode, p, 0, oy, start, inside);
    switch (a->kernel_w) {
      case 2: ck_unpool_blocks(mode, p, 2, oy, inside, outside); break;
      case 3: ck_unpool_blocks(mode, p, 3, oy, inside, outside); break;
      default: ck_unpool_blocks(mode, p, 0, oy, inside, outside);
    }
    ck_unpool_blocks(mode, p, 0, oy, outside, end);
  }
}

// Floats are summed up where they belong, what is stored as bf16 is rounded once.
CK_INLINE void ck_unpool_band(const int32_t mode, ck_pool_plane *p) {
  const ck_tensor *out = &p->a->out;
#ifdef CK_STORES_BF16
  _Alignas(64) float sums[CK_POOL_BAND * CK_POOL_PIECE];
  p->sums = sums;
  p->sums_row = CK_POOL_PIECE;
  const int64_t columns = CK_POOL_PIECE / out->block;
  for (p->left = 0; p->left < out->w; p->left = p->right) {
    p->right = ck_least(p->left + columns, out->w);
    ck_unpool_columns(mode, p);
    for (int64_t y = p->first; y < p->last; y++) {
      ck_elem *to = p->out + y * out->stride_h + p->left * out->block;
      const int64_t count = (p->right - p->left) * out->block;
      for (int64_t i = 0; i < count; i += CK_VL) {
        ck_put_upto(to + i, ck_load(sums + (y - p->first) * CK_POOL_PIECE + i), count - i);
      }
    }
  }
#else
  p->sums = p->out + p->first * out->stride_h;
  p->sums_row = out->stride_h;
  p->right = out->w;
  ck_unpool_columns(mode, p);
#endif
}

static int64_t ck_pool_bands(const ck_pool2d_gradient_args *a) { return ck_ceil_div(a->out.h, CK_POOL_BAND); }

int64_t CK_NAME(pool2d_gradient_bands, units)(const void *args) {
  const ck_pool2d_gradient_args *a = args;
  return a->out.n * ck_blocks(&a->out) * ck_pool_bands(a);
}

void CK_NAME(pool2d_gradient_bands, run)(const void *args, int64_t begin, int64_t end) {
  const ck_pool2d_gradient_args *a = args;
  const ck_tensor *out = &a->out;
  const int64_t blocks = ck_blocks(out), bands = ck_pool_bands(a);
  const int is_pairs = a->mode == CK_POOL_MAX && a->kernel_h == 2 && a->kernel_w == 2 && a->stride_h == 2 &&
                       a->stride_w == 2 && !(a->pad_top | a->pad_left) && 2 * a->g.h <= out->h &&
                       2 * a->g.w <= out->w && (sizeof(ck_elem) == sizeof(float) || out->block > 1);
  const int reads = a->mode == CK_POOL_MAX || a->mode == CK_POOL_L2;
  for (int64_t u = begin; u < end; u++) {
    const int64_t band = u % bands, cb = u / bands % blocks, n = u / bands / blocks;
    ck_pool_plane p = {
        .a = a,
        .g = ck_data(&a->g) + n * a->g.stride_n + cb * a->g.stride_c,
        .x = reads ? ck_data(&a->x) + n * a->x.stride_n + cb * a->x.stride_c : NULL,
        .y = reads ? ck_data(&a->y) + n * a->y.stride_n + cb * a->y.stride_c : NULL,
        .out = ck_data(out) + n * out->stride_n + cb * out->stride_c,
        .first = band * CK_POOL_BAND,
        .last = ck_least((band + 1) * CK_POOL_BAND, out->h)};
    if (is_pairs) {
      ck_unpool_pairs(&p);
    } else {
      switch (a->mode) {
        case CK_POOL_MAX: ck_unpool_band(CK_POOL_MAX, &p); break;
        case CK_POOL_L2: ck_unpool_band(CK_POOL_L2, &p); break;
        default: ck_unpool_band(CK_POOL_AVERAGE_EXC_PAD, &p); break;
      }
    }
    for (int64_t y = p.first; y < p.last; y++) ck_zero_halo(out, n, cb, y);
  }
}

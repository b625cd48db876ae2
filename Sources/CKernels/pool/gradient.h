// Gradients of pooling over windows. A unit is (image, channel block, band of rows of the image): windows that reach
// into a band add to its rows alone, always in the same order, so that bands need nothing of each other.
#include "../common/halo.h"
#include "../common/storage.h"

enum { CK_POOL_BAND = 16 };

// The windows of one plane of one lane or block.
typedef struct {
  const ck_pool2d_gradient_args *a;
  const float *g, *x, *y;
  float *out;
  int64_t first, last;  // rows of the band: [first, last)
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

// Vectors of a block's channels.
CK_INLINE void ck_unpool_block(const int32_t mode, const ck_pool_plane *p, int64_t oy, int64_t ox) {
  const ck_pool2d_gradient_args *a = p->a;
  const ck_unpool_window w = ck_unpool_window_at(a, oy, ox);
  vf g = ck_load(p->g + oy * a->g.stride_h + ox * CK_VL), y = ck_splat(0);
  if (mode == CK_POOL_MAX || mode == CK_POOL_L2) y = ck_load(p->y + oy * a->y.stride_h + ox * CK_VL);
  if (mode == CK_POOL_L2) g = y > 0.0f ? g / y : ck_splat(0);
  if (mode == CK_POOL_AVERAGE_EXC_PAD) g = g / w.divisor;
  // Rows above the band decide which maximum is the first.
  const int64_t from = mode == CK_POOL_MAX ? w.y0 : ck_most(w.y0, p->first), to = ck_least(w.y1, p->last);
  for (int64_t iy = from; iy < to; iy++) {
    const float *x = mode == CK_POOL_AVERAGE_EXC_PAD ? NULL : p->x + iy * a->x.stride_h;
    float *out = p->out + iy * a->out.stride_h;
    for (int64_t ix = w.x0; ix < w.x1; ix++) {
      vf part = g;
      if (mode == CK_POOL_L2) part = g * ck_load(x + ix * CK_VL);
      if (mode == CK_POOL_MAX) {
        const vi is_most = ck_load(x + ix * CK_VL) == y;
        part = is_most ? g : ck_splat(0);
        g = is_most ? ck_splat(0) : g;
        if (iy < p->first) continue;
      }
      ck_store(out + ix * CK_VL, ck_load(out + ix * CK_VL) + part);
    }
  }
}

// One plain pixel.
CK_INLINE void ck_unpool_one(const int32_t mode, const ck_pool_plane *p, int64_t oy, int64_t ox) {
  const ck_pool2d_gradient_args *a = p->a;
  const ck_unpool_window w = ck_unpool_window_at(a, oy, ox);
  float g = p->g[oy * a->g.stride_h + ox];
  const float y = mode == CK_POOL_MAX || mode == CK_POOL_L2 ? p->y[oy * a->y.stride_h + ox] : 0;
  if (mode == CK_POOL_L2) g = y > 0 ? g / y : 0;
  if (mode == CK_POOL_AVERAGE_EXC_PAD) g = g / w.divisor;
  const int64_t from = mode == CK_POOL_MAX ? w.y0 : ck_most(w.y0, p->first), to = ck_least(w.y1, p->last);
  for (int64_t iy = from; iy < to; iy++) {
    const float *x = mode == CK_POOL_AVERAGE_EXC_PAD ? NULL : p->x + iy * a->x.stride_h;
    float *out = p->out + iy * a->out.stride_h;
    for (int64_t ix = w.x0; ix < w.x1; ix++) {
      if (mode == CK_POOL_MAX && x[ix] != y) continue;
      if (iy >= p->first) out[ix] += mode == CK_POOL_L2 ? g * x[ix] : g;
      if (mode == CK_POOL_MAX) return;
    }
  }
}

// The maximum of windows of 2 × 2 side by side: every pixel is written once. Of one pair of rows, `count` windows.
CK_INLINE void ck_unpool_pairs_block(const float *g, const float *y, const float *x0, const float *x1, int64_t count,
                                     float *out0, float *out1) {
  const vf none = ck_splat(0);
  for (int64_t i = 0; i < count; i++) {
    vf rest = ck_load(g + i * CK_VL);
    const vf most = ck_load(y + i * CK_VL);
    CK_UNROLL for (int k = 0; k < 4; k++) {
      const int64_t at = (2 * i + k % 2) * CK_VL;
      const vi is_most = ck_load((k < 2 ? x0 : x1) + at) == most;
      ck_store((k < 2 ? out0 : out1) + at, is_most ? rest : none);
      rest = is_most ? none : rest;
    }
  }
}

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

// A band of a pool of such windows. Its first row is even.
static void ck_unpool_pairs(const ck_pool_plane *p) {
  const ck_pool2d_gradient_args *a = p->a;
  const int64_t pixel = a->out.block, width = a->out.w * pixel, used = 2 * a->g.w * pixel;
  for (int64_t iy = p->first; iy < p->last; iy += 2) {
    float *out0 = p->out + iy * a->out.stride_h, *out1 = out0 + a->out.stride_h;
    if (iy / 2 >= a->g.h) {
      memset(out0, 0, (size_t)width * sizeof(float));
      continue;
    }
    const float *g = p->g + iy / 2 * a->g.stride_h, *y = p->y + iy / 2 * a->y.stride_h;
    const float *x0 = p->x + iy * a->x.stride_h, *x1 = x0 + a->x.stride_h;
    if (pixel > 1) {
      ck_unpool_pairs_block(g, y, x0, x1, a->g.w, out0, out1);
    } else {
      ck_unpool_pairs_plain(g, y, x0, x1, a->g.w, out0, out1);
    }
    memset(out0 + used, 0, (size_t)(width - used) * sizeof(float));
    memset(out1 + used, 0, (size_t)(width - used) * sizeof(float));
  }
}

CK_INLINE void ck_unpool_band(const int32_t mode, const ck_pool_plane *p) {
  const ck_pool2d_gradient_args *a = p->a;
  const int64_t pixel = a->out.block;
  for (int64_t iy = p->first; iy < p->last; iy++) {
    memset(p->out + iy * a->out.stride_h, 0, (size_t)(a->out.w * pixel) * sizeof(float));
  }
  // The windows that reach into the band.
  const int64_t above = p->first + a->pad_top - a->kernel_h + 1;
  const int64_t from = above > 0 ? ck_ceil_div(above, a->stride_h) : 0;
  const int64_t to = ck_least(a->g.h, (p->last - 1 + a->pad_top) / a->stride_h + 1);
  for (int64_t oy = from; oy < to; oy++) {
    for (int64_t ox = 0; ox < a->g.w; ox++) {
      if (pixel > 1) {
        ck_unpool_block(mode, p, oy, ox);
      } else {
        ck_unpool_one(mode, p, oy, ox);
      }
    }
  }
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
                       a->stride_w == 2 && !(a->pad_top | a->pad_left) && 2 * a->g.h <= out->h && 2 * a->g.w <= out->w;
  const int reads = a->mode == CK_POOL_MAX || a->mode == CK_POOL_L2;
  for (int64_t u = begin; u < end; u++) {
    const int64_t band = u % bands, cb = u / bands % blocks, n = u / bands / blocks;
    const ck_pool_plane p = {
        .a = a,
        .g = a->g.data + n * a->g.stride_n + cb * a->g.stride_c,
        .x = reads ? a->x.data + n * a->x.stride_n + cb * a->x.stride_c : NULL,
        .y = reads ? a->y.data + n * a->y.stride_n + cb * a->y.stride_c : NULL,
        .out = out->data + n * out->stride_n + cb * out->stride_c,
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

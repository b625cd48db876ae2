// Pooling over windows. A unit is (image, channel block, output row).
#include "../common/activation.h"
#include "../common/halo.h"

// What one fetch reads: a pixel's channels; one plain pixel in every lane; CK_VL plain pixels, each or every other.
typedef enum { CK_FETCH_BLOCK, CK_FETCH_ONE, CK_FETCH_EACH, CK_FETCH_OTHER } ck_fetch_kind;

CK_INLINE vf ck_fetch(const ck_fetch_kind kind, const ck_elem *p) {
  if (kind == CK_FETCH_ONE) return ck_splat(ck_get_one(p));
  if (kind != CK_FETCH_OTHER) return ck_get(p);
  // Lanes 0, 2, 4, … of 2·CK_VL − 1 elements: the last that two whole vectors would hold may not exist.
  const vf a = ck_get(p), b = ck_get(p + CK_VL - 1);
#if CK_VL == 16
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 17, 19, 21, 23, 25, 27, 29, 31);
#elif CK_VL == 8
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 9, 11, 13, 15);
#else
  return __builtin_shufflevector(a, b, 0, 2, 5, 7);
#endif
}

// Rows [y0, y1) and columns [x0, x1) of the image, and the divisor of the mean.
typedef struct {
  int64_t y0, y1, x0, x1;
  float divisor;
} ck_window;

CK_INLINE vf ck_pool_window(const int32_t mode, const ck_fetch_kind fetch, const ck_elem *plane, int64_t stride_h,
                            int64_t step, const ck_window *w) {
  if (w->y1 <= w->y0 || w->x1 <= w->x0) return ck_splat(0);
  vf acc = ck_splat(mode == CK_POOL_MAX ? -INFINITY : 0);
  for (int64_t y = w->y0; y < w->y1; y++) {
    const ck_elem *p = plane + y * stride_h;
    for (int64_t x = w->x0; x < w->x1; x++) {
      const vf v = ck_fetch(fetch, p + x * step);
      acc = mode == CK_POOL_MAX ? ck_max(acc, v) : mode == CK_POOL_L2 ? v * v + acc : acc + v;
    }
  }
  return mode == CK_POOL_MAX ? acc : mode == CK_POOL_L2 ? ck_sqrt(acc) : acc / w->divisor;
}

// A window of constant size that lies in the image: `p` is its first pixel. Rows are combined apart, so that no
// result waits for more than a few others.
CK_INLINE vf ck_pool_whole(const int32_t mode, const int rows, const int columns, const ck_elem *p, int64_t stride_h) {
  vf total = ck_splat(0);
  CK_UNROLL for (int y = 0; y < rows; y++) {
    vf row = ck_splat(0);
    CK_UNROLL for (int x = 0; x < columns; x++) {
      const vf v = ck_get(p + y * stride_h + x * CK_VL), u = mode == CK_POOL_L2 ? v * v : v;
      row = x == 0 ? u : mode == CK_POOL_MAX ? ck_max(row, u) : row + u;
    }
    total = y == 0 ? row : mode == CK_POOL_MAX ? ck_max(total, row) : total + row;
  }
  if (mode == CK_POOL_MAX) return total;
  return mode == CK_POOL_L2 ? ck_sqrt(total) : total / (float)(rows * columns);
}

// `count` neighbouring outputs of one row whose windows lie in the image, for the sizes that networks have; 0 for
// other sizes, and nothing is done.
CK_INLINE int ck_pool_run(const int32_t mode, const ck_pool2d_args *a, const ck_elem *p, int64_t count, ck_elem *to) {
  const int64_t stride_h = a->in.stride_h, step = a->stride_w * CK_VL;
  if (a->kernel_h == 3 && a->kernel_w == 3) {
    for (int64_t x = 0; x < count; x++) ck_put(to + x * CK_VL, ck_pool_whole(mode, 3, 3, p + x * step, stride_h));
  } else if (a->kernel_h == 2 && a->kernel_w == 2) {
    for (int64_t x = 0; x < count; x++) ck_put(to + x * CK_VL, ck_pool_whole(mode, 2, 2, p + x * step, stride_h));
  } else {
    return 0;
  }
  return 1;
}

#ifndef CK_STORES_BF16

// Lanes 0, 2, 4, … and 1, 3, 5, … of two vectors, for the lengths that a row of outputs is done in.
#define CK_EVEN_2(a, b) __builtin_shufflevector(a, b, 0, 2)
#define CK_ODD_2(a, b) __builtin_shufflevector(a, b, 1, 3)
#define CK_EVEN_4(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6)
#define CK_ODD_4(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7)
#define CK_EVEN_8(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define CK_ODD_8(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15)
#define CK_EVEN_16(a, b) \
  __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define CK_ODD_16(a, b) \
  __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)

// Windows of 2 × 2 at stride 2 on plain pixels: `count` ≥ LANES outputs of one row. The last vector ends with the row,
// and repeats what the one before has done.
#define CK_POOL_PAIRS(LANES)                                                                                       \
  CK_INLINE void ck_pool_pairs_##LANES(const int32_t mode, const float *p, int64_t stride_h, int64_t count,        \
                                       float *to) {                                                                \
    typedef float vector __attribute__((ext_vector_type(LANES), aligned(4)));                                      \
    for (int64_t i = 0; i < count; i += LANES) {                                                                   \
      const int64_t x = ck_least(i, count - LANES);                                                                \
      vector row[2];                                                                                               \
      CK_UNROLL for (int k = 0; k < 2; k++) {                                                                      \
        const float *q = p + k * stride_h + 2 * x;                                                                 \
        const vector a = *(const vector *)q, b = *(const vector *)(q + LANES);                                     \
        const vector even = CK_EVEN_##LANES(a, b), odd = CK_ODD_##LANES(a, b);                                     \
        row[k] = mode == CK_POOL_MAX ? (even > odd ? even : odd)                                                   \
                                     : mode == CK_POOL_L2 ? even * even + odd * odd : even + odd;                  \
      }                                                                                                            \
      const vector sum = mode == CK_POOL_MAX ? (row[0] > row[1] ? row[0] : row[1]) : row[0] + row[1];              \
      *(vector *)(to + x) = mode == CK_POOL_MAX ? sum                                                              \
                            : mode == CK_POOL_L2 ? __builtin_elementwise_sqrt(sum) : sum * 0.25f;                  \
    }                                                                                                              \
  }
CK_POOL_PAIRS(2)
CK_POOL_PAIRS(4)
#if CK_VL >= 8
CK_POOL_PAIRS(8)
#endif
#if CK_VL >= 16
CK_POOL_PAIRS(16)
#endif

// As ck_pool_run, for plain pixels.
CK_INLINE int ck_pool_plain_run(const int32_t mode, const ck_pool2d_args *a, const float *p, int64_t count,
                                float *to) {
  if (a->kernel_h != 2 || a->kernel_w != 2 || a->stride_w != 2 || count < 2) return 0;
#if CK_VL >= 16
  if (count >= 16) return ck_pool_pairs_16(mode, p, a->in.stride_h, count, to), 1;
#endif
#if CK_VL >= 8
  if (count >= 8) return ck_pool_pairs_8(mode, p, a->in.stride_h, count, to), 1;
#endif
  if (count >= 4) return ck_pool_pairs_4(mode, p, a->in.stride_h, count, to), 1;
  return ck_pool_pairs_2(mode, p, a->in.stride_h, count, to), 1;
}

#else

// Plain bf16 images are not worth it.
CK_INLINE int ck_pool_plain_run(const int32_t mode, const ck_pool2d_args *a, const ck_elem *p, int64_t count,
                                ck_elem *to) {
  (void)mode, (void)a, (void)p, (void)count, (void)to;
  return 0;
}

#endif

CK_INLINE void ck_pool_columns(const ck_pool2d_args *a, int64_t x, int64_t window_rows, int64_t padded_rows,
                               ck_window *w) {
  const int64_t left = x * a->stride_w - a->pad_left;
  w->x0 = ck_most(left, 0);
  w->x1 = ck_least(left + a->kernel_w, a->in.w);
  const int64_t padded = ck_least(left + a->kernel_w, a->in.w + a->pad_right) - left;
  w->divisor = (float)(a->mode == CK_POOL_AVERAGE_INC_PAD ? padded_rows * padded : window_rows * (w->x1 - w->x0));
}

// Output columns [whole, beyond) have windows that lie in the image.
typedef struct {
  int64_t whole, beyond;
} ck_pool_inside;

static ck_pool_inside ck_pool_inside_of(const ck_pool2d_args *a) {
  const int64_t room = a->in.w - a->kernel_w + a->pad_left;
  return (ck_pool_inside){.whole = ck_ceil_div(a->pad_left, a->stride_w),
                          .beyond = room < 0 ? 0 : ck_least(a->out.w, room / a->stride_w + 1)};
}

CK_INLINE void ck_pool_row(const int32_t mode, const ck_pool2d_args *a, ck_pool_inside inside, const ck_elem *plane,
                           int64_t y, ck_elem *to) {
  const int64_t top = y * a->stride_h - a->pad_top, stride_h = a->in.stride_h, width = a->out.w;
  ck_window w = {.y0 = ck_most(top, 0), .y1 = ck_least(top + a->kernel_h, a->in.h)};
  const int64_t real_rows = w.y1 - w.y0, padded_rows = ck_least(top + a->kernel_h, a->in.h + a->pad_bottom) - top;
  const int64_t whole = inside.whole, beyond = inside.beyond;
  const int64_t pixel = a->in.block;
  const ck_elem *first = plane + w.y0 * stride_h + (whole * a->stride_w - a->pad_left) * pixel;
  const int in_image = real_rows == a->kernel_h && beyond > whole;
  if (pixel > 1) {
    const int fast = in_image && ck_pool_run(mode, a, first, beyond - whole, to + whole * CK_VL);
    for (int64_t x = 0; x < width; x++) {
      if (fast && x == whole) x = beyond;
      if (x >= width) break;
      ck_pool_columns(a, x, real_rows, padded_rows, &w);
      ck_put(to + x * CK_VL, ck_pool_window(mode, CK_FETCH_BLOCK, plane, stride_h, CK_VL, &w));
    }
    return;
  }
  const int fast = in_image && ck_pool_plain_run(mode, a, first, beyond - whole, to + whole);
  for (int64_t x = 0; x < width;) {
    if (fast && x == whole) x = beyond;
    if (x >= width) break;
    ck_pool_columns(a, x, real_rows, padded_rows, &w);
    const int many = x >= whole && x + CK_VL <= beyond && a->stride_w <= 2;
    if (many && a->stride_w == 1) {
      ck_put(to + x, ck_pool_window(mode, CK_FETCH_EACH, plane, stride_h, 1, &w));
    } else if (many) {
      ck_put(to + x, ck_pool_window(mode, CK_FETCH_OTHER, plane, stride_h, 1, &w));
    } else {
      ck_put_one(to + x, ck_pool_window(mode, CK_FETCH_ONE, plane, stride_h, 1, &w)[0]);
    }
    x += many ? CK_VL : 1;
  }
}

int64_t CK_NAME(pool2d_window, units)(const void *args) {
  const ck_pool2d_args *a = args;
  return a->out.n * ck_blocks(&a->out) * a->out.h;
}

void CK_NAME(pool2d_window, run)(const void *args, int64_t begin, int64_t end) {
  const ck_pool2d_args *a = args;
  const ck_tensor *in = &a->in, *out = &a->out;
  const int64_t blocks = ck_blocks(out);
  const ck_pool_inside inside = ck_pool_inside_of(a);
  int64_t y = begin % out->h, cb = begin / out->h % blocks, n = begin / out->h / blocks;
  for (int64_t u = begin; u < end; u++) {
    const ck_elem *plane = ck_data(in) + n * in->stride_n + cb * in->stride_c;
    ck_elem *to = ck_data(out) + n * out->stride_n + cb * out->stride_c + y * out->stride_h;
    switch (a->mode) {
      case CK_POOL_MAX: ck_pool_row(CK_POOL_MAX, a, inside, plane, y, to); break;
      case CK_POOL_L2: ck_pool_row(CK_POOL_L2, a, inside, plane, y, to); break;
      default: ck_pool_row(CK_POOL_AVERAGE_EXC_PAD, a, inside, plane, y, to); break;
    }
    ck_activate_in_place(to, out->w * out->block, &a->activation);
    ck_zero_halo(out, n, cb, y);
    if (++y == out->h) y = 0, cb++;
    if (cb == blocks) cb = 0, n++;
  }
}

// Pixels of several images in turn. A unit is (image, block of channels, row).
#include "../common/halo.h"
#include "../common/storage.h"

int64_t CK_NAME(interleave_pixels, units)(const void *args) {
  const ck_interleave_args *a = args;
  return a->out.n * ck_blocks(&a->out) * a->out.h;
}

// count pixels of `block` elements, `step` elements apart in `to`; zeros without `from`.
CK_INLINE void ck_spread_pixels(const int64_t block, ck_elem *to, const ck_elem *from, int64_t count, int64_t step) {
  for (int64_t i = 0; i < count; i++) {
    if (from) {
      memcpy(to + i * step, from + i * block, (size_t)block * sizeof(ck_elem));
    } else {
      memset(to + i * step, 0, (size_t)block * sizeof(ck_elem));
    }
  }
}

void CK_NAME(interleave_pixels, run)(const void *args, int64_t begin, int64_t end) {
  const ck_interleave_args *a = args;
  const ck_tensor *out = &a->out;
  const int64_t blocks = ck_blocks(out), block = out->block, step = a->stride_w * block;
  for (int64_t u = begin; u < end; u++) {
    const int64_t y = u % out->h, cb = u / out->h % blocks, n = u / out->h / blocks;
    ck_elem *row = ck_data(out) + n * out->stride_n + cb * out->stride_c + y * out->stride_h;
    for (int64_t phase = 0; phase < a->stride_w; phase++) {
      const ck_tensor *in = a->inputs + y % a->stride_h * a->stride_w + phase;
      const ck_elem *from =
          in->data ? ck_data(in) + n * in->stride_n + cb * in->stride_c + y / a->stride_h * in->stride_h : NULL;
      const int64_t count = ck_ceil_div(out->w - phase, a->stride_w);
      ck_elem *to = row + phase * block;
      // Constant sizes, so that copies need no calls.
      switch (block) {
        case 16: ck_spread_pixels(16, to, from, count, step); break;
        case 8: ck_spread_pixels(8, to, from, count, step); break;
        case 4: ck_spread_pixels(4, to, from, count, step); break;
        case 1: ck_spread_pixels(1, to, from, count, step); break;
        default: ck_spread_pixels(block, to, from, count, step);
      }
    }
    ck_zero_halo(out, n, cb, y);
  }
}

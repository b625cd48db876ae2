// Local response normalisation across channels. A unit is (image, row).
#include "../common/halo.h"
#include "../common/storage.h"
#include "../common/vmath.h"

// x·t^(−beta), t > 0
CK_INLINE vf ck_lrn_scale(vf x, vf t, float beta) {
  if (beta == 0.75f) {
    const vf root = ck_sqrt(t);
    return x / (root * ck_sqrt(root));
  }
  if (beta == 0.5f) return x / ck_sqrt(t);
  if (beta == 1.0f) return x / t;
  return x * ck_exp(ck_log(t) * -beta);
}

// Channels that one pass squares, besides their neighbours. A multiple of every vector length.
enum { CK_LRN_CHANNELS = 512, CK_LRN_MOST_WINDOW = 1024 };

// One pixel, blocked: the squares of its channels are laid out in a line, so that a window is `n` shifted loads.
static void ck_lrn_pixel(const ck_lrn_args *a, const ck_elem *from, ck_elem *to) {
  const ck_tensor *in = &a->in, *out = &a->out;
  const int64_t before = (a->n - 1) / 2, after = a->n / 2, c = in->c;
  float line[CK_LRN_CHANNELS + CK_LRN_MOST_WINDOW + 3 * CK_VL];
  for (int64_t first = 0; first < c; first += CK_LRN_CHANNELS) {
    const int64_t count = ck_least(CK_LRN_CHANNELS, c - first);
    // line[CK_VL + i] is the square of channel low + i; low is a multiple of CK_VL, and may be negative.
    const int64_t low = first - ck_ceil_div(before, CK_VL) * CK_VL;
    const int64_t high = ck_ceil_div(first + count + after, CK_VL) * CK_VL;
    for (int64_t i = low; i < high; i += CK_VL) {
      vf v = ck_splat(0);
      if (i >= 0 && i < c) v = ck_get_upto(from + i / CK_VL * in->stride_c, c - i);
      ck_store(line + CK_VL + i - low, v * v);
    }
    for (int64_t i = first; i < first + count; i += CK_VL) {
      vf sum = ck_splat(0);
      for (int64_t j = -before; j <= after; j++) sum += ck_load(line + CK_VL + i + j - low);
      const vf x = ck_get(from + i / CK_VL * in->stride_c);
      ck_put(to + i / CK_VL * out->stride_c, ck_lrn_scale(x, sum * a->alpha + a->k, a->beta));
    }
  }
}

// A row of one channel, plain: vectors of pixels.
static void ck_lrn_row(const ck_lrn_args *a, const ck_elem *image, int64_t c, ck_elem *to) {
  const ck_tensor *in = &a->in;
  const int64_t first = ck_most(c - (a->n - 1) / 2, 0), last = ck_least(c + a->n / 2, in->c - 1);
  for (int64_t x = 0; x < in->w; x += CK_VL) {
    vf sum = ck_splat(0);
    for (int64_t j = first; j <= last; j++) {
      const vf v = ck_get_upto(image + j * in->stride_c + x, in->w - x);
      sum = v * v + sum;
    }
    const vf v = ck_get_upto(image + c * in->stride_c + x, in->w - x);
    ck_put_upto(to + x, ck_lrn_scale(v, sum * a->alpha + a->k, a->beta), in->w - x);
  }
}

int64_t CK_NAME(lrn_channels, units)(const void *args) {
  const ck_lrn_args *a = args;
  return a->out.n * a->out.h;
}

void CK_NAME(lrn_channels, run)(const void *args, int64_t begin, int64_t end) {
  const ck_lrn_args *a = args;
  const ck_tensor *in = &a->in, *out = &a->out;
  for (int64_t u = begin; u < end; u++) {
    const int64_t n = u / out->h, y = u % out->h;
    const ck_elem *from = ck_data(in) + n * in->stride_n + y * in->stride_h;
    ck_elem *to = ck_data(out) + n * out->stride_n + y * out->stride_h;
    if (in->block > 1) {
      for (int64_t x = 0; x < in->w; x++) ck_lrn_pixel(a, from + x * CK_VL, to + x * CK_VL);
    } else {
      for (int64_t c = 0; c < in->c; c++) ck_lrn_row(a, from, c, to + c * out->stride_c);
    }
    for (int64_t cb = 0; cb < ck_blocks(out); cb++) ck_zero_halo(out, n, cb, y);
  }
}

// The gradient of a convolution's filters: sums over all pixels, tap by tap (weights_gradient_tile.h).
//
// A unit is (slice of the batch, group of vectors of filters, block of channels, or channel of a plain image).
#include "weights_gradient_tile.h"
#ifdef CK_STORES_BF16
#include "weights_gradient_pairs.h"
#else
// Rows [ky, end) of taps, over some rows of pixels of some images from row y of image n on.
static void ck_weights_piece(const ck_conv2d_weights_args *a, const ck_weights_shape *s, const ck_weights_unit *u,
                             int64_t ky, int64_t end, int64_t n, int64_t y, const ck_weights_pixels *p, float *sums) {
  const ck_tensor *in = &a->in;
  const float *x = in->data + n * p->in_n + u->c / in->block * in->stride_c - a->pad_left * in->stride_w +
                   (y * a->stride_h - a->pad_top) * in->stride_h;
  ck_weights_add(a, s, u, ky, end, x, a->g.data + n * p->g_n + y * p->g_y + u->first / CK_VL * p->g_c, p, sums);
}
#endif

#define CK_WEIGHTS(what) CK_NAME(conv2d_weights_outer, what)

int64_t CK_WEIGHTS(units)(const void *args) {
  const ck_conv2d_weights_args *a = args;
  const ck_weights_shape s = ck_weights_shape_of(a);
  return a->slices * s.packing.tiles * s.blocks;
}

void CK_WEIGHTS(run)(const void *args, int64_t begin, int64_t end) {
  const ck_conv2d_weights_args *a = args;
  const ck_weights_shape s = ck_weights_shape_of(a);
  const ck_tensor *g = &a->g, *in = &a->in;
  const int64_t filters = s.packing.filters * s.packing.inputs * a->kernel_h * a->kernel_w;
  _Alignas(64) float sums[CK_WEIGHTS_SUMS / sizeof(float)];
  for (int64_t unit = begin; unit < end; unit++) {
    const int64_t rest = unit % (s.packing.tiles * s.blocks), slice = unit / (s.packing.tiles * s.blocks);
    ck_weights_unit u = {.tile = rest / s.blocks, .n = g->n * slice / a->slices, .end = g->n * (slice + 1) / a->slices};
    u.first = u.tile * s.vectors * CK_VL;
    u.v = ck_least(s.vectors, ck_blocks(g) - u.first / CK_VL);
    const ck_channel_range range = ck_conv_range(&s.packing, u.tile);
    u.c = s.depthwise ? u.first : range.low + rest % s.blocks * s.lanes;
    if (u.c >= range.high) continue;
    const int64_t row = a->kernel_w * s.lanes * u.v * CK_VL;
    const int64_t at_once = ck_most(1, ck_least(a->kernel_h, CK_WEIGHTS_SUMS / (int64_t)sizeof(float) / row));
    const int64_t rows = ck_least(g->h, ck_most(1, CK_WEIGHTS_PIXELS / g->w));
    const int64_t images = rows < g->h ? 1 : ck_most(1, CK_WEIGHTS_PIXELS / (g->h * g->w));
    ck_weights_pixels p = {.columns = g->w, .in_n = in->stride_n, .in_y = a->stride_h * in->stride_h,
                           .in_x = a->stride_w * in->stride_w, .g_n = g->stride_n, .g_y = g->stride_h,
                           .g_c = g->stride_c};
    for (int64_t ky = 0; ky < a->kernel_h; ky += at_once) {
      const int64_t last = ck_least(ky + at_once, a->kernel_h);
      memset(sums, 0, (size_t)((last - ky) * row) * sizeof(float));
      for (int64_t n = u.n; n < u.end; n += images) {
        p.images = ck_least(images, u.end - n);
        for (int64_t y = 0; y < g->h; y += rows) {
          p.rows = ck_least(rows, g->h - y);
          ck_weights_piece(a, &s, &u, ky, last, n, y, &p, sums);
        }
      }
      ck_weights_store(a, &s, &u, ky, last, sums, a->out + slice * filters);
    }
  }
}

// Direct convolution of bf16 in tiles of AMX. Needs one group and a blocked input of whole blocks of channels; weights
// are packed as for the other direct rows with 32 output channels.
//
// A row of the output is cut into strips of equal width, the last of which may begin within the one before: what both
// compute is stored once. Two strips share their weights, of one row or of neighbouring rows. A unit is (tile of
// output channels, image, output row).
#include "epilogue.h"
#include "pack.h"
#include "tile_sums.h"

#define CK_AMX_DIRECT(what) CK_TILED(conv2d_direct, 32, 32, what)

int64_t CK_AMX_DIRECT(units)(const void *args) {
  const ck_conv2d_args *a = args;
  return ck_ceil_div(a->out.c, CK_TILES_N) * a->out.n * a->out.h;
}

void CK_AMX_DIRECT(run)(const void *args, int64_t begin, int64_t end) {
  const ck_conv2d_args *a = args;
  const ck_tensor *in = &a->in, *out = &a->out;
  const ck_pair_packing packing = ck_pair_packing_of(a, CK_TILES_N);
  const int64_t rows = out->n * out->h, blocks = ck_blocks(out), step = a->stride_w * CK_VL;
  const int64_t strips = ck_ceil_div(out->w, CK_TILES_STRIP), m = ck_ceil_div(out->w, strips);
  const ck_tile_nest nest = {ck_blocks(in), a->kernel_h, a->kernel_w,
                             in->stride_c,  a->dilation_h * in->stride_h, a->dilation_w * CK_VL};
  _Alignas(64) float sums[CK_TILES_M * CK_TILES_N], bias[CK_TILES_N], part[CK_TILES_STRIP * CK_TILES_N];
  _Alignas(64) ck_tile_config config;
  ck_tile_shapes(&config, m, m, CK_AMX_INPUTS);
  ck_tile_configure(&config);
  for (int64_t u = begin, taken; u < end; u += taken) {
    const int64_t tile = u / rows, n = u % rows / out->h, y = u % out->h, cb = tile * (CK_TILES_N / CK_VL);
    const int64_t v = ck_least(CK_TILES_N / CK_VL, blocks - cb);
    const uint32_t *weights = (const uint32_t *)a->weights + tile * packing.tile_words;
    const ck_elem *image = ck_data(in) + n * in->stride_n - a->pad_left * CK_VL;
    ck_conv_bias(a, tile * CK_TILES_N, CK_TILES_N, bias);
    taken = strips % 2 == 1 && y + 1 < out->h && u + 1 < end ? 2 : 1;
    for (int64_t s = 0; s < strips * taken; s += 2) {
      const ck_elem *from[2] = {NULL, NULL};
      int64_t at_y[2], at_x[2], skip[2];
      for (int64_t k = 0; k < 2 && s + k < strips * taken; k++) {
        const int64_t strip = (s + k) % strips, x = ck_least(strip * m, out->w - m);
        at_y[k] = y + (s + k) / strips;
        at_x[k] = x;
        skip[k] = strip * m - x;
        from[k] = image + (at_y[k] * a->stride_h - a->pad_top) * in->stride_h + x * step;
      }
      ck_tile_sums(from[0], from[1], step, weights, &nest, sums);
      for (int64_t k = 0; k < 2 && from[k]; k++) {
        const float *found = sums + k * CK_TILES_STRIP * CK_TILES_N + skip[k] * CK_TILES_N;
        const int64_t count = m - skip[k];
        if (v == 1) {
          for (int64_t i = 0; i < count; i++) ck_store(part + i * CK_VL, ck_load(found + i * CK_TILES_N));
          found = part;
        }
        ck_pair_epilogue(a, found, bias, v, count, n, cb, at_y[k], at_x[k] + skip[k]);
      }
    }
    for (int64_t j = 0; j < v * taken; j++) ck_zero_halo(out, n, cb + j % v, y + j / v);
  }
  ck_tile_release();
}

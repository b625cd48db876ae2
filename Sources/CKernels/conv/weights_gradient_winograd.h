// The gradient of filters by Winograd's bilinear forms F(m×m, r×r), transposed: (m + r − 1)² products for each tile of
// m × m pixels where the plain sum has m²·r².
//
// Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A is linear in g, so its gradient is ∂g = Gᵀ[Σ (Bᵀ d B) ⊙ (A ∂Y Aᵀ)]G, summed over all
// tiles of the batch before the last transform: for each point a product (channels × tiles)·(tiles × filters).
// Needs r×r filters, stride 1, dilation 1, one group, a blocked input. The including file has included winograd.h and
// weights_gradient.h, whose register tiles of floats are used here with tiles for pixels.
#include "winograd_shape.h"
#include "winograd_transforms.h"

// Tiles that cover an image.
typedef struct {
  int64_t h, w;
} ck_winograd_grid;

// Pixels of g that tiles share with nothing: those beyond the image are zeros.
CK_INLINE void ck_winograd_gradient_tile(const ck_winograd_form f, const ck_elem *from, int64_t row, float *to,
                                         int64_t plane) {
  const int span = ck_winograd_span(f), pairs = span / 2 - 1;
  vf columns[CK_WINOGRAD_MOST][CK_WINOGRAD_MOST];
  CK_UNROLL for (int x = 0; x < f.out; x++) {
    vf y[CK_WINOGRAD_MOST], t[CK_WINOGRAD_MOST];
    CK_UNROLL for (int i = 0; i < f.out; i++) y[i] = ck_get(from + i * row + x * CK_VL);
    ck_winograd_spread_1d(pairs, f.out, 0, y, t);
    CK_UNROLL for (int i = 0; i < span; i++) columns[i][x] = t[i];
  }
  CK_UNROLL for (int i = 0; i < span; i++) {
    vf t[CK_WINOGRAD_MOST];
    ck_winograd_spread_1d(pairs, f.out, 0, columns[i], t);
    CK_UNROLL for (int x = 0; x < span; x++) ck_store(to + x * plane, t[x]);
    to += span * plane;
    CK_OPAQUE(to);
  }
}

// A tensor's blocks [first, first + blocks) of `count` tiles from tile `tile` on, `size` × `size` pixels each that begin
// at (−top, −left) of the tile, to the planes at `to`.
CK_INLINE void ck_winograd_weights_side(const ck_winograd_form f, const int is_gradient, const ck_tensor *in,
                                        int64_t top, int64_t left, const ck_winograd_grid *grid, int64_t first,
                                        int64_t blocks, int64_t tile, int64_t count, float *to, int64_t plane) {
  const int size = is_gradient ? f.out : ck_winograd_span(f);
  const int64_t below = is_gradient ? 0 : in->halo_bottom, beside = is_gradient ? 0 : in->halo_right;
  int64_t across = tile % grid->w, down = tile / grid->w % grid->h, n = tile / grid->w / grid->h;
  for (int64_t t = 0; t < count; t++) {
    const int64_t y = down * f.out - top, x = across * f.out - left;
    const int64_t rows = in->h + below - y, columns = in->w + beside - x;
    for (int64_t b = 0; b < blocks; b++) {
      const ck_elem *from = ck_data(in) + n * in->stride_n + (first + b) * in->stride_c + y * in->stride_h + x * CK_VL;
      float *place = to + (b * count + t) * CK_VL;
      _Alignas(64) ck_elem copy[CK_WINOGRAD_MOST * CK_WINOGRAD_MOST * CK_VL];
      int64_t row = in->stride_h;
      if (rows < size || columns < size) {
        memset(copy, 0, (size_t)(size * size * CK_VL) * sizeof(ck_elem));
        const size_t bytes = (size_t)(ck_least(columns, size) * CK_VL) * sizeof(ck_elem);
        for (int64_t i = 0; i < ck_least(rows, size); i++) memcpy(copy + i * size * CK_VL, from + i * row, bytes);
        from = copy;
        row = size * CK_VL;
      } else {
        // Short runs of many rows: no prefetcher of the hardware follows them. What the tile below needs is asked for.
        CK_UNROLL for (int i = size; i < size + f.out; i++) {
          CK_UNROLL for (int k = 0; k < f.out; k++) __builtin_prefetch(from + i * row + k * CK_VL);
        }
      }
      if (is_gradient) {
        ck_winograd_gradient_tile(f, from, row, place, plane);
      } else {
        ck_winograd_input_tile(f, from, row, place, plane);
      }
    }
    if (++across == grid->w) {
      across = 0;
      if (++down == grid->h) {
        down = 0;
        n++;
      }
    }
  }
}

// Sums of all points += products of `count` tiles.
CK_INLINE void ck_winograd_weights_products(const ck_winograd_form f, const ck_winograd_weights_shape *s,
                                            int64_t channels, int64_t filters, int64_t count, const float *x,
                                            const float *g, float *sums) {
  const ck_weights_pixels p = {.images = 1, .rows = 1, .columns = count, .in_x = CK_VL, .g_c = count * CK_VL};
  const int64_t parts = ck_ceil_div(filters, CK_WEIGHTS_V);
  for (int64_t point = 0; point < ck_winograd_points(f); point++) {
    for (int64_t part = 0; part < parts; part++) {
      const int64_t low = filters * part / parts, v = filters * (part + 1) / parts - low;
      const int64_t rows = v > 1 ? CK_WEIGHTS_ROWS : CK_WEIGHTS_ROWS_ALONE;
      const ck_weights_micro micro = v > 1 ? ck_weights_block[v] : ck_weights_alone;
      float *to = sums + point * s->sum_plane + low * channels * CK_VL * CK_VL;
      for (int64_t c = 0; c < channels; c++) {
        for (int64_t lane = 0; lane < CK_VL; lane += rows) {
          micro(x + point * s->x_plane + c * count * CK_VL + lane, 1, 0, g + point * s->g_plane + low * count * CK_VL,
                &p, to + (c * CK_VL + lane) * v * CK_VL);
        }
      }
    }
  }
}

// Channels from block c on and filters from block k on, brought back to taps.
CK_INLINE void ck_winograd_weights_store(const ck_winograd_form f, const ck_conv2d_weights_args *a,
                                         const ck_winograd_weights_shape *s, int64_t c, int64_t channels, int64_t k,
                                         int64_t filters, const float *sums, float *out) {
  const int span = ck_winograd_span(f), pairs = span / 2 - 1, taps = f.taps * f.taps;
  const int64_t parts = ck_ceil_div(filters, CK_WEIGHTS_V), inputs = a->in.c;
  for (int64_t part = 0; part < parts; part++) {
    const int64_t low = filters * part / parts, v = filters * (part + 1) / parts - low;
    for (int64_t lane = 0; lane < ck_least(channels * CK_VL, inputs - c * CK_VL); lane++) {
      for (int64_t j = 0; j < v; j++) {
        const float *from = sums + (low * channels * CK_VL + lane * v + j) * CK_VL;
        _Alignas(64) float result[CK_WINOGRAD_MOST * CK_WINOGRAD_MOST][CK_VL];
        vf columns[CK_WINOGRAD_MOST][CK_WINOGRAD_MOST];
        CK_UNROLL for (int x = 0; x < span; x++) {
          vf m[CK_WINOGRAD_MOST], t[CK_WINOGRAD_MOST];
          CK_UNROLL for (int y = 0; y < span; y++) m[y] = ck_load(from + (y * span + x) * s->sum_plane);
          ck_winograd_gather_1d(pairs, f.taps, 1, m, t);
          CK_UNROLL for (int y = 0; y < f.taps; y++) columns[y][x] = t[y];
        }
        CK_UNROLL for (int y = 0; y < f.taps; y++) {
          vf t[CK_WINOGRAD_MOST];
          ck_winograd_gather_1d(pairs, f.taps, 1, columns[y], t);
          CK_UNROLL for (int x = 0; x < f.taps; x++) ck_store(result[y * f.taps + x], t[x]);
        }
        const int64_t filter = (k + low + j) * CK_VL;
        for (int64_t l = 0; l < ck_least(CK_VL, a->g.c - filter); l++) {
          float *to = out + ((filter + l) * inputs + c * CK_VL + lane) * taps;
          for (int t = 0; t < taps; t++) to[t] = result[t][l];
        }
      }
    }
  }
}

CK_INLINE int64_t ck_winograd_weights_units(const ck_winograd_form f, const ck_conv2d_weights_args *a) {
  const ck_winograd_weights_shape s = ck_winograd_weights_shape_of(f, a);
  return a->slices * s.filter_groups * s.channel_groups;
}

CK_INLINE void ck_winograd_weights_run(const ck_winograd_form f, const ck_conv2d_weights_args *a, int64_t begin,
                                       int64_t end) {
  const ck_winograd_weights_shape s = ck_winograd_weights_shape_of(f, a);
  const ck_winograd_grid grid = {ck_ceil_div(a->g.h, f.out), ck_ceil_div(a->g.w, f.out)};
  const int64_t points = ck_winograd_points(f), of_image = grid.h * grid.w;
  float *x = a->workspace, *g = x + points * s.x_plane, *sums = g + points * s.g_plane;
  for (int64_t unit = begin; unit < end; unit++) {
    const int64_t channel_group = unit % s.channel_groups, rest = unit / s.channel_groups;
    const int64_t filter_group = rest % s.filter_groups, slice = rest / s.filter_groups;
    const int64_t c = ck_blocks(&a->in) * channel_group / s.channel_groups;
    const int64_t channels = ck_blocks(&a->in) * (channel_group + 1) / s.channel_groups - c;
    const int64_t k = ck_blocks(&a->g) * filter_group / s.filter_groups;
    const int64_t filters = ck_blocks(&a->g) * (filter_group + 1) / s.filter_groups - k;
    const int64_t first = a->g.n * slice / a->slices * of_image;
    const int64_t tiles = a->g.n * (slice + 1) / a->slices * of_image - first;
    memset(sums, 0, (size_t)(points * s.sum_plane) * sizeof(float));
    const int64_t pieces = ck_ceil_div(tiles, s.tiles);
    for (int64_t piece = 0; piece < pieces; piece++) {
      const int64_t low = tiles * piece / pieces, count = tiles * (piece + 1) / pieces - low;
      ck_winograd_weights_side(f, 0, &a->in, a->pad_top, a->pad_left, &grid, c, channels, first + low, count, x,
                               s.x_plane);
      ck_winograd_weights_side(f, 1, &a->g, 0, 0, &grid, k, filters, first + low, count, g, s.g_plane);
      ck_winograd_weights_products(f, &s, channels, filters, count, x, g, sums);
    }
    const int64_t size = a->g.c * a->in.c * f.taps * f.taps;
    ck_winograd_weights_store(f, a, &s, c, channels, k, filters, sums, a->out + slice * size);
  }
}

#define CK_WINOGRAD_WEIGHTS(algorithm, out, taps)                                                \
  int64_t CK_NAME(conv2d_weights_##algorithm, units)(const void *args) {                         \
    return ck_winograd_weights_units((ck_winograd_form){out, taps}, args);                       \
  }                                                                                              \
  void CK_NAME(conv2d_weights_##algorithm, run)(const void *args, int64_t begin, int64_t end) {  \
    ck_winograd_weights_run((ck_winograd_form){out, taps}, args, begin, end);                    \
  }
CK_WINOGRAD_WEIGHTS(winograd_f4x3, 4, 3)
CK_WINOGRAD_WEIGHTS(winograd_f4x5, 4, 5)

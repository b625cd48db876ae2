// Winograd's convolutions F(m×m, r×r): (m + r − 1)² products for m² pixels where the direct one has m²·r².
//
// With Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A per channel and filter, summed over channels between the brackets: a matrix
// product (tiles × channels)·(channels × filters) for each point. Needs r×r filters, stride 1, dilation 1, one
// group, a blocked input. Weights are packed as the direct row of the same tile packs them and transformed a chunk
// of channels at a time, which costs less than reading several times as many would.
//
// The including file sets CK_WINOGRAD_M × CK_WINOGRAD_N, the register tile (tiles × filters, two vectors), and
// CK_WINOGRAD_EACH_M(X); and CK_WINOGRAD_HAS_FEW where 24 sums fit the registers. The forms are at the end.
#ifdef CK_STORES_BF16
#include "../bf16/epilogue.h"
#else
#include "epilogue.h"
#endif
#include "pack.h"
#include "winograd_shape.h"
#include "winograd_tile.h"
#include "winograd_transforms.h"
#ifdef CK_WINOGRAD_HAS_FEW
#include "winograd_few.h"
#endif

typedef struct {
  int64_t n, y, x;
} ck_winograd_place;

CK_INLINE ck_winograd_place ck_winograd_place_of(const ck_winograd_form f, const ck_winograd_shape *s, int64_t tile) {
  const int64_t across = tile % s->tiles_w, row = tile / s->tiles_w;
  return (ck_winograd_place){row / s->tiles_h, row % s->tiles_h * f.out, across * f.out};
}

// All channels of tiles [first, first + count).
CK_INLINE void ck_winograd_input(const ck_winograd_form f, const ck_conv2d_args *a, const ck_winograd_shape *s,
                                 int64_t first, int64_t count, float *to) {
  const ck_tensor *in = &a->in;
  const int span = ck_winograd_span(f);
  const int64_t blocks = s->channels / CK_VL;
  for (int64_t cb = 0; cb < blocks; cb++) {
    for (int64_t t = 0; t < count; t++) {
      const ck_winograd_place at = ck_winograd_place_of(f, s, first + t);
      const int64_t y = at.y - a->pad_top, x = at.x - a->pad_left;
      const int64_t rows = in->h + in->halo_bottom - y, columns = in->w + in->halo_right - x;
      const ck_elem *from = ck_data(in) + at.n * in->stride_n + cb * in->stride_c + y * in->stride_h + x * CK_VL;
      float *place = to + (cb * count + t) * CK_VL;
      _Alignas(64) ck_elem copy[CK_WINOGRAD_MOST * CK_WINOGRAD_MOST * CK_VL];
      int64_t row = in->stride_h;
      if (rows >= span && columns >= span) {
        // Tiles share columns with their neighbours: what is new four tiles ahead.
        CK_UNROLL for (int i = 0; i < span; i++) {
          CK_UNROLL for (int k = 4 * f.out; k < 5 * f.out; k++) __builtin_prefetch(from + i * row + k * CK_VL);
        }
      } else {
        // What lies behind the halo belongs to somebody else; no pixel of the output depends on it.
        memset(copy, 0, (size_t)(span * span * CK_VL) * sizeof(ck_elem));
        const size_t bytes = (size_t)(ck_least(columns, span) * CK_VL) * sizeof(ck_elem);
        for (int64_t i = 0; i < ck_least(rows, span); i++) memcpy(copy + i * span * CK_VL, from + i * row, bytes);
        from = copy;
        row = span * CK_VL;
      }
      ck_winograd_input_tile(f, from, row, place, s->input_plane);
    }
  }
}

// Channels [first, end) of a tile of filters; `first` begins a block.
CK_INLINE void ck_winograd_filters(const ck_winograd_form f, const ck_elem *packed, int64_t first, int64_t end,
                                   int64_t v, float *to, int64_t plane) {
  for (int64_t low = first; low < end; low += CK_VL) {
    const int64_t lanes = ck_least(CK_VL, end - low);
    const ck_elem *block = packed + low * f.taps * f.taps * CK_WINOGRAD_N;
    for (int64_t lane = 0; lane < lanes; lane++) {
      for (int64_t j = 0; j < v; j++) {
        ck_winograd_filter(f, block + lane * CK_WINOGRAD_N + j * CK_VL, lanes * CK_WINOGRAD_N,
                           to + (low - first + lane) * CK_WINOGRAD_N + j * CK_VL, plane);
      }
    }
  }
}

// All products of a tile of filters, v vectors: a chunk of channels at a time is transformed and used.
CK_INLINE void ck_winograd_products(const ck_winograd_form f, const ck_winograd_shape *s, int64_t channels,
                                    int64_t count, const ck_elem *weights, int64_t v, const float *input,
                                    float *filters, float *sums) {
  const int64_t points = ck_winograd_points(f), pieces = ck_ceil_div(count, CK_WINOGRAD_M);
  for (int64_t low = 0; low < channels; low += CK_WINOGRAD_CHUNK) {
    const int64_t high = ck_least(low + CK_WINOGRAD_CHUNK, channels);
    ck_winograd_filters(f, weights, low, high, v, filters, s->filter_plane);
    for (int64_t point = 0; point < points; point++) {
      const float *in = input + point * s->input_plane + low * count;
      for (int64_t piece = 0; piece < pieces; piece++) {
        const int64_t t = count * piece / pieces, m = count * (piece + 1) / pieces - t;
        ck_winograd_micros[v - 1][m](in + t * CK_VL, count * CK_VL, high - low, filters + point * s->filter_plane,
                                     sums + point * s->sum_plane + t * CK_WINOGRAD_N, low > 0);
      }
    }
  }
}

// A whole tile where nothing but bias, residual and rectifier follow.
CK_INLINE void ck_winograd_store(const ck_winograd_form f, const float *from, int64_t plane, vf bias,
                                 const ck_elem *add, int64_t add_row, int rectify, ck_elem *to, int64_t row) {
  vf y[CK_WINOGRAD_MOST][CK_WINOGRAD_MOST];
  ck_winograd_output_tile(f, from, plane, y);
  CK_UNROLL for (int r = 0; r < f.out; r++) {
    CK_UNROLL for (int i = 0; i < f.out; i++) {
      vf s = y[r][i] + bias;
      if (add) s = s + ck_get(add + r * add_row + i * CK_VL);
      if (rectify) s = 0.0f > s ? (vf)0.0f : s;
      ck_put(to + r * row + i * CK_VL, s);
    }
  }
}

// The maximum over 2 × 2 pixels: `rows` × `columns` of them. Neither a bias nor the rectifier changes which is largest.
CK_INLINE void ck_winograd_store_pooled(const ck_winograd_form f, const float *from, int64_t plane, vf bias,
                                        int rectify, int64_t rows, int64_t columns, const ck_tensor *out, int64_t at) {
  vf y[CK_WINOGRAD_MOST][CK_WINOGRAD_MOST];
  ck_winograd_output_tile(f, from, plane, y);
  CK_UNROLL for (int r = 0; r < f.out / 2; r++) {
    CK_UNROLL for (int i = 0; i < f.out / 2; i++) {
      vf s = ck_max(ck_max(y[2 * r][2 * i], y[2 * r][2 * i + 1]), ck_max(y[2 * r + 1][2 * i], y[2 * r + 1][2 * i + 1]));
      s += bias;
      if (rectify) s = 0.0f > s ? (vf)0.0f : s;
      if (r < rows && i < columns) ck_put_as(out, at + r * out->stride_h + i * CK_VL, s);
    }
  }
}

// As `ck_winograd_output`, pooled.
CK_INLINE void ck_winograd_output_pooled(const ck_winograd_form f, const ck_conv2d_args *a, const ck_winograd_shape *s,
                                         int64_t first, int64_t count, int64_t cb, int64_t v, const float *bias,
                                         const float *sums) {
  const ck_tensor *out = &a->out;
  for (int64_t t = 0; t < count; t++) {
    const ck_winograd_place at = ck_winograd_place_of(f, s, first + t);
    const int64_t y = at.y / 2, x = at.x / 2;
    const int64_t rows = ck_least(f.out / 2, out->h - y), columns = ck_least(f.out / 2, out->w - x);
    for (int64_t j = 0; j < v; j++) {
      const int64_t to = at.n * out->stride_n + (cb + j) * out->stride_c + y * out->stride_h + x * CK_VL;
      ck_winograd_store_pooled(f, sums + t * CK_WINOGRAD_N + j * CK_VL, s->sum_plane, ck_load(bias + j * CK_VL),
                               a->activation.kind == CK_RECTIFY, rows, columns, out, to);
    }
    for (int64_t i = 0; x == 0 && i < rows * v; i++) ck_zero_halo(out, at.n, cb + i % v, y + i / v);
  }
}

// Tiles [first, first + count) of channel blocks cb … cb + v − 1.
CK_INLINE void ck_winograd_output(const ck_winograd_form f, const ck_conv2d_args *a, const ck_winograd_shape *s,
                                  int64_t first, int64_t count, int64_t cb, int64_t v, const float *bias,
                                  const float *sums) {
  const ck_tensor *out = &a->out, *res = &a->residual;
  const int32_t kind = a->activation.kind;
  const int rectify = kind == CK_RECTIFY;
  for (int64_t t = 0; t < count; t++) {
    const ck_winograd_place at = ck_winograd_place_of(f, s, first + t);
    const int64_t rows = ck_least(f.out, out->h - at.y), columns = ck_least(f.out, out->w - at.x);
    for (int64_t j = 0; j < v; j++) {
      const float *from = sums + t * CK_WINOGRAD_N + j * CK_VL;
      if (rows == f.out && columns == f.out && (rectify || kind == CK_LINEAR) && ck_stores_elements(out)) {
        const vf b = ck_load(bias + j * CK_VL);
        ck_elem *to =
            ck_data(out) + at.n * out->stride_n + (cb + j) * out->stride_c + at.y * out->stride_h + at.x * CK_VL;
        const ck_elem *add = NULL;
        if (res->data) {
          add = ck_data(res) + at.n * res->stride_n + (cb + j) * res->stride_c + at.y * res->stride_h + at.x * CK_VL;
        }
        CK_UNROLL for (int i = 0; i < f.out; i++) {
          CK_UNROLL for (int k = 2 * f.out; k < 3 * f.out; k++) {
            __builtin_prefetch(to + i * out->stride_h + k * CK_VL, 1);
          }
        }
        if (add) {
          ck_winograd_store(f, from, s->sum_plane, b, add, res->stride_h, rectify, to, out->stride_h);
        } else {
          ck_winograd_store(f, from, s->sum_plane, b, NULL, 0, rectify, to, out->stride_h);
        }
        continue;
      }
      vf y[CK_WINOGRAD_MOST][CK_WINOGRAD_MOST];
      ck_winograd_output_tile(f, from, s->sum_plane, y);
      for (int64_t r = 0; r < rows; r++) {
        _Alignas(64) float pixels[CK_WINOGRAD_MOST * CK_VL];
        for (int i = 0; i < f.out; i++) ck_store(pixels + i * CK_VL, y[r][i]);
        ck_conv_epilogue(a, pixels, bias + j * CK_VL, columns, at.n, cb + j, at.y + r, at.x);
      }
    }
    for (int64_t i = 0; at.x == 0 && i < rows * v; i++) ck_zero_halo(out, at.n, cb + i % v, at.y + i / v);
  }
}

CK_INLINE int64_t ck_winograd_units(const ck_winograd_form f, const ck_conv2d_args *a) {
  const ck_winograd_shape s = ck_winograd_shape_of(f, a, CK_WINOGRAD_N);
  return s.tile_blocks * s.filter_tiles;
}

CK_INLINE void ck_winograd_run(const ck_winograd_form f, const ck_conv2d_args *a, int64_t begin, int64_t end) {
  const ck_winograd_shape s = ck_winograd_shape_of(f, a, CK_WINOGRAD_N);
  const ck_conv_packing packing = ck_conv_packing_of(a, CK_WINOGRAD_N);
  const int64_t points = ck_winograd_points(f);
  float *input = a->workspace, *filters = input + points * s.input_plane;
  float *sums = filters + points * s.filter_plane;
  _Alignas(64) float bias[CK_WINOGRAD_N];
  int64_t block = -1, first = 0, count = 0;
  for (int64_t u = begin; u < end; u++) {
    const int64_t tile = u % s.filter_tiles, cb = tile * (CK_WINOGRAD_N / CK_VL);
    if (u / s.filter_tiles != block) {
      block = u / s.filter_tiles;
      first = s.tiles * block / s.tile_blocks;
      count = s.tiles * (block + 1) / s.tile_blocks - first;
      ck_winograd_input(f, a, &s, first, count, input);
    }
    const int64_t v = ck_least(CK_WINOGRAD_N / CK_VL, ck_blocks(&a->out) - cb);
    const ck_elem *weights = (const ck_elem *)a->weights + tile * ck_conv_tile_floats(&packing);
#ifdef CK_WINOGRAD_HAS_FEW
    if (f.out == 4 && f.taps == 3 && count == CK_WINOGRAD_FEW && a->in.c % CK_VL == 0) {
      ck_winograd_few(&s, a->in.c, weights, v, input, sums);
    } else
#endif
    {
      ck_winograd_products(f, &s, a->in.c, count, weights, v, input, filters, sums);
    }
    ck_conv_bias(a, tile * CK_WINOGRAD_N, CK_WINOGRAD_N, bias);
    if (a->pool) {
      ck_winograd_output_pooled(f, a, &s, first, count, cb, v, bias, sums);
    } else {
      ck_winograd_output(f, a, &s, first, count, cb, v, bias, sums);
    }
  }
}

#define CK_WINOGRAD(algorithm, what) CK_TILED(conv2d_##algorithm, CK_WINOGRAD_M, CK_WINOGRAD_N, what)
#define CK_WINOGRAD_FORM(algorithm, out, taps)                                                       \
  int64_t CK_WINOGRAD(algorithm, units)(const void *args) {                                          \
    return ck_winograd_units((ck_winograd_form){out, taps}, args);                                   \
  }                                                                                                  \
  void CK_WINOGRAD(algorithm, run)(const void *args, int64_t begin, int64_t end) {                   \
    ck_winograd_run((ck_winograd_form){out, taps}, args, begin, end);                                \
  }
CK_WINOGRAD_FORM(winograd_f4x3, 4, 3)
CK_WINOGRAD_FORM(winograd_f4x5, 4, 5)

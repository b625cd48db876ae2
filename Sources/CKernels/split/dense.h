// Dense layers of floats as split bfloat16, in tiles of AMX. The workspace holds the inputs of a band of rows, split:
// [h, l][chunk of 32 inputs][row][32]. A unit of work is (band, tile of 32 units), the latter innermost.
#include "../common/activation.h"
#include "sums.h"

#define CK_SPLIT_DENSE(what) CK_TILED(dense_split, 32, 32, what)

// Rows of a band, at most; at least one.
static int64_t ck_split_dense_rows(const ck_dense_args *a) {
  const int64_t room = a->workspace_floats / (ck_ceil_div(a->inputs, CK_SPLIT_INPUTS) * CK_SPLIT_INPUTS);
  const int64_t most = ck_most(1, ck_least(a->rows, room > 0 ? (room - 1) | 1 : 1));
  return ck_ceil_div(a->rows, ck_ceil_div(a->rows, most));
}

int64_t CK_SPLIT_DENSE(units)(const void *args) {
  const ck_dense_args *a = args;
  return ck_ceil_div(a->rows, ck_split_dense_rows(a)) * ck_ceil_div(a->units, CK_TILES_N);
}

static void ck_split_inputs(const ck_dense_args *a, int64_t first, int64_t rows, int64_t plane, int64_t low,
                            uint16_t *to) {
  for (int64_t i = 0; i < ck_ceil_div(a->inputs, CK_SPLIT_INPUTS) * CK_SPLIT_INPUTS; i += CK_VL) {
    const float *from = a->in + first * a->inputs + i;
    uint16_t *h = to + i / CK_SPLIT_INPUTS * plane + i % CK_SPLIT_INPUTS;
    for (int64_t r = 0; r < rows; r++, from += a->inputs, h += CK_SPLIT_INPUTS) {
      ck_split(i < a->inputs ? ck_load_upto(from, a->inputs - i) : (vf)0.0f, h, h + low);
    }
  }
}

// Stores a row of a tile: `count` ≤ 32 units from `first` on.
static void ck_split_store_row(const ck_dense_args *a, int64_t row, int64_t first, int64_t count, const float *sums) {
  float *to = a->out + row * a->units + first;
  for (int64_t j = 0; j < count; j += CK_VL) {
    vf s = ck_load(sums + j / CK_VL * CK_SPLIT_SUMS);
    if (a->bias) s += ck_load_upto(a->bias + first + j, count - j);
    if (a->residual) s += ck_load_upto(a->residual + row * a->units + first + j, count - j);
    ck_store_upto(to + j, s, count - j);
  }
  ck_activate_floats(to, count, &a->activation);
}

void CK_SPLIT_DENSE(run)(const void *args, int64_t begin, int64_t end) {
  const ck_dense_args *a = args;
  const int64_t tiles = ck_ceil_div(a->units, CK_TILES_N), chunks = ck_ceil_div(a->inputs, CK_SPLIT_INPUTS);
  const int64_t most = ck_split_dense_rows(a);
  uint16_t *const input = (uint16_t *)a->workspace;
  _Alignas(64) float sums[4 * CK_SPLIT_SUMS];
  _Alignas(64) ck_tile_config config;
  int64_t ready = -1, first = 0, rows = 0, strips = 0, m = 0, plane = 0;
  for (int64_t u = begin; u < end; u++) {
    if (u / tiles != ready) {
      ready = u / tiles;
      first = ready * most;
      rows = ck_least(most, a->rows - first);
      plane = ck_split_plane(rows) * CK_SPLIT_INPUTS;
      ck_split_inputs(a, first, rows, plane, chunks * plane, input);
      strips = ck_ceil_div(rows, CK_TILES_STRIP);
      m = ck_ceil_div(rows, strips);
      ck_tile_shapes(&config, m, m, CK_SPLIT_INPUTS);
      ck_tile_configure(&config);
    }
    const int64_t unit = u % tiles * CK_TILES_N, count = ck_least(CK_TILES_N, a->units - unit);
    const uint16_t *weights = (const uint16_t *)a->weights + u % tiles * chunks * CK_SPLIT_STEP;
    const ck_tile_nest nest = {1, 1, chunks, 0, 0, plane};
    for (int64_t i = 0; i < strips; i += 2) {
      // The last strip may begin within the one before.
      const int64_t second = ck_least((i + 1) * m, rows - m), start[2] = {ck_least(i * m, rows - m), second};
      const int64_t both = i + 1 < strips;
      ck_split_sums(input + start[0] * CK_SPLIT_INPUTS, both ? input + second * CK_SPLIT_INPUTS : NULL, chunks * plane,
                    CK_SPLIT_INPUTS, weights, &nest, sums);
      for (int64_t k = 0; k <= both; k++) {
        for (int64_t r = (i + k) * m; r < start[k] + m; r++) {
          ck_split_store_row(a, first + r, unit, count, sums + 2 * k * CK_SPLIT_SUMS + (r - start[k]) * CK_VL);
        }
      }
    }
  }
  ck_tile_release();
}

// Dense layers of bf16 in tiles of AMX. Needs a multiple of 16 inputs; weights are packed as for the other rows with 32
// units. A unit of work is (tile of 32 units, tile of 32 rows).
#include "epilogue.h"
#include "tile_sums.h"

#define CK_AMX_DENSE(what) CK_TILED(dense_gemm, 32, 32, what)

int64_t CK_AMX_DENSE(units)(const void *args) {
  const ck_dense_args *a = args;
  return ck_ceil_div(a->units, CK_TILES_N) * ck_ceil_div(a->rows, CK_TILES_M);
}

void CK_AMX_DENSE(run)(const void *args, int64_t begin, int64_t end) {
  const ck_dense_args *a = args;
  const int64_t row_tiles = ck_ceil_div(a->rows, CK_TILES_M);
  const ck_tile_nest nest = {1, 1, a->inputs / CK_AMX_INPUTS, 0, 0, CK_AMX_INPUTS};
  _Alignas(64) float sums[CK_TILES_M * CK_TILES_N], line[CK_TILES_N];
  _Alignas(64) ck_tile_config config;
  int64_t configured = 0;
  for (int64_t u = begin; u < end; u++) {
    const int64_t first = u / row_tiles * CK_TILES_N, count = ck_least(CK_TILES_N, a->units - first);
    const int64_t r = u % row_tiles * CK_TILES_M, m = ck_least(CK_TILES_M, a->rows - r);
    const int64_t upper = ck_least(m, CK_TILES_STRIP), lower = m - upper;
    if (configured != m) {
      ck_tile_shapes(&config, upper, lower, CK_AMX_INPUTS);
      ck_tile_configure(&config);
      configured = m;
    }
    const ck_elem *in = (const ck_elem *)a->in + r * a->inputs;
    const uint32_t *weights = (const uint32_t *)a->weights + first * (a->inputs / 2);
    ck_tile_sums(in, lower > 0 ? in + upper * a->inputs : NULL, a->inputs, weights, &nest, sums);
    for (int64_t i = 0; i < m; i++) {
      const int64_t at = (r + i) * a->units + first;
      for (int64_t j = 0; j < count; j += CK_VL) {
        vf s = ck_load(sums + i * CK_TILES_N + j);
        if (a->bias) s += ck_load_upto(a->bias + first + j, count - j);
        if (a->residual) s += ck_get_upto((const ck_elem *)a->residual + at + j, count - j);
        ck_store(line + j, s);
      }
      ck_activate_floats(line, count, &a->activation);
      ck_store_as(a->out_storage, a->out, at, line, count);
    }
  }
  ck_tile_release();
}

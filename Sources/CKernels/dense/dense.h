// Dense layers: a register tile of CK_DENSE_M rows × CK_DENSE_N units (four vectors).
//
// Packed weights: [unit tile][input][unit in tile], zero beyond the last unit. A batch of one streams the weights
// once, in order, into four independent sums. A unit of work is (unit tile, tile of CK_DENSE_M rows).
// The including file sets CK_DENSE_M, CK_DENSE_N and CK_DENSE_EACH_M(X).
#include "../common/activation.h"
#include "../common/tile.h"

typedef void (*ck_dense_micro)(const float *in, int64_t step, const float *weights, const ck_nest *nest, float *sums);

#define CK_DENSE_MICRO(v, m)                                                                                    \
  static void dense_##m##x##v(const float *in, int64_t step, const float *weights, const ck_nest *nest,         \
                              float *sums) {                                                                    \
    vf acc[CK_TILE_MOST_ROWS][CK_TILE_MOST_M][CK_TILE_MOST_V];                                                  \
    ck_tile(m, 1, v, step, CK_DENSE_N, 0, in, 0, weights, nest, NULL, acc);                                     \
    CK_UNROLL for (int i = 0; i < m; i++) {                                                                     \
      CK_UNROLL for (int j = 0; j < v; j++) ck_store(sums + (i * v + j) * CK_VL, acc[0][i][j]);                 \
    }                                                                                                           \
  }
#define CK_DENSE_MICROS(m) CK_DENSE_MICRO(1, m) CK_DENSE_MICRO(2, m) CK_DENSE_MICRO(3, m) CK_DENSE_MICRO(4, m)
CK_DENSE_EACH_M(CK_DENSE_MICROS)

#define CK_DENSE_ENTRY_1(m) [m] = dense_##m##x1,
#define CK_DENSE_ENTRY_2(m) [m] = dense_##m##x2,
#define CK_DENSE_ENTRY_3(m) [m] = dense_##m##x3,
#define CK_DENSE_ENTRY_4(m) [m] = dense_##m##x4,
static const ck_dense_micro ck_dense_micros[4][CK_DENSE_M + 1] = {
    {CK_DENSE_EACH_M(CK_DENSE_ENTRY_1)},
    {CK_DENSE_EACH_M(CK_DENSE_ENTRY_2)},
    {CK_DENSE_EACH_M(CK_DENSE_ENTRY_3)},
    {CK_DENSE_EACH_M(CK_DENSE_ENTRY_4)},
};

// Bias, residual, activation and store of units [first, first + count) of a row. Sums are read as whole vectors.
CK_INLINE void ck_dense_finish(const ck_dense_args *a, int64_t row, int64_t first, int64_t count, const float *sums) {
  const int64_t at = row * a->units + first;
  for (int64_t j = 0; j < count; j += CK_VL) {
    vf s = ck_load(sums + j);
    if (a->bias) s += ck_load_upto(a->bias + first + j, count - j);
    if (a->residual) s += ck_load_upto(a->residual + at + j, count - j);
    ck_store_upto(a->out + at + j, s, count - j);
  }
  ck_activate_in_place(a->out + at, count, &a->activation);
}

#define CK_DENSE(what) CK_TILED(dense_gemm, CK_DENSE_M, CK_DENSE_N, what)

int64_t CK_DENSE(units)(const void *args) {
  const ck_dense_args *a = args;
  return ck_ceil_div(a->units, CK_DENSE_N) * ck_ceil_div(a->rows, CK_DENSE_M);
}

void CK_DENSE(run)(const void *args, int64_t begin, int64_t end) {
  const ck_dense_args *a = args;
  const int64_t row_tiles = ck_ceil_div(a->rows, CK_DENSE_M);
  const ck_nest nest = {1, 1, 1, a->inputs, a->inputs, 0, 0, 0, 1, NULL, 0};
  _Alignas(64) float sums[CK_DENSE_M * CK_DENSE_N];
  for (int64_t u = begin; u < end; u++) {
    const int64_t first = u / row_tiles * CK_DENSE_N, count = ck_least(CK_DENSE_N, a->units - first);
    const int64_t r = u % row_tiles * CK_DENSE_M, m = ck_least(CK_DENSE_M, a->rows - r);
    const int64_t v = ck_ceil_div(count, CK_VL);
    ck_dense_micros[v - 1][m](a->in + r * a->inputs, a->inputs, a->weights + first * a->inputs, &nest, sums);
    for (int64_t i = 0; i < m; i++) ck_dense_finish(a, r + i, first, count, sums + i * v * CK_VL);
  }
}

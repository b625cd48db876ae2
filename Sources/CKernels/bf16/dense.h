// Dense layers of bf16: a register tile of CK_PAIR_DENSE_M rows × CK_PAIR_DENSE_N units (four vectors).
//
// As `../dense/dense.h`, with pairs of inputs. A unit of work is (unit tile, tile of CK_PAIR_DENSE_M rows). The
// including file sets CK_PAIR_DENSE_M, CK_PAIR_DENSE_N and CK_PAIR_DENSE_EACH_M(X).
#include "../common/pair_tile.h"
#include "epilogue.h"

typedef void (*ck_pair_dense_micro)(const ck_elem *in, int64_t step, const uint32_t *weights, const ck_pair_nest *nest,
                                    float *sums);

#define CK_DENSE_MICRO(v, m)                                                                                     \
  static void pair_dense_##m##x##v(const ck_elem *in, int64_t step, const uint32_t *weights,                     \
                                   const ck_pair_nest *nest, float *sums) {                                      \
    ck_pair_sums acc;                                                                                            \
    ck_pair_tile(m, 1, v, step, CK_PAIR_DENSE_N, 0, in, 0, weights, nest, acc);                                  \
    ck_pair_store(m, 1, v, acc, sums);                                                                           \
  }
#define CK_DENSE_MICROS(m) CK_DENSE_MICRO(1, m) CK_DENSE_MICRO(2, m) CK_DENSE_MICRO(3, m) CK_DENSE_MICRO(4, m)
CK_PAIR_DENSE_EACH_M(CK_DENSE_MICROS)

#define CK_DENSE_ENTRY_1(m) [m] = pair_dense_##m##x1,
#define CK_DENSE_ENTRY_2(m) [m] = pair_dense_##m##x2,
#define CK_DENSE_ENTRY_3(m) [m] = pair_dense_##m##x3,
#define CK_DENSE_ENTRY_4(m) [m] = pair_dense_##m##x4,
static const ck_pair_dense_micro ck_pair_dense_micros[4][CK_PAIR_DENSE_M + 1] = {
    {CK_PAIR_DENSE_EACH_M(CK_DENSE_ENTRY_1)},
    {CK_PAIR_DENSE_EACH_M(CK_DENSE_ENTRY_2)},
    {CK_PAIR_DENSE_EACH_M(CK_DENSE_ENTRY_3)},
    {CK_PAIR_DENSE_EACH_M(CK_DENSE_ENTRY_4)},
};

#define CK_DENSE(what) CK_TILED(dense_gemm, CK_PAIR_DENSE_M, CK_PAIR_DENSE_N, what)

int64_t CK_DENSE(units)(const void *args) {
  const ck_dense_args *a = args;
  return ck_ceil_div(a->units, CK_PAIR_DENSE_N) * ck_ceil_div(a->rows, CK_PAIR_DENSE_M);
}

void CK_DENSE(run)(const void *args, int64_t begin, int64_t end) {
  const ck_dense_args *a = args;
  const int64_t row_tiles = ck_ceil_div(a->rows, CK_PAIR_DENSE_M), pairs = a->inputs / 2;
  const int half = a->inputs % 2;
  const ck_pair_nest nest = {1, 1, 1, pairs, pairs, half, half, 0, 0, 0, NULL, 0};
  _Alignas(64) float sums[CK_PAIR_DENSE_M * CK_PAIR_DENSE_N], line[CK_PAIR_DENSE_N];
  for (int64_t u = begin; u < end; u++) {
    const int64_t first = u / row_tiles * CK_PAIR_DENSE_N, count = ck_least(CK_PAIR_DENSE_N, a->units - first);
    const int64_t r = u % row_tiles * CK_PAIR_DENSE_M, m = ck_least(CK_PAIR_DENSE_M, a->rows - r);
    const int64_t v = ck_ceil_div(count, CK_VL);
    const uint32_t *weights = (const uint32_t *)a->weights + first * ((a->inputs + 1) / 2);
    ck_pair_dense_micros[v - 1][m]((const ck_elem *)a->in + r * a->inputs, a->inputs, weights, &nest, sums);
    for (int64_t i = 0; i < m; i++) {
      const int64_t at = (r + i) * a->units + first;
      for (int64_t j = 0; j < count; j += CK_VL) {
        vf s = ck_load(sums + i * v * CK_VL + j);
        if (a->bias) s += ck_load_upto(a->bias + first + j, count - j);
        if (a->residual) s += ck_get_upto((const ck_elem *)a->residual + at + j, count - j);
        ck_store(line + j, s);
      }
      ck_activate_floats(line, count, &a->activation);
      ck_store_as(a->out_storage, a->out, at, line, count);
    }
  }
}

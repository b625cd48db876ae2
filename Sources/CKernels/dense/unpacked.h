// Dense layers of few rows that read their weights as they lie, (units, inputs) or transposed, (inputs, units): for
// weights that change from run to run, whose packing would take longer than the products. They come from memory once.
//
// A register tile is CK_UNPACKED_M rows × CK_UNPACKED_N units, summed up in lanes that are added in the end, or,
// transposed, × CK_UNPACKED_N vectors of units. Tiles at an edge take its last row or unit several times. A unit of work
// has all rows of some units, and goes through the inputs part by part: rows and weights of a part stay in the first
// caches, and sums of parts are added up, which rounds less than one long sum.
// The including file sets CK_UNPACKED_M and CK_UNPACKED_N.
#include "../common/vector.h"

#define CK_UNPACKED(what) CK_TILED(dense_unpacked, CK_UNPACKED_M, CK_UNPACKED_N, what)

enum {
  CK_UNPACKED_UNITS = 8 * CK_UNPACKED_N,
  CK_UNPACKED_PART = 512,  // inputs
  CK_UNPACKED_COLUMNS = 10 * CK_UNPACKED_N * CK_VL,
  CK_UNPACKED_STEPS = 16,  // inputs, transposed
};

// Units of a unit of work.
CK_INLINE int64_t ck_unpacked_span(const ck_dense_args *a) {
  return a->weights_by_input ? CK_UNPACKED_COLUMNS : CK_UNPACKED_UNITS;
}

int64_t CK_UNPACKED(units)(const void *args) {
  const ck_dense_args *a = args;
  return ck_ceil_div(a->units, ck_unpacked_span(a));
}

// sums[i][j] += Σ_k in[row[i] + k]·weights[unit[j] + k], k < count, lane by lane. Weights of the next part are asked for.
static void ck_unpacked_dots(const float *in, const int64_t *row, const float *weights, const int64_t *unit,
                             int64_t count, vf sums[CK_UNPACKED_M][CK_UNPACKED_N]) {
  vf acc[CK_UNPACKED_M][CK_UNPACKED_N];
  CK_UNROLL for (int i = 0; i < CK_UNPACKED_M; i++) {
    CK_UNROLL for (int j = 0; j < CK_UNPACKED_N; j++) acc[i][j] = (vf)0.0f;
  }
  int64_t k = 0;
  for (; k + CK_VL <= count; k += CK_VL) {
    vf w[CK_UNPACKED_N];
    CK_UNROLL for (int j = 0; j < CK_UNPACKED_N; j++) {
      w[j] = ck_load(weights + unit[j] + k);
      __builtin_prefetch((const char *)(weights + unit[j] + k) + CK_UNPACKED_PART * (int64_t)sizeof(float));
    }
    CK_UNROLL for (int i = 0; i < CK_UNPACKED_M; i++) {
      const vf x = ck_load(in + row[i] + k);
      CK_UNROLL for (int j = 0; j < CK_UNPACKED_N; j++) acc[i][j] = x * w[j] + acc[i][j];
    }
  }
  if (k < count) {
    CK_UNROLL for (int i = 0; i < CK_UNPACKED_M; i++) {
      const vf x = ck_load_part(in + row[i] + k, count - k);
      CK_UNROLL for (int j = 0; j < CK_UNPACKED_N; j++) {
        acc[i][j] = x * ck_load_part(weights + unit[j] + k, count - k) + acc[i][j];
      }
    }
  }
  CK_UNROLL for (int i = 0; i < CK_UNPACKED_M; i++) {
    CK_UNROLL for (int j = 0; j < CK_UNPACKED_N; j++) sums[i][j] += acc[i][j];
  }
}

// The first of `count` places, of `most` that may be taken, in steps of `step` floats.
CK_INLINE void ck_unpacked_places(int64_t *places, int most, int64_t first, int64_t count, int64_t step) {
  for (int i = 0; i < most; i++) places[i] = ck_least(first + i, count - 1) * step;
}

// All rows of units [first, first + count).
static void ck_unpacked_by_unit(const ck_dense_args *a, int64_t first, int64_t count) {
  vf sums[CK_UNPACKED_MOST_ROWS / CK_UNPACKED_M][CK_UNPACKED_UNITS / CK_UNPACKED_N][CK_UNPACKED_M][CK_UNPACKED_N];
  const int64_t row_tiles = ck_ceil_div(a->rows, CK_UNPACKED_M), tiles = ck_ceil_div(count, CK_UNPACKED_N);
  for (int64_t r = 0; r < row_tiles; r++) memset(sums[r], 0, sizeof sums[r]);
  for (int64_t k = 0; k < a->inputs; k += CK_UNPACKED_PART) {
    const int64_t part = ck_least(CK_UNPACKED_PART, a->inputs - k);
    for (int64_t t = 0; t < tiles; t++) {
      int64_t unit[CK_UNPACKED_N];
      ck_unpacked_places(unit, CK_UNPACKED_N, first + t * CK_UNPACKED_N, first + count, a->inputs);
      for (int64_t r = 0; r < row_tiles; r++) {
        int64_t row[CK_UNPACKED_M];
        ck_unpacked_places(row, CK_UNPACKED_M, r * CK_UNPACKED_M, a->rows, a->inputs);
        ck_unpacked_dots(a->in + k, row, a->weights + k, unit, part, sums[r][t]);
      }
    }
  }
  for (int64_t r = 0; r < a->rows; r++) {
    _Alignas(64) float line[CK_UNPACKED_UNITS + CK_VL];
    for (int64_t u = 0; u < count; u++) {
      line[u] = ck_lanes_sum(
          sums[r / CK_UNPACKED_M][u / CK_UNPACKED_N][r % CK_UNPACKED_M][u % CK_UNPACKED_N]);
    }
    ck_dense_finish(a, r, first, count, line);
  }
}

// sums[i][j] += Σ_k in[row[i] + k]·weights[k·units + j], k < count, for `vectors` vectors of units j, the last lanes of a
// single vector left out. Later weights are asked for.
CK_INLINE void ck_unpacked_columns(const int vectors, const float *in, const int64_t *row, const float *weights,
                                   int64_t units, int64_t count, int64_t lanes, float *sums) {
  vf acc[CK_UNPACKED_M][CK_UNPACKED_N];
  CK_UNROLL for (int i = 0; i < CK_UNPACKED_M; i++) {
    CK_UNROLL for (int j = 0; j < vectors; j++) acc[i][j] = (vf)0.0f;
  }
  for (int64_t k = 0; k < count; k++) {
    vf w[CK_UNPACKED_N];
    CK_UNROLL for (int j = 0; j < vectors; j++) {
      w[j] = vectors == 1 ? ck_load_upto(weights, lanes) : ck_load(weights + j * CK_VL);
      __builtin_prefetch((const char *)weights + (CK_UNPACKED_STEPS * units + j * CK_VL) * (int64_t)sizeof(float));
    }
    CK_UNROLL for (int i = 0; i < CK_UNPACKED_M; i++) {
      const vf x = ck_splat(in[row[i] + k]);
      CK_UNROLL for (int j = 0; j < vectors; j++) acc[i][j] = x * w[j] + acc[i][j];
    }
    weights += units;
  }
  CK_UNROLL for (int i = 0; i < CK_UNPACKED_M; i++) {
    CK_UNROLL for (int j = 0; j < vectors; j++) {
      float *sum = sums + i * CK_UNPACKED_COLUMNS + j * CK_VL;
      ck_store(sum, ck_load(sum) + acc[i][j]);
    }
  }
}

static void ck_unpacked_by_input(const ck_dense_args *a, int64_t first, int64_t count) {
  _Alignas(64) float sums[CK_UNPACKED_MOST_ROWS][CK_UNPACKED_COLUMNS];
  const int64_t row_tiles = ck_ceil_div(a->rows, CK_UNPACKED_M), width = CK_UNPACKED_N * CK_VL;
  memset(sums, 0, (size_t)row_tiles * CK_UNPACKED_M * sizeof sums[0]);
  for (int64_t k = 0; k < a->inputs; k += CK_UNPACKED_STEPS) {
    const int64_t part = ck_least(CK_UNPACKED_STEPS, a->inputs - k);
    for (int64_t c = 0; c < count;) {
      const float *weights = a->weights + k * a->units + first + c;
      const int whole = count - c >= width;
      for (int64_t r = 0; r < row_tiles; r++) {
        int64_t row[CK_UNPACKED_M];
        ck_unpacked_places(row, CK_UNPACKED_M, r * CK_UNPACKED_M, a->rows, a->inputs);
        float *tile = sums[r * CK_UNPACKED_M] + c;
        if (whole) {
          ck_unpacked_columns(CK_UNPACKED_N, a->in + k, row, weights, a->units, part, CK_VL, tile);
        } else {
          ck_unpacked_columns(1, a->in + k, row, weights, a->units, part, count - c, tile);
        }
      }
      c += whole ? width : CK_VL;
    }
  }
  for (int64_t r = 0; r < a->rows; r++) ck_dense_finish(a, r, first, count, sums[r]);
}

void CK_UNPACKED(run)(const void *args, int64_t begin, int64_t end) {
  const ck_dense_args *a = args;
  const int64_t span = ck_unpacked_span(a);
  for (int64_t u = begin; u < end; u++) {
    const int64_t first = u * span, count = ck_least(span, a->units - first);
    if (a->weights_by_input) {
      ck_unpacked_by_input(a, first, count);
    } else {
      ck_unpacked_by_unit(a, first, count);
    }
  }
}

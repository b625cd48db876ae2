// The measuring loops of one instruction set.
//
// The including file sets CK_MEASURE_ISA, CK_MEASURE_CHAINS, and the register tile of its convolutions: CK_MEASURE_M,
// CK_MEASURE_N.
#include "../common/tile.h"

#define CK_MEASURE(what) CK_LOCAL(ck_measure_##what)

static float CK_MEASURE(fma)(const float *seeds, int64_t rounds) {
  vf sums[CK_MEASURE_CHAINS];
  CK_UNROLL for (int i = 0; i < CK_MEASURE_CHAINS; i++) sums[i] = ck_splat(seeds[i + 2]);
  const vf factor = ck_splat(seeds[0]), summand = ck_splat(seeds[1]);
  for (int64_t round = 0; round < rounds; round++) {
    CK_UNROLL for (int i = 0; i < CK_MEASURE_CHAINS; i++) sums[i] = sums[i] * factor + summand;
  }
  vf sum = sums[0];
  CK_UNROLL for (int i = 1; i < CK_MEASURE_CHAINS; i++) sum += sums[i];
  return ck_lanes_sum(sum);
}

#ifdef CK_HAS_BF16
static float CK_MEASURE(bf16)(const float *seeds, int64_t rounds) {
  vf sums[CK_MEASURE_CHAINS];
  CK_UNROLL for (int i = 0; i < CK_MEASURE_CHAINS; i++) sums[i] = ck_splat(seeds[i + 2]);
  const __m512bh a = (__m512bh)ck_splat(seeds[0]), b = (__m512bh)ck_splat(seeds[1]);
  for (int64_t round = 0; round < rounds; round++) {
    CK_UNROLL for (int i = 0; i < CK_MEASURE_CHAINS; i++) sums[i] = (vf)_mm512_dpbf16_ps((__m512)sums[i], a, b);
  }
  vf sum = sums[0];
  CK_UNROLL for (int i = 1; i < CK_MEASURE_CHAINS; i++) sum += sums[i];
  return ck_lanes_sum(sum);
}
#endif

static float CK_MEASURE(tile)(const float *in, const float *weights, int64_t rounds) {
  const ck_nest nest = {CK_TILE_DEPTH / CK_VL, 1, 1, CK_VL, CK_VL, CK_MEASURE_M * CK_VL, 0, 0, 1, NULL, 0};
  _Alignas(64) float sums[CK_MEASURE_M * CK_MEASURE_N];
  for (int64_t round = 0; round < rounds; round++) {
    vf acc[CK_TILE_MOST_ROWS][CK_TILE_MOST_M][CK_TILE_MOST_V];
    ck_tile(CK_MEASURE_M, 1, CK_MEASURE_N / CK_VL, CK_VL, CK_MEASURE_N, 0, in, 0, weights, &nest, NULL, acc);
    CK_UNROLL for (int i = 0; i < CK_MEASURE_M; i++) {
      CK_UNROLL for (int j = 0; j < CK_MEASURE_N / CK_VL; j++) {
        ck_store(sums + i * CK_MEASURE_N + j * CK_VL, acc[0][i][j]);
      }
    }
    // What was read may have changed: no round can be left out.
    __asm__ volatile("" : : "r"(sums) : "memory");
  }
  return sums[0];
}

static int32_t CK_MEASURE(read)(const void *bytes, int64_t count, int64_t rounds) {
  enum { streams = 8 };
  vi sums[streams];
  CK_UNROLL for (int i = 0; i < streams; i++) sums[i] = (vi)0;
  for (int64_t round = 0; round < rounds; round++) {
    const char *p = bytes, *const end = p + count;
    while (p < end) {
      CK_UNROLL for (int i = 0; i < streams; i++) {
        sums[i] ^= *(const vi *)p;
        p += sizeof(vi);
      }
    }
    __asm__ volatile("" : : : "memory");
  }
  vi sum = sums[0];
  CK_UNROLL for (int i = 1; i < streams; i++) sum ^= sums[i];
  int32_t result = 0;
  for (int i = 0; i < CK_VL; i++) result ^= sum[i];
  return result;
}

const ck_measure CK_MEASURE(loops) = {
    .isa = CK_MEASURE_ISA,
    .fma = CK_MEASURE(fma),
    .fma_seeds = CK_MEASURE_CHAINS + 2,
    .fma_flops = 2 * CK_MEASURE_CHAINS * CK_VL,
#ifdef CK_HAS_BF16
    .bf16 = CK_MEASURE(bf16),
    .bf16_flops = 4 * CK_MEASURE_CHAINS * CK_VL,
#endif
    .tile = CK_MEASURE(tile),
    .tile_m = CK_MEASURE_M,
    .tile_n = CK_MEASURE_N,
    .read = CK_MEASURE(read),
};

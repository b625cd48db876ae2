// The micro-kernel of convolution and dense layers on bfloat16 operands.
//
// Products come in pairs: a word holds two neighbouring elements of the input, the packed weights hold for each output
// the two weights that belong to them. AVX-512's bfloat16 instructions take such words as they are; elsewhere a word is
// two floats.
#ifndef CK_PAIR_TILE_H
#define CK_PAIR_TILE_H

#include "storage.h"

// A reduction over three nested loops, outermost first: n0..n2 steps of s0..s2 elements in the input; at each place
// `pairs` words in a row, and where `half` is set one element more. In the last round of the outermost loop it is
// `last_pairs` and `last_half`: the last channel block may be narrower. Elements that are not counted are not read:
// they may be NaN. The packed words lie in the order of the reduction; a half has 0 as its second weight.
typedef struct {
  int64_t n0, n1, n2, pairs, last_pairs;
  int half, last_half;
  int64_t s0, s1, s2;
  // Weights that are needed later: each pair of the reduction asks for the cache lines at `ahead`, then adds
  // `ahead_step` bytes. Lines that nobody has need not exist.
  const char *ahead;
  int64_t ahead_step;
} ck_pair_nest;

#ifdef CK_HAS_BF16

typedef vi ck_words;
typedef int32_t vi_unaligned __attribute__((ext_vector_type(CK_VL), aligned(4)));

CK_INLINE ck_words ck_words_load(const uint32_t *p) { return *(const vi_unaligned *)p; }
CK_INLINE ck_words ck_words_splat(uint32_t word) { return (vi)(int32_t)word; }
// Sums, operands and results that are denormal count as zero, whatever the state of the CPU.
CK_INLINE vf ck_pair_add(ck_words x, ck_words w, vf sum) {
  return (vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)x, (__m512bh)w);
}

#else

typedef uint32_t vu_unaligned __attribute__((ext_vector_type(CK_VL), aligned(4)));
typedef struct {
  vf low, high;
} ck_words;

CK_INLINE ck_words ck_words_of(vu words) {
  union { vu u; vf f; } low = {.u = words << 16}, high = {.u = words & 0xFFFF0000};
  return (ck_words){low.f, high.f};
}
CK_INLINE ck_words ck_words_load(const uint32_t *p) { return ck_words_of(*(const vu_unaligned *)p); }
CK_INLINE ck_words ck_words_splat(uint32_t word) { return ck_words_of((vu)word); }
CK_INLINE vf ck_pair_add(ck_words x, ck_words w, vf sum) { return x.high * w.high + (x.low * w.low + sum); }

#endif

CK_INLINE uint32_t ck_pair_at(const ck_elem *p) {
  uint32_t word;
  memcpy(&word, p, sizeof word);
  return word;
}

enum { CK_PAIR_MOST_M = 16, CK_PAIR_MOST_ROWS = 2, CK_PAIR_MOST_V = 4 };
// The sums of a tile, in registers.
typedef vf ck_pair_sums[CK_PAIR_MOST_ROWS][CK_PAIR_MOST_M][CK_PAIR_MOST_V];

#define CK_PAIR_EACH_SUM                       \
  CK_UNROLL for (int r = 0; r < rows; r++)     \
  CK_UNROLL for (int i = 0; i < m; i++)        \
  CK_UNROLL for (int j = 0; j < v; j++)

// acc[r][i][j] = Σ over the nest of in[r·row_step + i·step + offset] · weights[…][j], vectors j < v
//
// for m pixels in each of `rows` rows and v vectors of outputs; a step of the reduction takes `width` packed words and
// asks for `lines` cache lines of later weights. m, rows, v, width and lines are constants where this is called:
// m·rows·v accumulators stay in registers over the whole reduction. Every sum runs in the order of the nest: tiles of any size give the same bits.
CK_INLINE void ck_pair_tile(const int m, const int rows, const int v, const int64_t step, const int width,
                            const int lines, const ck_elem *in, const int64_t row_step, const uint32_t *weights,
                            const ck_pair_nest *nest, ck_pair_sums acc) {
  CK_PAIR_EACH_SUM acc[r][i][j] = (vf)0.0f;
  const int64_t n0 = nest->n0, n1 = nest->n1, n2 = nest->n2, ahead_step = nest->ahead_step;
  const char *ahead = nest->ahead;
  for (int64_t i0 = 0; i0 < n0; i0++) {
    const int is_last = i0 == n0 - 1;
    const int64_t pairs = is_last ? nest->last_pairs : nest->pairs;
    const int half = is_last ? nest->last_half : nest->half;
    for (int64_t i1 = 0; i1 < n1; i1++) {
      for (int64_t i2 = 0; i2 < n2; i2++) {
        const ck_elem *p = in + i0 * nest->s0 + i1 * nest->s1 + i2 * nest->s2;
        for (int64_t k = 0; k < pairs; k++) {
          ck_words w[CK_PAIR_MOST_V];
          CK_UNROLL for (int j = 0; j < v; j++) w[j] = ck_words_load(weights + j * CK_VL);
          CK_UNROLL for (int r = 0; r < rows; r++) {
            CK_UNROLL for (int i = 0; i < m; i++) {
              const ck_words x = ck_words_splat(ck_pair_at(p + r * row_step + i * step));
              CK_UNROLL for (int j = 0; j < v; j++) acc[r][i][j] = ck_pair_add(x, w[j], acc[r][i][j]);
            }
          }
          CK_UNROLL for (int j = 0; j < lines; j++) __builtin_prefetch(ahead + j * 64);
          ahead += ahead_step;
          weights += width;
          p += 2;
        }
        if (half) {
          ck_words w[CK_PAIR_MOST_V];
          CK_UNROLL for (int j = 0; j < v; j++) w[j] = ck_words_load(weights + j * CK_VL);
          CK_UNROLL for (int r = 0; r < rows; r++) {
            CK_UNROLL for (int i = 0; i < m; i++) {
              const ck_words x = ck_words_splat(p[r * row_step + i * step]);
              CK_UNROLL for (int j = 0; j < v; j++) acc[r][i][j] = ck_pair_add(x, w[j], acc[r][i][j]);
            }
          }
          weights += width;
        }
      }
    }
  }
}

// sums[(r·m + i)·v + j] = acc[r][i][j]
CK_INLINE void ck_pair_store(const int m, const int rows, const int v, ck_pair_sums acc, float *sums) {
  CK_PAIR_EACH_SUM ck_store(sums + ((r * m + i) * v + j) * CK_VL, acc[r][i][j]);
}

#endif

// Sums of bf16 products in tiles of AMX: two strips of up to 16 pixels or examples × 32 outputs.
//
// A step of the reduction takes 16 inputs, a block of channels, of each pixel: half of what a tile could hold, for the
// sake of one layout of tensors for all kernels of bf16.
#ifndef CK_TILE_SUMS_H
#define CK_TILE_SUMS_H

#include "../common/storage.h"
#include "../common/tiles.h"

enum { CK_AMX_INPUTS = 16 };

// sums[s·strip + i·32 + j]: strip s, pixel i, output j. `second` is NULL for one strip. Pixels are `step` elements
// apart. Every sum runs in the order of the nest and of the packed weights.
CK_INLINE void ck_tile_sums(const ck_elem *first, const ck_elem *second, int64_t step, const uint32_t *weights,
                            const ck_tile_nest *nest, float *sums) {
  const int64_t row = step * (int64_t)sizeof(ck_elem), words = CK_TILES_N * (int64_t)sizeof(uint32_t);
  ck_tile_zero(0);
  ck_tile_zero(1);
  ck_tile_zero(2);
  ck_tile_zero(3);
  for (int64_t i0 = 0; i0 < nest->n0; i0++) {
    for (int64_t i1 = 0; i1 < nest->n1; i1++) {
      for (int64_t i2 = 0; i2 < nest->n2; i2++) {
        const int64_t at = i0 * nest->s0 + i1 * nest->s1 + i2 * nest->s2;
        ck_tile_load(4, first + at, row);
        ck_tile_load(6, weights, words);
        ck_tile_dot(0, 4, 6);
        ck_tile_load(7, weights + CK_TILES_N / 2, words);
        ck_tile_dot(1, 4, 7);
        if (second) {
          ck_tile_load(5, second + at, row);
          ck_tile_dot(2, 5, 6);
          ck_tile_dot(3, 5, 7);
        }
        weights += CK_AMX_INPUTS / 2 * CK_TILES_N;
      }
    }
  }
  const int64_t line = CK_TILES_N * (int64_t)sizeof(float);
  ck_tile_store(0, sums, line);
  ck_tile_store(1, sums + CK_TILES_N / 2, line);
  if (second) {
    ck_tile_store(2, sums + CK_TILES_STRIP * CK_TILES_N, line);
    ck_tile_store(3, sums + CK_TILES_STRIP * CK_TILES_N + CK_TILES_N / 2, line);
  }
}

#endif

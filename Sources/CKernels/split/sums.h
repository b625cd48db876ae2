// Sums of products of split bfloat16 in tiles of AMX: two strips of up to 16 pixels or examples × 32 outputs.
#ifndef CK_SPLIT_SUMS_H
#define CK_SPLIT_SUMS_H

#include "../common/narrow.h"
#include "../common/tiles.h"
#include "shape.h"

enum {
  CK_SPLIT_STEP = 2 * CK_TILES_N * CK_SPLIT_INPUTS,  // packed halves of a step
  CK_SPLIT_BLOCK = CK_SPLIT_INPUTS / 2 * CK_TILES_N,  // of a vector of outputs
  CK_SPLIT_SUMS = CK_TILES_STRIP * CK_TILES_N / 2,    // of a strip and a vector of outputs
};

// Writes x as h and l. What is beyond the largest bfloat16, infinity included, becomes an infinite h and a NaN.
CK_INLINE void ck_split(vf x, uint16_t *h, uint16_t *l) {
  const vh high = ck_narrow(x);
  *(vh_unaligned *)h = high;
  *(vh_unaligned *)l = ck_narrow(x - ck_widen(high));
}

// The first `count` lanes, zero in place of the others, whatever is there.
CK_INLINE vf ck_split_lanes(vf x, int64_t count) {
  vi lane;
  for (int i = 0; i < CK_VL; i++) lane[i] = i;
  return lane < (vi)(int32_t)count ? x : (vf)0.0f;
}

// sums[(2·s + v)·256 + i·16 + j]: strip s, vector of outputs v, pixel i, output j. `second` is NULL for one strip. An
// input is split: its l lies `low` elements behind its h; pixels are `pixel` elements apart. Every sum runs in the
// order of the nest and of the packed weights.
CK_INLINE void ck_split_sums(const uint16_t *first, const uint16_t *second, int64_t low, int64_t pixel,
                             const uint16_t *weights, const ck_tile_nest *nest, float *sums) {
  const int64_t row = pixel * (int64_t)sizeof(uint16_t);
  ck_tile_zero(0);
  ck_tile_zero(1);
  ck_tile_zero(2);
  ck_tile_zero(3);
  for (int64_t i0 = 0; i0 < nest->n0; i0++) {
    for (int64_t i1 = 0; i1 < nest->n1; i1++) {
      for (int64_t i2 = 0; i2 < nest->n2; i2++) {
        const int64_t at = i0 * nest->s0 + i1 * nest->s1 + i2 * nest->s2;
        ck_tile_load(4, first + at, row);
        ck_tile_load(6, weights, 64);
        ck_tile_dot(0, 4, 6);
        ck_tile_load(7, weights + CK_SPLIT_BLOCK, 64);
        ck_tile_dot(1, 4, 7);
        if (second) {
          ck_tile_load(5, second + at, row);
          ck_tile_dot(2, 5, 6);
          ck_tile_dot(3, 5, 7);
        }
        ck_tile_load(4, first + low + at, row);
        ck_tile_dot(0, 4, 6);
        ck_tile_dot(1, 4, 7);
        if (second) {
          ck_tile_load(5, second + low + at, row);
          ck_tile_dot(2, 5, 6);
          ck_tile_dot(3, 5, 7);
        }
        ck_tile_load(4, first + at, row);
        ck_tile_load(6, weights + 2 * CK_SPLIT_BLOCK, 64);
        ck_tile_dot(0, 4, 6);
        ck_tile_load(7, weights + 3 * CK_SPLIT_BLOCK, 64);
        ck_tile_dot(1, 4, 7);
        if (second) {
          ck_tile_load(5, second + at, row);
          ck_tile_dot(2, 5, 6);
          ck_tile_dot(3, 5, 7);
        }
        weights += CK_SPLIT_STEP;
      }
    }
  }
  ck_tile_store(0, sums, 64);
  ck_tile_store(1, sums + CK_SPLIT_SUMS, 64);
  if (second) {
    ck_tile_store(2, sums + 2 * CK_SPLIT_SUMS, 64);
    ck_tile_store(3, sums + 3 * CK_SPLIT_SUMS, 64);
  }
}

#endif

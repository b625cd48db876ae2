// The measuring loop of tiles of AMX, between registers.
#include "../common/tiles.h"
#include "../common/vector.h"

static float CK_LOCAL(ck_measure_products)(const void *operands, int64_t rounds) {
  enum { bytes = CK_TILE_ROWS * CK_TILE_BYTES };
  const char *from = operands;
  _Alignas(64) ck_tile_config config;
  _Alignas(64) float sums[CK_TILE_ROWS * CK_TILE_BYTES / sizeof(float)];
  ck_tile_shapes(&config, CK_TILES_STRIP, CK_TILES_STRIP, 32);
  ck_tile_configure(&config);
  ck_tile_zero(0);
  ck_tile_zero(1);
  ck_tile_zero(2);
  ck_tile_zero(3);
  ck_tile_load(4, from, CK_TILE_BYTES);
  ck_tile_load(5, from + bytes, CK_TILE_BYTES);
  ck_tile_load(6, from + 2 * bytes, CK_TILE_BYTES);
  ck_tile_load(7, from + 3 * bytes, CK_TILE_BYTES);
  for (int64_t round = 0; round < rounds; round++) {
    ck_tile_dot(0, 4, 6);
    ck_tile_dot(1, 4, 7);
    ck_tile_dot(2, 5, 6);
    ck_tile_dot(3, 5, 7);
  }
  float result = 0;
  ck_tile_store(0, sums, CK_TILE_BYTES);
  result += sums[0];
  ck_tile_store(1, sums, CK_TILE_BYTES);
  result += sums[0];
  ck_tile_store(2, sums, CK_TILE_BYTES);
  result += sums[0];
  ck_tile_store(3, sums, CK_TILE_BYTES);
  result += sums[0];
  ck_tile_release();
  return result;
}

static const ck_measure_tiles CK_LOCAL(ck_measure_tile_loop) = {
    .products = CK_LOCAL(ck_measure_products),
    .operand_bytes = 4 * CK_TILE_ROWS * CK_TILE_BYTES,
    .flops = 4 * 2 * CK_TILES_STRIP * (CK_TILES_N / 2) * 32,
};

const ck_measure_tiles *CK_LOCAL(ck_measure_tiles)(void) { return &CK_LOCAL(ck_measure_tile_loop); }

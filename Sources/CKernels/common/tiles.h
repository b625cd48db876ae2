// The tiles of AMX: eight registers of up to 16 rows of 64 bytes, whose shapes the program sets.
//
// The operations are the CPU's instructions, or, in a file that defines CK_MODEL_TILES, a model of them in plain C after
// the pseudo code of Intel's manual (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2: LDTILECFG,
// TILELOADD, TILESTORED, TILEZERO, TDPBF16PS): the same kernels can be tested on a CPU without tiles. Tile numbers are
// constants.
#ifndef CK_TILES_H
#define CK_TILES_H

#include <stdint.h>
#include <string.h>

enum { CK_TILE_COUNT = 8, CK_TILE_ROWS = 16, CK_TILE_BYTES = 64 };

// As LDTILECFG reads it.
typedef struct {
  uint8_t palette, start_row, reserved[14];
  uint16_t bytes[16];  // of a row, for each tile
  uint8_t rows[16];
} ck_tile_config;

#ifdef CK_MODEL_TILES

typedef struct {
  ck_tile_config config;
  uint8_t tiles[CK_TILE_COUNT][CK_TILE_ROWS][CK_TILE_BYTES];
} ck_tile_state;
static _Thread_local ck_tile_state ck_tile_model;

static inline void ck_tile_configure(const ck_tile_config *config) {
  memset(&ck_tile_model, 0, sizeof ck_tile_model);
  ck_tile_model.config = *config;
}
static inline void ck_tile_release(void) { memset(&ck_tile_model, 0, sizeof ck_tile_model); }
static inline void ck_tile_zero(int tile) { memset(ck_tile_model.tiles[tile], 0, sizeof ck_tile_model.tiles[tile]); }

// What lies beyond the configured rows and bytes becomes zero.
static inline void ck_tile_load(int tile, const void *from, int64_t stride) {
  ck_tile_zero(tile);
  for (int i = 0; i < ck_tile_model.config.rows[tile]; i++) {
    memcpy(ck_tile_model.tiles[tile][i], (const char *)from + i * stride, ck_tile_model.config.bytes[tile]);
  }
}
static inline void ck_tile_store(int tile, void *to, int64_t stride) {
  for (int i = 0; i < ck_tile_model.config.rows[tile]; i++) {
    memcpy((char *)to + i * stride, ck_tile_model.tiles[tile][i], ck_tile_model.config.bytes[tile]);
  }
}

// Denormal operands and results count as zero, whatever the state of the CPU.
static inline float ck_tile_flush(float x) { return __builtin_fabsf(x) < 0x1p-126f ? x * 0.0f : x; }
static inline float ck_tile_operand(const uint8_t *row, int i) {
  uint16_t half;
  memcpy(&half, row + 2 * i, sizeof half);
  const uint32_t bits = (uint32_t)half << 16;
  float x;
  memcpy(&x, &bits, sizeof x);
  return ck_tile_flush(x);
}
// One rounding: a product of bfloat16 numbers is exact in double precision, and so is its sum with a float but for
// rounding to double precision, which differs from the fused one in ties alone.
static inline float ck_tile_fma(float a, float b, float sum) { return ck_tile_flush((float)((double)a * b + sum)); }

// c[m][n] += Σ_k a[m][2k]·b[k][2n] + Σ_k a[m][2k+1]·b[k][2n+1]: first and second halves of the pairs are summed apart.
static inline void ck_tile_dot(int c, int a, int b) {
  const ck_tile_config *config = &ck_tile_model.config;
  for (int m = 0; m < CK_TILE_ROWS; m++) {
    uint8_t *row = ck_tile_model.tiles[c][m];
    const int is_row = m < config->rows[c];
    for (int n = 0; n < CK_TILE_BYTES / 4; n++) {
      float value = 0;
      if (is_row && n < config->bytes[c] / 4) {
        float even = 0, odd = 0, old;
        for (int k = 0; k < config->bytes[a] / 4; k++) {
          const uint8_t *x = ck_tile_model.tiles[a][m], *w = ck_tile_model.tiles[b][k];
          even = ck_tile_fma(ck_tile_operand(x, 2 * k), ck_tile_operand(w, 2 * n), even);
          odd = ck_tile_fma(ck_tile_operand(x, 2 * k + 1), ck_tile_operand(w, 2 * n + 1), odd);
        }
        memcpy(&old, row + 4 * n, sizeof old);
        value = ck_tile_flush(ck_tile_flush(old) + ck_tile_flush(even + odd));
      }
      memcpy(row + 4 * n, &value, sizeof value);
    }
  }
}

#else

#define ck_tile_configure(config) _tile_loadconfig(config)
#define ck_tile_release() _tile_release()
#define ck_tile_zero(tile) _tile_zero(tile)
#define ck_tile_load(tile, from, stride) _tile_loadd(tile, from, (size_t)(stride))
#define ck_tile_store(tile, to, stride) _tile_stored(tile, to, (size_t)(stride))
#define ck_tile_dot(c, a, b) _tile_dpbf16ps(c, a, b)

#endif

enum { CK_TILES_M = 32, CK_TILES_N = 32, CK_TILES_STRIP = 16 };

// Tiles 0 … 3 are sums: two strips of `first` and `second` rows × two vectors of outputs. 4 and 5 hold a strip's
// inputs, `inputs` ≤ 32 numbers for each row, 6 and 7 the weights of a vector of outputs, a pair of inputs in each row.
static inline void ck_tile_shapes(ck_tile_config *config, int64_t first, int64_t second, int inputs) {
  memset(config, 0, sizeof *config);
  config->palette = 1;
  for (int tile = 0; tile < CK_TILE_COUNT; tile++) {
    const int is_weights = tile >= 6, is_second = tile == 2 || tile == 3 || tile == 5;
    config->rows[tile] = (uint8_t)(is_weights ? inputs / 2 : is_second && second > 0 ? second : first);
    config->bytes[tile] = (uint16_t)(tile == 4 || tile == 5 ? 2 * inputs : 64);
  }
}

// Three nested loops over the input, outermost first, at distances of elements; each step takes one row of inputs.
typedef struct {
  int64_t n0, n1, n2;
  int64_t s0, s1, s2;
} ck_tile_nest;

#endif

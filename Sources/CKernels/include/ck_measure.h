// Loops that show what this CPU can do at most: the limits that steps of a plan are held against.
#ifndef CK_MEASURE_H
#define CK_MEASURE_H

#include <stdint.h>

// The loops of one instruction set. Each returns a number that depends on all of its work, so that no compiler can
// leave work out; it means nothing else.
typedef struct {
  int32_t isa;

  // Multiply-adds between registers, as many independent chains as hide their latency.
  // `seeds` holds `fma_seeds` floats.
  float (*fma)(const float *seeds, int64_t rounds);
  int64_t fma_seeds;
  int64_t fma_flops;  // of one round: 2 for each multiply-add of a lane

  // Multiply-adds of pairs of bfloat16 numbers, which are the halves of the seeds, in as many chains; NULL where the
  // instruction set has no such instructions.
  float (*bf16)(const float *seeds, int64_t rounds);
  int64_t bf16_flops;  // of one round: 4 for each pair of a lane

  // The tile that convolutions are made of, on data of level 1: a 1×1 convolution of `tile_m` pixels with CK_TILE_DEPTH
  // channels in and `tile_n` out. `in` holds tile_m · CK_TILE_DEPTH floats, `weights` CK_TILE_DEPTH · tile_n; both are
  // aligned to 64 bytes.
  float (*tile)(const float *in, const float *weights, int64_t rounds);
  int64_t tile_m, tile_n;

  // Reads `count` bytes in order, `rounds` times. `bytes` is aligned to 64, `count` a multiple of CK_READ_STEP.
  int32_t (*read)(const void *bytes, int64_t count, int64_t rounds);
} ck_measure;

// Products of tiles of AMX, as those of the other loops.
typedef struct {
  // Products of four tiles of bfloat16, which `operands` holds one behind the other, by two and two, to four tiles of
  // sums. Returns the first numbers of these, added up.
  float (*products)(const void *operands, int64_t rounds);
  int64_t operand_bytes;
  int64_t flops;  // of one round: 2 for each product of two numbers
} ck_measure_tiles;

// NULL where this build has none.
const ck_measure_tiles *ck_measure_tiles_amx(void);
// The same loop on a model of the tiles, for tests.
const ck_measure_tiles *ck_measure_tiles_amxmodel(void);

enum { CK_TILE_DEPTH = 64, CK_READ_STEP = 1024 };

// The loops of an instruction set, one of ck_isa; NULL where this build has none.
const ck_measure *ck_measure_for(int32_t isa);

#endif

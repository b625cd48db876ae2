// Packs weights as bfloat16; plain C, so that any CPU can pack for any kernel. Unpacking gives the rounded weights.
#include "pack.h"

#include <string.h>
#include "../common/bf16.h"
#include "../include/ckernels.h"

static int64_t direct_words(const ck_kernel *kernel, const void *args) {
  const ck_pair_packing p = ck_pair_packing_of(args, kernel->tile_n);
  return p.conv.tiles * p.tile_words;
}

static void direct_pack(const ck_kernel *kernel, const void *args, const float *weights, float *packed) {
  const ck_pair_packing p = ck_pair_packing_of(args, kernel->tile_n);
  uint16_t *to = (uint16_t *)packed;
  memset(packed, 0, (size_t)(p.conv.tiles * p.tile_words) * sizeof(uint32_t));
  for (int64_t f = 0; f < p.conv.filters; f++) {
    for (int64_t c = 0; c < p.conv.inputs; c++) {
      for (int64_t tap = 0; tap < p.conv.taps; tap++) to[ck_pair_place(&p, f, c, tap)] = ck_to_bf16(*weights++);
    }
  }
}

static void direct_unpack(const ck_kernel *kernel, const void *args, const float *packed, float *weights) {
  const ck_pair_packing p = ck_pair_packing_of(args, kernel->tile_n);
  const uint16_t *from = (const uint16_t *)packed;
  for (int64_t f = 0; f < p.conv.filters; f++) {
    for (int64_t c = 0; c < p.conv.inputs; c++) {
      for (int64_t tap = 0; tap < p.conv.taps; tap++) *weights++ = ck_from_bf16(from[ck_pair_place(&p, f, c, tap)]);
    }
  }
}

const ck_packing conv2d_direct_bf16_packing = {direct_words, direct_pack, direct_unpack};

// Winograd: the order of the fp32 rows, without pairs: filters are transformed, as floats, where they are used.
static int64_t winograd_words(const ck_kernel *kernel, const void *args) {
  const ck_conv_packing p = ck_conv_packing_of(args, kernel->tile_n);
  return (p.tiles * ck_conv_tile_floats(&p) + 1) / 2;
}

static void winograd_pack(const ck_kernel *kernel, const void *args, const float *weights, float *packed) {
  const ck_conv_packing p = ck_conv_packing_of(args, kernel->tile_n);
  uint16_t *to = (uint16_t *)packed;
  memset(packed, 0, (size_t)winograd_words(kernel, args) * sizeof(uint32_t));
  for (int64_t f = 0; f < p.filters; f++) {
    for (int64_t c = 0; c < p.inputs; c++) {
      for (int64_t tap = 0; tap < p.taps; tap++) to[ck_conv_place(&p, f, c, tap)] = ck_to_bf16(*weights++);
    }
  }
}

static void winograd_unpack(const ck_kernel *kernel, const void *args, const float *packed, float *weights) {
  const ck_conv_packing p = ck_conv_packing_of(args, kernel->tile_n);
  const uint16_t *from = (const uint16_t *)packed;
  for (int64_t f = 0; f < p.filters; f++) {
    for (int64_t c = 0; c < p.inputs; c++) {
      for (int64_t tap = 0; tap < p.taps; tap++) *weights++ = ck_from_bf16(from[ck_conv_place(&p, f, c, tap)]);
    }
  }
}

const ck_packing conv2d_winograd_bf16_packing = {winograd_words, winograd_pack, winograd_unpack};

// Dense: [unit tile][pair of inputs][unit in tile], zero beyond the last unit.
static int64_t gemm_words(const ck_kernel *kernel, const void *args) {
  const ck_dense_args *a = args;
  return (a->units + kernel->tile_n - 1) / kernel->tile_n * ((a->inputs + 1) / 2) * kernel->tile_n;
}

static int64_t gemm_place(int64_t inputs, int64_t n, int64_t unit, int64_t input) {
  return 2 * ((unit / n * ((inputs + 1) / 2) + input / 2) * n + unit % n) + input % 2;
}

static void gemm_pack(const ck_kernel *kernel, const void *args, const float *weights, float *packed) {
  const ck_dense_args *a = args;
  uint16_t *to = (uint16_t *)packed;
  memset(packed, 0, (size_t)gemm_words(kernel, args) * sizeof(uint32_t));
  for (int64_t u = 0; u < a->units; u++) {
    for (int64_t i = 0; i < a->inputs; i++) to[gemm_place(a->inputs, kernel->tile_n, u, i)] = ck_to_bf16(*weights++);
  }
}

static void gemm_unpack(const ck_kernel *kernel, const void *args, const float *packed, float *weights) {
  const ck_dense_args *a = args;
  const uint16_t *from = (const uint16_t *)packed;
  for (int64_t u = 0; u < a->units; u++) {
    for (int64_t i = 0; i < a->inputs; i++) {
      *weights++ = ck_from_bf16(from[gemm_place(a->inputs, kernel->tile_n, u, i)]);
    }
  }
}

const ck_packing dense_gemm_bf16_packing = {gemm_words, gemm_pack, gemm_unpack};

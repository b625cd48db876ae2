// The rows of AMX on a model of its tiles, for tests on other CPUs.
#define CK_STORES_BF16
#define CK_MODEL_TILES
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "../include/ckernels.h"

#define CK_SUFFIX amxmodel
#define CK_FLOAT_SUFFIX generic
#define CK_VL 16

// Vectors of 16 floats are passed to functions that are inlined, whatever registers the CPU has.
#pragma clang diagnostic ignored "-Wpsabi"

#include "direct_amx.h"
#include "dense_amx.h"

extern const ck_packing conv2d_direct_bf16_packing, dense_gemm_bf16_packing;

static const ck_kernel kernels[] = {
    {.name = "conv2d_direct_bf16_amxmodel_32x32", .algorithm = "direct", .op = CK_OP_CONV2D, .isa = CK_ISA_AMX,
     .storage = CK_BF16, .block = 16, .tile_m = 32, .tile_n = 32, .units = CK_AMX_DIRECT(units),
     .run = CK_AMX_DIRECT(run), .packing = &conv2d_direct_bf16_packing},
    {.name = "dense_gemm_bf16_amxmodel_32x32", .algorithm = "gemm", .op = CK_OP_DENSE, .isa = CK_ISA_AMX,
     .storage = CK_BF16, .block = 0, .tile_m = 32, .tile_n = 32, .units = CK_AMX_DENSE(units),
     .run = CK_AMX_DENSE(run), .packing = &dense_gemm_bf16_packing},
};

const ck_kernel *ck_modelled_kernels(int64_t *count) {
  *count = (int64_t)(sizeof kernels / sizeof kernels[0]);
  return kernels;
}

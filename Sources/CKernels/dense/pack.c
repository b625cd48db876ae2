// Packs the weights of dense layers as [unit tile][input][unit in tile], zero beyond the last unit; plain C, so that
// any CPU can pack for any kernel.
#include <string.h>

#include "../include/ckernels.h"

static int64_t gemm_floats(const ck_kernel *kernel, const void *args) {
  const ck_dense_args *a = args;
  return (a->units + kernel->tile_n - 1) / kernel->tile_n * a->inputs * kernel->tile_n;
}

static void gemm_pack(const ck_kernel *kernel, const void *args, const float *weights, float *packed) {
  const ck_dense_args *a = args;
  const int64_t n = kernel->tile_n;
  for (int64_t first = 0; first < a->units; first += n) {
    const int64_t count = a->units - first < n ? a->units - first : n;
    for (int64_t i = 0; i < a->inputs; i++) {
      for (int64_t j = 0; j < n; j++) *packed++ = j < count ? weights[(first + j) * a->inputs + i] : 0.0f;
    }
  }
}

static void gemm_unpack(const ck_kernel *kernel, const void *args, const float *packed, float *weights) {
  const ck_dense_args *a = args;
  const int64_t n = kernel->tile_n;
  for (int64_t u = 0; u < a->units; u++) {
    const float *column = packed + u / n * n * a->inputs + u % n;
    for (int64_t i = 0; i < a->inputs; i++) weights[u * a->inputs + i] = column[i * n];
  }
}

const ck_packing dense_gemm_packing = {gemm_floats, gemm_pack, gemm_unpack};

// As the graph has them.
static int64_t unpacked_floats(const ck_kernel *kernel, const void *args) {
  (void)kernel;
  const ck_dense_args *a = args;
  return a->units * a->inputs;
}

static void unpacked_pack(const ck_kernel *kernel, const void *args, const float *weights, float *packed) {
  memcpy(packed, weights, (size_t)unpacked_floats(kernel, args) * sizeof(float));
}

static void unpacked_unpack(const ck_kernel *kernel, const void *args, const float *packed, float *weights) {
  memcpy(weights, packed, (size_t)unpacked_floats(kernel, args) * sizeof(float));
}

const ck_packing dense_unpacked_packing = {unpacked_floats, unpacked_pack, unpacked_unpack};

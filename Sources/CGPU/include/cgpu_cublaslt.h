// cuBLASLt 11 or newer: products of matrices with what follows them. Numbers are those of cuBLAS's names, which
// `./netc.sh gpu-library-check` compares with its headers.
// Reference: "cuBLAS", docs.nvidia.com/cuda/cublas, section "Using the cuBLASLt API".
#ifndef CGPU_CUBLASLT_H
#define CGPU_CUBLASLT_H

#include <stddef.h>
#include <stdint.h>
#include "cgpu_driver.h"

typedef int cgpu_cublas_status;
typedef struct cgpu_cublaslt_handle_s *cgpu_cublaslt_handle;
typedef struct cgpu_cublaslt_product_s *cgpu_cublaslt_product;
typedef struct cgpu_cublaslt_layout_s *cgpu_cublaslt_layout;
typedef struct cgpu_cublaslt_preference_s *cgpu_cublaslt_preference;

// Of an algorithm nothing is known but its size.
typedef struct {
  uint64_t opaque[8];
} cgpu_cublaslt_algorithm;

typedef struct {
  cgpu_cublaslt_algorithm algorithm;
  size_t workspace_bytes;
  cgpu_cublas_status status;
  float waves;
  int reserved[4];
} cgpu_cublaslt_proposal;

// CONSTANT(name, value): CGPU_name is name.
#define CGPU_CUBLASLT_CONSTANTS(CONSTANT)                            \
  CONSTANT(CUBLAS_STATUS_SUCCESS, 0)                                 \
  CONSTANT(CUBLAS_COMPUTE_32F, 68)                                   \
  CONSTANT(CUBLAS_COMPUTE_32F_FAST_TF32, 77)                         \
  CONSTANT(CUDA_R_32F, 0)                                            \
  CONSTANT(CUDA_R_16F, 2)                                            \
  CONSTANT(CUDA_R_16BF, 14)                                          \
  CONSTANT(CUBLAS_OP_N, 0)                                           \
  CONSTANT(CUBLAS_OP_T, 1)                                           \
  CONSTANT(CUBLASLT_MATMUL_DESC_TRANSA, 3)                           \
  CONSTANT(CUBLASLT_MATMUL_DESC_TRANSB, 4)                           \
  CONSTANT(CUBLASLT_MATMUL_DESC_EPILOGUE, 7)                         \
  CONSTANT(CUBLASLT_MATMUL_DESC_BIAS_POINTER, 8)                     \
  CONSTANT(CUBLASLT_EPILOGUE_DEFAULT, 1)                             \
  CONSTANT(CUBLASLT_EPILOGUE_RELU, 2)                                \
  CONSTANT(CUBLASLT_EPILOGUE_BIAS, 4)                                \
  CONSTANT(CUBLASLT_EPILOGUE_RELU_BIAS, 6)                           \
  CONSTANT(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, 1)              \
  CONSTANT(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, 3)            \
  CONSTANT(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, 5)            \
  CONSTANT(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, 6)            \
  CONSTANT(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, 7)            \
  CONSTANT(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, 8)            \
  CONSTANT(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE, 2)

#define CGPU_CUBLASLT_CONSTANT(name, value) CGPU_##name = value,
enum { CGPU_CUBLASLT_CONSTANTS(CGPU_CUBLASLT_CONSTANT) };

// ROW(result, field, symbol, parameters)
#define CGPU_CUBLASLT_ROWS(ROW)                                                                                     \
  /* 120304 for 12.3.4. */                                                                                          \
  ROW(size_t, version, cublasLtGetVersion, (void))                                                                  \
  ROW(cgpu_cublas_status, create, cublasLtCreate, (cgpu_cublaslt_handle *handle))                                   \
  ROW(cgpu_cublas_status, destroy, cublasLtDestroy, (cgpu_cublaslt_handle handle))                                  \
  ROW(cgpu_cublas_status, create_product, cublasLtMatmulDescCreate,                                                 \
      (cgpu_cublaslt_product *product, int compute, int scale))                                                     \
  ROW(cgpu_cublas_status, destroy_product, cublasLtMatmulDescDestroy, (cgpu_cublaslt_product product))              \
  ROW(cgpu_cublas_status, set_product, cublasLtMatmulDescSetAttribute,                                              \
      (cgpu_cublaslt_product product, int name, const void *value, size_t bytes))                                   \
  ROW(cgpu_cublas_status, create_layout, cublasLtMatrixLayoutCreate,                                                \
      (cgpu_cublaslt_layout *layout, int type, uint64_t rows, uint64_t columns, int64_t column_stride))             \
  ROW(cgpu_cublas_status, destroy_layout, cublasLtMatrixLayoutDestroy, (cgpu_cublaslt_layout layout))               \
  ROW(cgpu_cublas_status, create_preference, cublasLtMatmulPreferenceCreate, (cgpu_cublaslt_preference *preference)) \
  ROW(cgpu_cublas_status, destroy_preference, cublasLtMatmulPreferenceDestroy,                                      \
      (cgpu_cublaslt_preference preference))                                                                        \
  ROW(cgpu_cublas_status, set_preference, cublasLtMatmulPreferenceSetAttribute,                                     \
      (cgpu_cublaslt_preference preference, int name, const void *value, size_t bytes))                             \
  ROW(cgpu_cublas_status, propose, cublasLtMatmulAlgoGetHeuristic,                                                  \
      (cgpu_cublaslt_handle handle, cgpu_cublaslt_product product, cgpu_cublaslt_layout a, cgpu_cublaslt_layout b,  \
       cgpu_cublaslt_layout c, cgpu_cublaslt_layout d, cgpu_cublaslt_preference preference, int wanted,             \
       cgpu_cublaslt_proposal *proposals, int *count))                                                              \
  ROW(cgpu_cublas_status, multiply, cublasLtMatmul,                                                                 \
      (cgpu_cublaslt_handle handle, cgpu_cublaslt_product product, const void *alpha, const void *a,                \
       cgpu_cublaslt_layout a_layout, const void *b, cgpu_cublaslt_layout b_layout, const void *beta, const void *c, \
       cgpu_cublaslt_layout c_layout, void *d, cgpu_cublaslt_layout d_layout,                                       \
       const cgpu_cublaslt_algorithm *algorithm, void *workspace, size_t workspace_bytes, cgpu_stream stream))

#define CGPU_CUBLASLT_FIELD(result, field, symbol, parameters) result(*field) parameters;
typedef struct {
  CGPU_CUBLASLT_ROWS(CGPU_CUBLASLT_FIELD)
} cgpu_cublaslt;

// As `cgpu_driver_load`.
int cgpu_cublaslt_load(cgpu_cublaslt *table, void *library, const char **missing, int capacity);

#endif

// cuBLASLt. This version of netc asks for its version and multiplies with kernels of its own.
// Reference: "cuBLAS", docs.nvidia.com/cuda/cublas, section "Using the cuBLASLt API".
#ifndef CGPU_CUBLASLT_H
#define CGPU_CUBLASLT_H

#include <stddef.h>

typedef struct {
  // 120304 for 12.3.4.
  size_t (*version)(void);
} cgpu_cublaslt;

// As `cgpu_driver_load`.
int cgpu_cublaslt_load(cgpu_cublaslt *table, void *library, const char **missing, int capacity);

#endif

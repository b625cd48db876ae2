// cuDNN 9. This version of netc asks for its version and convolves with kernels of its own.
// Reference: "cuDNN Backend API", docs.nvidia.com/deeplearning/cudnn.
#ifndef CGPU_CUDNN_H
#define CGPU_CUDNN_H

#include <stddef.h>

typedef struct {
  // 90304 for 9.3.4.
  size_t (*version)(void);
} cgpu_cudnn;

// As `cgpu_driver_load`.
int cgpu_cudnn_load(cgpu_cudnn *table, void *library, const char **missing, int capacity);

#endif

// What the headers of cuDNN and cuBLASLt want of CUDA's runtime, which netc does not use: two names of types, and the
// numbers of data types, which come with the runtime's wheel.
#ifndef NETC_CUDA_RUNTIME_API_H
#define NETC_CUDA_RUNTIME_API_H

#include <stddef.h>
#include <stdint.h>

typedef struct CUstream_st *cudaStream_t;
typedef struct CUgraph_st *cudaGraph_t;

#include <library_types.h>

#endif

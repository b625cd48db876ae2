// How a 4-D activation lies in memory.
#ifndef CK_TENSOR_H
#define CK_TENSOR_H

#include <stdint.h>

// Element (n, c, y, x) lies at
//
//     data[n·stride_n + (c / block)·stride_c + y·stride_h + x·stride_w + c % block]
//
// in elements: floats, or bfloat16 numbers where `storage` says so; then `data` is the address of bfloat16 numbers.
// block = 1 is plain NCHW with stride_w = 1; otherwise block is the vector length of an instruction set
// and stride_w = block, so a pixel's `block` channels are one vector.
//
// Around the h × w interior there may be a halo of halo_* pixels. It is owned by the tensor and is zero once the
// kernel that produces the tensor has run all of its units. `data` points at the interior's first element, so the
// halo lies at negative y and x, in the same strides.
//
// A tensor may be some channels of a larger one: strides do not follow from sizes, and what lies between the blocks of
// one image and those of the next is somebody else's, halo included.
//
// Lanes beyond c in the last block may hold anything, NaN included: no consumer lets them influence a result.
typedef struct {
  float *data;
  int64_t n, c, h, w;
  int64_t block;
  int64_t stride_n, stride_c, stride_h, stride_w;
  int64_t halo_top, halo_bottom, halo_left, halo_right;
  int32_t storage;  // ck_storage
} ck_tensor;

// How numbers are stored.
typedef enum { CK_F32 = 0, CK_BF16 = 1 } ck_storage;

static inline int64_t ck_element_bytes(int32_t storage) { return storage == CK_BF16 ? 2 : 4; }

#endif

// The biases of a tile of filters.
#ifndef CK_CONV_BIAS_H
#define CK_CONV_BIAS_H

#include "../common/vector.h"

// Copies the biases of `count` channels from `first` on, or zeros, and fills up to `width` with zeros.
CK_INLINE void ck_conv_bias(const ck_conv2d_args *a, int64_t first, int64_t width, float *bias) {
  int64_t count = ck_least(width, a->out.c - first);
  for (int64_t i = 0; i < width; i++) bias[i] = a->bias && i < count ? a->bias[first + i] : 0.0f;
}

#endif

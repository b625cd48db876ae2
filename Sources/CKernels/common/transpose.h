// Rows of 32-bit numbers to columns, four by four.
#ifndef CK_TRANSPOSE_H
#define CK_TRANSPOSE_H

#include <stdint.h>

typedef uint32_t ck_quad __attribute__((ext_vector_type(4), aligned(4)));

// to[r·columns + j] = from[j·width + r] for r < rows, j < count.
static void ck_transpose_words(uint32_t *to, int64_t columns, const uint32_t *from, int64_t width, int64_t rows,
                               int64_t count) {
  int64_t j = 0;
  for (; j + 4 <= count; j += 4) {
    const uint32_t *p = from + j * width;
    int64_t r = 0;
    for (; r + 4 <= rows; r += 4) {
      const ck_quad a = *(const ck_quad *)(p + r), b = *(const ck_quad *)(p + width + r);
      const ck_quad c = *(const ck_quad *)(p + 2 * width + r), d = *(const ck_quad *)(p + 3 * width + r);
      const ck_quad ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
      const ck_quad high = __builtin_shufflevector(a, b, 2, 6, 3, 7), last = __builtin_shufflevector(c, d, 2, 6, 3, 7);
      uint32_t *q = to + r * columns + j;
      *(ck_quad *)q = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
      *(ck_quad *)(q + columns) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
      *(ck_quad *)(q + 2 * columns) = __builtin_shufflevector(high, last, 0, 1, 4, 5);
      *(ck_quad *)(q + 3 * columns) = __builtin_shufflevector(high, last, 2, 3, 6, 7);
    }
    for (; r < rows; r++) {
      for (int64_t k = 0; k < 4; k++) to[r * columns + j + k] = p[k * width + r];
    }
  }
  for (; j < count; j++) {
    for (int64_t r = 0; r < rows; r++) to[r * columns + j] = from[j * width + r];
  }
}

#endif

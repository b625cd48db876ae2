// Zeroing of halos.
#ifndef CK_HALO_H
#define CK_HALO_H

#include <stdint.h>
#include <string.h>
#include "../include/ck_tensor.h"

// `memset` of a few pixels: a call of it takes longer than the rows of small images have time for.
static inline void ck_zero_few(char *p, int64_t bytes) {
  if (bytes > 256 || bytes % 16) {
    memset(p, 0, (size_t)bytes);
    return;
  }
  for (char *const end = p + bytes; p < end; p += 16) {
    memset(p, 0, 16);
    __asm__("" : "+r"(p));  // or the compiler finds a memset in it
  }
}

// Zeroes the share of the halo that belongs to row y of channel block cb of image n: what lies left and right of
// it, the rows above when y is the first row, those below when it is the last.
static inline void ck_zero_halo(const ck_tensor *t, int64_t n, int64_t cb, int64_t y) {
  const int64_t size = ck_element_bytes(t->storage), pixel = t->block * size, stride_h = t->stride_h * size;
  char *row = (char *)t->data + (n * t->stride_n + cb * t->stride_c + y * t->stride_h) * size;
  int64_t left = t->halo_left * pixel, right = t->halo_right * pixel, width = t->w * pixel;
  ck_zero_few(row - left, left);
  ck_zero_few(row + width, right);
  size_t whole = (size_t)(left + width + right);
  if (y == 0) {
    for (int64_t i = 1; i <= t->halo_top; i++) memset(row - left - i * stride_h, 0, whole);
  }
  if (y == t->h - 1) {
    for (int64_t i = 1; i <= t->halo_bottom; i++) memset(row - left + i * stride_h, 0, whole);
  }
}

static inline int64_t ck_blocks(const ck_tensor *t) { return (t->c + t->block - 1) / t->block; }

#endif

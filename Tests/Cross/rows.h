// What the checks of all rows share: numbers, tensors, comparison.
#ifndef ROWS_H
#define ROWS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ckernels.h"

// Numbers in (−1, 1), the same on every machine.
static inline double noise(void) {
  static uint64_t state = 1;
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (double)(int64_t)state / 9223372036854775808.0;
}

// `count` floats, aligned to 64 bytes, with numbers in (−1, 1).
static inline float *floats(int64_t count) {
  float *memory = aligned_alloc(64, (size_t)(count + 16) / 16 * 64);
  if (!memory) abort();
  for (int64_t i = 0; i < count; i++) memory[i] = (float)noise();
  return memory;
}

static inline double *widened(const float *from, int64_t count) {
  double *memory = malloc((size_t)(count + 1) * sizeof *memory);
  if (!memory) abort();
  for (int64_t i = 0; i < count; i++) memory[i] = from[i];
  return memory;
}

static inline double *doubles(int64_t count) { return calloc((size_t)count + 1, sizeof(double)); }

// A tensor with NaN in every lane beyond its channels and zeros in its halo; values from C order, or NaN everywhere
// where the kernel has to write.
static inline ck_tensor tensor(int64_t n, int64_t c, int64_t h, int64_t w, int64_t block, int64_t halo,
                               const float *values) {
  const int64_t row = (w + 2 * halo) * block, plane = (h + 2 * halo) * row, blocks = (c + block - 1) / block;
  // A tile may load behind the last pixel what it does not use.
  float *memory = floats(n * blocks * plane + 1024);
  for (int64_t i = 0; i < n * blocks * plane + 1024; i++) memory[i] = NAN;
  ck_tensor t = {memory + halo * row + halo * block, n, c, h, w, block, blocks * plane, plane, row, block,
                 halo, halo, halo, halo, CK_F32};
  if (!values) return t;
  for (int64_t i = 0; i < n; i++) {
    for (int64_t k = 0; k < blocks * block; k++) {
      for (int64_t y = -halo; y < h + halo; y++) {
        for (int64_t x = -halo; x < w + halo; x++) {
          float *place = t.data + i * t.stride_n + k / block * t.stride_c + y * t.stride_h + x * block + k % block;
          const int inside = y >= 0 && y < h && x >= 0 && x < w;
          *place = k >= c ? NAN : inside ? values[((i * c + k) * h + y) * w + x] : 0;
        }
      }
    }
  }
  return t;
}

// In C order.
static inline double *values_of(const ck_tensor *t) {
  double *out = doubles(t->n * t->c * t->h * t->w), *at = out;
  for (int64_t i = 0; i < t->n; i++) {
    for (int64_t k = 0; k < t->c; k++) {
      for (int64_t y = 0; y < t->h; y++) {
        for (int64_t x = 0; x < t->w; x++) {
          *at++ = t->data[i * t->stride_n + k / t->block * t->stride_c + y * t->stride_h + x * t->stride_w + k % t->block];
        }
      }
    }
  }
  return out;
}

static inline void release(ck_tensor t) {
  free(t.data - t.halo_top * t.stride_h - t.halo_left * t.block);
}

// Every unit, in ranges of odd sizes, the last ones first.
static inline void run_row(const ck_kernel *row, const void *args) {
  int64_t size = 1;
  for (int64_t end = row->units(args); end > 0;) {
    const int64_t begin = end > size ? end - size : 0;
    row->run(args, begin, end);
    end = begin;
    size = size % 3 + 1;
  }
}

// Counts the numbers that are off by more than `tolerance` of the largest; NaN is off.
static inline int expect(const ck_kernel *row, const char *what, const double *found, const double *wanted,
                         int64_t count, double tolerance) {
  double largest = 0;
  int64_t wrong = 0, first = -1;
  for (int64_t i = 0; i < count; i++) largest = fmax(largest, fabs(wanted[i]));
  for (int64_t i = 0; i < count; i++) {
    if (fabs(found[i] - wanted[i]) <= tolerance * largest) continue;
    if (first < 0) first = i;
    wrong++;
  }
  if (wrong) {
    printf("%s, %s: %lld of %lld wrong; at %lld %.9g instead of %.9g\n", row->name, what, (long long)wrong,
           (long long)count, (long long)first, found[first], wanted[first]);
  }
  return wrong != 0;
}

// All zero for other algorithms.
static inline ck_winograd_form winograd_form(const ck_kernel *row) {
  int out = 0, taps = 0;
  const int found = sscanf(row->algorithm, "winograd_f%dx%d", &out, &taps);
  return found == 2 ? (ck_winograd_form){out, taps} : (ck_winograd_form){0, 0};
}

// Each returns how many of its checks failed.
int check_conv2d(const ck_kernel *row);
int check_dense(const ck_kernel *row);
int check_conv2d_weights(const ck_kernel *row);
int check_others(const ck_kernel *row);    // −1 for an op that it does not know
int check_training(const ck_kernel *row);  // the same

#endif

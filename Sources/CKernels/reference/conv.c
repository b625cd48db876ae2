#include <stdlib.h>
#include <string.h>
#include "../include/ck_reference.h"

// The networks of the tests have billions of products. One build serves every CPU: the compiler makes a version of
// the inner loops for each of these and chooses when the program is loaded, which needs the loader of glibc.
// ThreadSanitizer is not set up yet when the loader asks.
#ifndef __has_feature
#define __has_feature(name) 0
#endif
#if defined(__x86_64__) && defined(__GLIBC__) && !__has_feature(thread_sanitizer)
#define EVERY_CPU __attribute__((target_clones("default", "fma", "avx512f")))
#else
#define EVERY_CPU
#endif

// Filters and pixels of a row that are summed at a time, so that the sums stay in registers.
enum { FILTERS = 4, PIXELS = 8 };

// One image's channels of one group with the padding around them: no tap falls outside. Rows are long enough for
// whole tiles.
typedef struct {
  double *values;
  int64_t h, w;
} padded;

static padded pad(const double *in, int64_t channels, int64_t h, int64_t w, int64_t top, int64_t left, int64_t padded_h,
                  int64_t padded_w) {
  padded p = {calloc((size_t)(channels * padded_h * padded_w), sizeof(double)), padded_h, padded_w};
  if (!p.values) abort();
  const int64_t first = left < 0 ? -left : 0;
  const int64_t last = w < padded_w - left ? w : padded_w - left;
  for (int64_t c = 0; c < channels; c++) {
    for (int64_t y = 0; y < h; y++) {
      if (y + top < 0 || y + top >= padded_h || first >= last) continue;
      memcpy(p.values + (c * padded_h + y + top) * padded_w + left + first, in + (c * h + y) * w + first,
             (size_t)(last - first) * sizeof(double));
    }
  }
  return p;
}

typedef struct {
  int64_t channels, kernel_h, kernel_w, stride_w, dilation_h, dilation_w;
} taps;

// sums[f][x] = bias[f] + Σ weights[f][c,ky,kx]·from[c, ky·dilation_h, x·stride_w + kx·dilation_w].
static inline __attribute__((always_inline)) void sum_tile(taps t, padded p, const double *from, const double *weights,
                                                           const double *bias, int filters, int64_t stride,
                                                           double sums[FILTERS][PIXELS]) {
  const int64_t size = t.channels * t.kernel_h * t.kernel_w;
  double s[FILTERS][PIXELS];
  for (int f = 0; f < filters; f++) {
    for (int x = 0; x < PIXELS; x++) s[f][x] = bias ? bias[f] : 0;
  }
  const double *w = weights;
  for (int64_t c = 0; c < t.channels; c++) {
    for (int64_t ky = 0; ky < t.kernel_h; ky++) {
      const double *row = from + (c * p.h + ky * t.dilation_h) * p.w;
      for (int64_t kx = 0; kx < t.kernel_w; kx++, w++) {
        for (int f = 0; f < filters; f++) {
          for (int x = 0; x < PIXELS; x++) s[f][x] += w[f * size] * row[kx * t.dilation_w + x * stride];
        }
      }
    }
  }
  memcpy(sums, s, (size_t)filters * sizeof(s[0]));
}

EVERY_CPU
static void sum_filters(taps t, padded p, const double *from, const double *weights, const double *bias, int filters,
                        double sums[FILTERS][PIXELS]) {
  // Constants, for which the loops are unrolled.
  if (filters == FILTERS && t.stride_w == 1) {
    sum_tile(t, p, from, weights, bias, FILTERS, 1, sums);
  } else if (filters == FILTERS) {
    sum_tile(t, p, from, weights, bias, FILTERS, t.stride_w, sums);
  } else {
    for (int f = 0; f < filters; f++) {
      const double *own = weights + f * t.channels * t.kernel_h * t.kernel_w;
      if (t.stride_w == 1) {
        sum_tile(t, p, from, own, bias ? bias + f : 0, 1, 1, sums + f);
      } else {
        sum_tile(t, p, from, own, bias ? bias + f : 0, 1, t.stride_w, sums + f);
      }
    }
  }
}

void ckr_conv2d(const double *in, const double *weights, const double *bias, double *out, int64_t n, int64_t channels,
                int64_t h, int64_t w, int64_t filters, int64_t out_h, int64_t out_w, int64_t kernel_h,
                int64_t kernel_w, int64_t stride_h, int64_t stride_w, int64_t dilation_h, int64_t dilation_w,
                int64_t pad_top, int64_t pad_left, int64_t groups) {
  const taps t = {channels / groups, kernel_h, kernel_w, stride_w, dilation_h, dilation_w};
  const int64_t outputs = filters / groups, size = t.channels * kernel_h * kernel_w;
  const int64_t tiles = (out_w + PIXELS - 1) / PIXELS;
  const int64_t padded_h = (out_h - 1) * stride_h + (kernel_h - 1) * dilation_h + 1;
  const int64_t padded_w = (tiles * PIXELS - 1) * stride_w + (kernel_w - 1) * dilation_w + 1;
  for (int64_t g = 0; g < n * groups; g++) {
    const int64_t first = g % groups * outputs;
    const padded p = pad(in + g * t.channels * h * w, t.channels, h, w, pad_top, pad_left, padded_h, padded_w);
    for (int64_t f = 0; f < outputs; f += FILTERS) {
      const int count = outputs - f < FILTERS ? (int)(outputs - f) : FILTERS;
      const double *own = weights + (first + f) * size;
      for (int64_t y = 0; y < out_h; y++) {
        for (int64_t x = 0; x < out_w; x += PIXELS) {
          double sums[FILTERS][PIXELS];
          sum_filters(t, p, p.values + y * stride_h * p.w + x * stride_w, own, bias ? bias + first + f : 0, count, sums);
          const int64_t width = out_w - x < PIXELS ? out_w - x : PIXELS;
          for (int i = 0; i < count; i++) {
            memcpy(out + ((g * outputs + f + i) * out_h + y) * out_w + x, sums[i], (size_t)width * sizeof(double));
          }
        }
      }
    }
    free(p.values);
  }
}

void ckr_dense(const double *in, const double *weights, const double *bias, double *out, int64_t rows, int64_t inputs,
               int64_t units) {
  for (int64_t u = 0; u < units; u++) {
    for (int64_t r = 0; r < rows; r++) {
      double sums[4] = {0};
      int64_t i = 0;
      for (; i + 4 <= inputs; i += 4) {
        for (int j = 0; j < 4; j++) sums[j] += weights[u * inputs + i + j] * in[r * inputs + i + j];
      }
      for (; i < inputs; i++) sums[0] += weights[u * inputs + i] * in[r * inputs + i];
      out[r * units + u] = (sums[0] + sums[1]) + (sums[2] + sums[3]) + (bias ? bias[u] : 0);
    }
  }
}

void ckr_transposed_conv2d(const double *in, const double *weights, const double *bias, double *out, int64_t n,
                           int64_t channels, int64_t h, int64_t w, int64_t filters, int64_t out_h, int64_t out_w,
                           int64_t kernel_h, int64_t kernel_w, int64_t stride_h, int64_t stride_w, int64_t crop_top,
                           int64_t crop_left) {
  for (int64_t p = 0; p < n * filters; p++) {
    double *plane = out + p * out_h * out_w;
    for (int64_t i = 0; i < out_h * out_w; i++) plane[i] = bias ? bias[p % filters] : 0;
    for (int64_t c = 0; c < channels; c++) {
      const double *image = in + (p / filters * channels + c) * h * w;
      const double *filter = weights + (p % filters * channels + c) * kernel_h * kernel_w;
      for (int64_t iy = 0; iy < h; iy++) {
        for (int64_t ix = 0; ix < w; ix++) {
          for (int64_t ky = 0; ky < kernel_h; ky++) {
            const int64_t y = iy * stride_h + ky - crop_top;
            if (y < 0 || y >= out_h) continue;
            for (int64_t kx = 0; kx < kernel_w; kx++) {
              const int64_t x = ix * stride_w + kx - crop_left;
              if (x >= 0 && x < out_w) plane[y * out_w + x] += filter[ky * kernel_w + kx] * image[iy * w + ix];
            }
          }
        }
      }
    }
  }
}

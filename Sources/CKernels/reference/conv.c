#include "../include/ck_reference.h"

// Outputs [first, last) of a row whose tap `offset` falls on a pixel in 0 ≤ i·stride + offset < size.
typedef struct {
  int64_t first, last;
} span;

static span inside(int64_t outputs, int64_t stride, int64_t offset, int64_t size) {
  span s = {offset >= 0 ? 0 : (-offset + stride - 1) / stride, 0};
  if (size - offset > 0) s.last = (size - offset + stride - 1) / stride;
  if (s.last > outputs) s.last = outputs;
  return s;
}

// The innermost loop runs along an output row, which stays in L1 while all taps of all channels are added.
void ckr_conv2d(const double *in, const double *weights, const double *bias, double *out, int64_t n, int64_t channels,
                int64_t h, int64_t w, int64_t filters, int64_t out_h, int64_t out_w, int64_t kernel_h,
                int64_t kernel_w, int64_t stride_h, int64_t stride_w, int64_t dilation_h, int64_t dilation_w,
                int64_t pad_top, int64_t pad_left, int64_t groups) {
  const int64_t inputs = channels / groups, outputs = filters / groups;
  for (int64_t i = 0; i < n; i++) {
    for (int64_t f = 0; f < filters; f++) {
      const double *group = in + (i * channels + f / outputs * inputs) * h * w;
      const double *filter = weights + f * inputs * kernel_h * kernel_w;
      for (int64_t y = 0; y < out_h; y++) {
        double *restrict row = out + ((i * filters + f) * out_h + y) * out_w;
        for (int64_t x = 0; x < out_w; x++) row[x] = bias ? bias[f] : 0;
        for (int64_t c = 0; c < inputs; c++) {
          for (int64_t ky = 0; ky < kernel_h; ky++) {
            const int64_t from_y = y * stride_h - pad_top + ky * dilation_h;
            if (from_y < 0 || from_y >= h) continue;
            for (int64_t kx = 0; kx < kernel_w; kx++) {
              const int64_t offset = kx * dilation_w - pad_left;
              const span s = inside(out_w, stride_w, offset, w);
              const double weight = filter[(c * kernel_h + ky) * kernel_w + kx];
              const double *restrict from = group + (c * h + from_y) * w + offset;
              if (stride_w == 1) {
                for (int64_t x = s.first; x < s.last; x++) row[x] += weight * from[x];
              } else {
                for (int64_t x = s.first; x < s.last; x++) row[x] += weight * from[x * stride_w];
              }
            }
          }
        }
      }
    }
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

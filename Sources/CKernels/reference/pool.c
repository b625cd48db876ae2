#include <math.h>
#include "../include/ck_reference.h"

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

void ckr_pool2d(const double *in, double *out, int64_t planes, int64_t h, int64_t w, int64_t out_h, int64_t out_w,
                int64_t kernel_h, int64_t kernel_w, int64_t stride_h, int64_t stride_w, int64_t pad_top,
                int64_t pad_left, int64_t pad_bottom, int64_t pad_right, int32_t mode) {
  for (int64_t p = 0; p < planes; p++) {
    for (int64_t y = 0; y < out_h; y++) {
      for (int64_t x = 0; x < out_w; x++) {
        const int64_t top = y * stride_h - pad_top, left = x * stride_w - pad_left;
        const int64_t first_y = most(top, 0), last_y = least(top + kernel_h, h);
        const int64_t first_x = most(left, 0), last_x = least(left + kernel_w, w);
        double sum = 0, squares = 0, maximum = -INFINITY;
        for (int64_t i = first_y; i < last_y; i++) {
          for (int64_t j = first_x; j < last_x; j++) {
            const double v = in[(p * h + i) * w + j];
            sum += v;
            squares += v * v;
            if (!(v <= maximum)) maximum = v;
          }
        }
        const int64_t real = most(last_y - first_y, 0) * most(last_x - first_x, 0);
        const int64_t padded = (least(top + kernel_h, h + pad_bottom) - most(top, -pad_top)) *
                               (least(left + kernel_w, w + pad_right) - most(left, -pad_left));
        double result = 0;
        if (real > 0) {
          switch (mode) {
            case CK_POOL_MAX: result = maximum; break;
            case CK_POOL_AVERAGE_EXC_PAD: result = sum / (double)real; break;
            case CK_POOL_AVERAGE_INC_PAD: result = sum / (double)padded; break;
            default: result = sqrt(squares); break;
          }
        }
        out[(p * out_h + y) * out_w + x] = result;
      }
    }
  }
}

void ckr_global_pool(const double *in, double *out, int64_t planes, int64_t pixels, int32_t mode) {
  for (int64_t p = 0; p < planes; p++) {
    double sum = 0, squares = 0, maximum = -INFINITY;
    for (int64_t i = 0; i < pixels; i++) {
      const double v = in[p * pixels + i];
      sum += v;
      squares += v * v;
      if (!(v <= maximum)) maximum = v;
    }
    out[p] = mode == CK_GLOBAL_MEAN ? sum / (double)pixels : mode == CK_GLOBAL_MAX ? maximum : sqrt(squares);
  }
}

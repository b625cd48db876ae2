#include <math.h>
#include "../include/ck_reference.h"

static double activate(double x, int32_t kind, double p0, double p1) {
  switch (kind) {
    case CK_RECTIFY: return x < 0 ? 0 : x;
    case CK_LEAKY_RECTIFY: return x > 0 ? x : p0 * x;
    case CK_ELU: return x > 0 ? x : expm1(x);
    case CK_SELU: return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1(x));
    case CK_SOFTPLUS: return (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
    case CK_SIGMOID: return 1 / (1 + exp(-x));
    case CK_TANH: return tanh(x);
    case CK_SCALED_TANH: return p1 * tanh(p0 * x);
    case CK_SWISH: return x / (1 + exp(-x));
    case CK_HARD_SWISH: return x * fmin(fmax(x + 3, 0), 6) / 6;
    case CK_GELU: return x / 2 * erfc(-x / sqrt(2));
    case CK_CLIP: return x < p0 ? p0 : x > p1 ? p1 : x;
    default: return x;
  }
}

void ckr_activation(const double *in, double *out, int64_t count, int32_t kind, double p0, double p1) {
  for (int64_t i = 0; i < count; i++) out[i] = activate(in[i], kind, p0, p1);
}

void ckr_scale_shift(const double *in, const double *scale, const double *shift, double *out, int64_t n,
                     int64_t channels, int64_t pixels) {
  for (int64_t p = 0; p < n * channels; p++) {
    const double a = scale ? scale[p % channels] : 1, b = shift ? shift[p % channels] : 0;
    for (int64_t i = p * pixels; i < (p + 1) * pixels; i++) out[i] = in[i] * a + b;
  }
}

void ckr_elementwise(const double *const *inputs, int64_t inputs_count, const double *coefficients, double *out,
                     int64_t count, int32_t kind) {
  for (int64_t i = 0; i < count; i++) {
    double value = inputs[0][i] * (kind == CK_SUM && coefficients ? coefficients[0] : 1);
    for (int64_t k = 1; k < inputs_count; k++) {
      const double x = inputs[k][i];
      switch (kind) {
        case CK_SUM: value += x * (coefficients ? coefficients[k] : 1); break;
        case CK_MUL: value *= x; break;
        case CK_MAX: value = value > x ? value : x; break;
        case CK_MIN: value = value < x ? value : x; break;
        default: value += x; break;
      }
    }
    out[i] = kind == CK_MEAN ? value / (double)inputs_count : value;
  }
}

void ckr_lrn(const double *in, double *out, int64_t n, int64_t channels, int64_t pixels, int64_t window, double alpha,
             double beta, double k) {
  for (int64_t i = 0; i < n; i++) {
    for (int64_t c = 0; c < channels; c++) {
      int64_t first = c - (window - 1) / 2, last = c + window / 2;
      if (first < 0) first = 0;
      if (last > channels - 1) last = channels - 1;
      for (int64_t p = 0; p < pixels; p++) {
        double sum = 0;
        for (int64_t j = first; j <= last; j++) {
          const double v = in[(i * channels + j) * pixels + p];
          sum += v * v;
        }
        const int64_t at = (i * channels + c) * pixels + p;
        out[at] = in[at] / pow(k + alpha * sum, beta);
      }
    }
  }
}

void ckr_softmax(const double *in, double *out, int64_t outer, int64_t classes, int64_t inner) {
  for (int64_t o = 0; o < outer; o++) {
    for (int64_t i = 0; i < inner; i++) {
      const int64_t at = o * classes * inner + i;
      double maximum = -INFINITY, sum = 0;
      for (int64_t c = 0; c < classes; c++) maximum = fmax(maximum, in[at + c * inner]);
      for (int64_t c = 0; c < classes; c++) sum += out[at + c * inner] = exp(in[at + c * inner] - maximum);
      for (int64_t c = 0; c < classes; c++) out[at + c * inner] /= sum;
    }
  }
}

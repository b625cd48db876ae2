#include <string.h>
#include "../include/ck_reference.h"

void ckr_widen(const float *in, double *out, int64_t count) {
  for (int64_t i = 0; i < count; i++) out[i] = in[i];
}

void ckr_pad(const double *in, double *out, int64_t rank, const int64_t *in_shape, const int64_t *before,
             const int64_t *after, double value) {
  int64_t index[8] = {0}, total = 1;
  for (int64_t d = 0; d < rank; d++) total *= before[d] + in_shape[d] + after[d];
  for (int64_t at = 0; at < total; at++) {
    int64_t from = 0;
    int inside = 1;
    for (int64_t d = 0; d < rank; d++) {
      const int64_t i = index[d] - before[d];
      inside = inside && i >= 0 && i < in_shape[d];
      from = from * in_shape[d] + i;
    }
    out[at] = inside ? in[from] : value;
    for (int64_t d = rank - 1; d >= 0 && ++index[d] == before[d] + in_shape[d] + after[d]; d--) index[d] = 0;
  }
}

void ckr_concat(const double *const *inputs, const int64_t *widths, int64_t inputs_count, double *out, int64_t outer) {
  for (int64_t o = 0; o < outer; o++) {
    for (int64_t k = 0; k < inputs_count; k++) {
      memcpy(out, inputs[k] + o * widths[k], (size_t)widths[k] * sizeof(double));
      out += widths[k];
    }
  }
}

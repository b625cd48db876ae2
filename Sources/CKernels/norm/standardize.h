// Standardisation of rows. A unit is a row. The variance is taken around the mean: no large squares are subtracted.
#include "../common/vector.h"

// Σ (p[i] − shift)^power in four vectors, for power 1 or 2.
CK_INLINE float ck_row_sum(const int power, const float *p, int64_t length, float shift) {
  vf sums[4] = {(vf)0.0f, (vf)0.0f, (vf)0.0f, (vf)0.0f};
  const vf center = ck_splat(shift);
  int64_t i = 0;
  for (; i + 4 * CK_VL <= length; i += 4 * CK_VL) {
    CK_UNROLL for (int k = 0; k < 4; k++) {
      const vf d = ck_load(p + i + k * CK_VL) - center;
      sums[k] += power == 2 ? d * d : d;
    }
  }
  for (; i + CK_VL <= length; i += CK_VL) {
    const vf d = ck_load(p + i) - center;
    sums[0] += power == 2 ? d * d : d;
  }
  float rest = 0;
  for (; i < length; i++) {
    const float d = p[i] - shift;
    rest += power == 2 ? d * d : d;
  }
  return ck_lanes_sum((sums[0] + sums[1]) + (sums[2] + sums[3])) + rest;
}

int64_t CK_NAME(standardize_rows, units)(const void *args) { return ((const ck_standardize_args *)args)->rows; }

void CK_NAME(standardize_rows, run)(const void *args, int64_t begin, int64_t end) {
  const ck_standardize_args *a = args;
  for (int64_t u = begin; u < end; u++) {
    const float *from = a->in + u * a->length;
    float *to = a->out + u * a->length;
    const float mean = ck_row_sum(1, from, a->length, 0) / (float)a->length;
    const float variance = ck_row_sum(2, from, a->length, mean) / (float)a->length;
    const float scale = 1 / __builtin_sqrtf(variance + a->epsilon);
    const vf center = ck_splat(mean), factor = ck_splat(scale);
    for (int64_t i = 0; i < a->length; i += CK_VL) {
      ck_store_upto(to + i, (ck_load_upto(from + i, a->length - i) - center) * factor, a->length - i);
    }
  }
}

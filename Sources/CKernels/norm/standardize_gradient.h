// The gradient of standardisation. A unit is a row.

// Σ g[i]·(x[i] − center) in four vectors.
CK_INLINE float ck_row_product(const float *g, const float *x, int64_t length, float shift) {
  vf sums[4] = {(vf)0.0f, (vf)0.0f, (vf)0.0f, (vf)0.0f};
  const vf center = ck_splat(shift);
  int64_t i = 0;
  for (; i + 4 * CK_VL <= length; i += 4 * CK_VL) {
    CK_UNROLL for (int k = 0; k < 4; k++) {
      sums[k] = ck_load(g + i + k * CK_VL) * (ck_load(x + i + k * CK_VL) - center) + sums[k];
    }
  }
  for (; i + CK_VL <= length; i += CK_VL) sums[0] = ck_load(g + i) * (ck_load(x + i) - center) + sums[0];
  float rest = 0;
  for (; i < length; i++) rest += g[i] * (x[i] - shift);
  return ck_lanes_sum((sums[0] + sums[1]) + (sums[2] + sums[3])) + rest;
}

int64_t CK_NAME(standardize_gradient_rows, units)(const void *args) {
  return ((const ck_standardize_gradient_args *)args)->rows;
}

void CK_NAME(standardize_gradient_rows, run)(const void *args, int64_t begin, int64_t end) {
  const ck_standardize_gradient_args *a = args;
  const float count = (float)a->length;
  for (int64_t u = begin; u < end; u++) {
    const float *g = a->g + u * a->length, *x = a->x + u * a->length;
    float *to = a->out + u * a->length;
    const float mean = ck_row_sum(1, x, a->length, 0) / count;
    const float variance = ck_row_sum(2, x, a->length, mean) / count;
    const float scale = 1 / __builtin_sqrtf(variance + a->epsilon);
    const vf level = ck_splat(ck_row_sum(1, g, a->length, 0) / count), center = ck_splat(mean);
    const vf slope = ck_splat(ck_row_product(g, x, a->length, mean) / count * scale * scale);
    for (int64_t i = 0; i < a->length; i += CK_VL) {
      const int64_t rest = a->length - i;
      const vf d = ck_load_upto(x + i, rest) - center;
      ck_store_upto(to + i, (ck_load_upto(g + i, rest) - (d * slope + level)) * scale, rest);
    }
  }
}

// Softmax, stable. A unit is a row of classes, or where inner > 1 the classes of CK_VL neighbours.
#include "../common/vmath.h"

// One contiguous row. Whole vectors first, then the rest, always in the same order.
static void ck_softmax_row(const float *from, float *to, int64_t classes) {
  const int64_t whole = classes - classes % CK_VL, rest = classes % CK_VL;
  vf most = ck_splat(-INFINITY), last = ck_splat(-INFINITY), sum = ck_splat(0);
  for (int64_t i = 0; i < whole; i += CK_VL) most = ck_max(most, ck_load(from + i));
  memcpy(&last, from + whole, (size_t)rest * sizeof(float));
  const float maximum = ck_lanes_max(ck_max(most, last));
  for (int64_t i = 0; i < whole; i += CK_VL) {
    const vf e = ck_exp(ck_load(from + i) - maximum);
    ck_store(to + i, e);
    sum += e;
  }
  last = ck_exp(last - maximum);
  sum += last;
  const float scale = 1.0f / ck_lanes_sum(sum);
  for (int64_t i = 0; i < whole; i += CK_VL) ck_store(to + i, ck_load(to + i) * scale);
  ck_store_part(to + whole, last * scale, rest);
}

// `count` ≤ CK_VL neighbours, each with its classes `inner` floats apart.
static void ck_softmax_columns(const float *from, float *to, int64_t classes, int64_t inner, int64_t count) {
  vf most = ck_splat(-INFINITY), sum = ck_splat(0);
  for (int64_t c = 0; c < classes; c++) most = ck_max(most, ck_load_upto(from + c * inner, count));
  for (int64_t c = 0; c < classes; c++) {
    const vf e = ck_exp(ck_load_upto(from + c * inner, count) - most);
    ck_store_upto(to + c * inner, e, count);
    sum += e;
  }
  const vf scale = 1.0f / sum;
  for (int64_t c = 0; c < classes; c++) {
    ck_store_upto(to + c * inner, ck_load_upto(to + c * inner, count) * scale, count);
  }
}

int64_t CK_NAME(softmax_stable, units)(const void *args) {
  const ck_softmax_args *a = args;
  return a->inner == 1 ? a->outer : a->outer * ck_ceil_div(a->inner, CK_VL);
}

void CK_NAME(softmax_stable, run)(const void *args, int64_t begin, int64_t end) {
  const ck_softmax_args *a = args;
  const int64_t groups = ck_ceil_div(a->inner, CK_VL);
  for (int64_t u = begin; u < end; u++) {
    if (a->inner == 1) {
      ck_softmax_row(a->in + u * a->classes, a->out + u * a->classes, a->classes);
    } else {
      const int64_t i = u % groups * CK_VL, at = u / groups * a->classes * a->inner + i;
      ck_softmax_columns(a->in + at, a->out + at, a->classes, a->inner, ck_least(CK_VL, a->inner - i));
    }
  }
}

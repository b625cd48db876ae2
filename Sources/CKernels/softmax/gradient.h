// The gradient of softmax. A unit is that of softmax.h: a row of classes, or the classes of CK_VL neighbours.

static void ck_softmax_gradient_row(const float *g, const float *y, float *to, int64_t classes) {
  vf sum = ck_splat(0);
  for (int64_t i = 0; i < classes; i += CK_VL) {
    const int64_t count = classes - i;
    sum = ck_load_upto(g + i, count) * ck_load_upto(y + i, count) + sum;
  }
  const vf product = ck_splat(ck_lanes_sum(sum));
  for (int64_t i = 0; i < classes; i += CK_VL) {
    const int64_t count = classes - i;
    ck_store_upto(to + i, ck_load_upto(y + i, count) * (ck_load_upto(g + i, count) - product), count);
  }
}

static void ck_softmax_gradient_columns(const float *g, const float *y, float *to, int64_t classes, int64_t inner,
                                        int64_t count) {
  vf sum = ck_splat(0);
  for (int64_t c = 0; c < classes; c++) {
    sum = ck_load_upto(g + c * inner, count) * ck_load_upto(y + c * inner, count) + sum;
  }
  for (int64_t c = 0; c < classes; c++) {
    const vf difference = ck_load_upto(g + c * inner, count) - sum;
    ck_store_upto(to + c * inner, ck_load_upto(y + c * inner, count) * difference, count);
  }
}

int64_t CK_NAME(softmax_gradient_rows, units)(const void *args) {
  const ck_softmax_gradient_args *a = args;
  return a->inner == 1 ? a->outer : a->outer * ck_ceil_div(a->inner, CK_VL);
}

void CK_NAME(softmax_gradient_rows, run)(const void *args, int64_t begin, int64_t end) {
  const ck_softmax_gradient_args *a = args;
  const int64_t groups = ck_ceil_div(a->inner, CK_VL);
  for (int64_t u = begin; u < end; u++) {
    if (a->inner == 1) {
      const int64_t at = u * a->classes;
      ck_softmax_gradient_row(a->g + at, a->y + at, a->out + at, a->classes);
    } else {
      const int64_t i = u % groups * CK_VL, at = u / groups * a->classes * a->inner + i;
      const int64_t count = ck_least(CK_VL, a->inner - i);
      ck_softmax_gradient_columns(a->g + at, a->y + at, a->out + at, a->classes, a->inner, count);
    }
  }
}

// The gradient of local response normalisation. A unit is (image, row).

// Of one pixel, blocked, as in lrn.h: lines of squares and of g·x·d^(−beta − 1), so that windows are shifted loads.
static void ck_lrn_gradient_pixel(const ck_lrn_gradient_args *a, const float *g, const float *x, float *to) {
  enum { deep = CK_LRN_CHANNELS + 2 * CK_LRN_MOST_WINDOW + 4 * CK_VL };
  const int64_t reach = a->n / 2, c = a->x.c, more = ck_ceil_div(reach, CK_VL) * CK_VL;
  float squares[deep], products[deep];
  for (int64_t first = 0; first < c; first += CK_LRN_CHANNELS) {
    const int64_t count = ck_ceil_div(ck_least(CK_LRN_CHANNELS, c - first), CK_VL) * CK_VL;
    // squares[i] is that of channel first − 2·more + i; products[i] belongs to channel first − more + i.
    for (int64_t i = 0; i < count + 4 * more; i += CK_VL) {
      const int64_t at = first - 2 * more + i;
      vf v = ck_splat(0);
      if (at >= 0 && at < c) v = ck_load_upto(x + at / CK_VL * a->x.stride_c, c - at);
      ck_store(squares + i, v * v);
    }
    const float factor = -2 * a->alpha * a->beta;
    for (int64_t i = 0; i < count + 2 * more; i += CK_VL) {
      const int64_t at = first - more + i;
      vf product = ck_splat(0);
      if (at >= 0 && at < c) {
        vf sum = ck_splat(0);
        for (int64_t j = -reach; j <= reach; j++) sum += ck_load(squares + i + more + j);
        const vf d = sum * a->alpha + a->k;
        const vf scaled = ck_lrn_scale(ck_load_upto(g + at / CK_VL * a->g.stride_c, c - at), d, a->beta);
        product = scaled * ck_load_upto(x + at / CK_VL * a->x.stride_c, c - at) / d;
        if (i >= more && i < more + count) ck_store(to + at / CK_VL * a->out.stride_c, scaled);
      }
      ck_store(products + i, product);
    }
    for (int64_t i = 0; i < count; i += CK_VL) {
      const int64_t block = (first + i) / CK_VL;
      vf sum = ck_splat(0);
      for (int64_t j = -reach; j <= reach; j++) sum += ck_load(products + i + more + j);
      float *place = to + block * a->out.stride_c;
      ck_store(place, ck_load_upto(x + block * a->x.stride_c, c - first - i) * sum * factor + ck_load(place));
    }
  }
}

// d of channel j for `count` plain pixels.
CK_INLINE vf ck_lrn_base(const ck_lrn_gradient_args *a, const float *x, int64_t j, int64_t count) {
  vf sum = ck_splat(0);
  for (int64_t k = ck_most(j - a->n / 2, 0); k <= ck_least(j + a->n / 2, a->x.c - 1); k++) {
    const vf v = ck_load_upto(x + k * a->x.stride_c, count);
    sum = v * v + sum;
  }
  return sum * a->alpha + a->k;
}

// A row of channel c, plain: vectors of pixels, each with the bases of its neighbours.
static void ck_lrn_gradient_row(const ck_lrn_gradient_args *a, const float *g, const float *x, int64_t c, float *to) {
  const int64_t first = ck_most(c - a->n / 2, 0), last = ck_least(c + a->n / 2, a->x.c - 1);
  for (int64_t i = 0; i < a->x.w; i += CK_VL) {
    const int64_t count = a->x.w - i;
    vf sum = ck_splat(0), own = ck_splat(0);
    for (int64_t j = first; j <= last; j++) {
      const vf d = ck_lrn_base(a, x + i, j, count);
      const vf scaled = ck_lrn_scale(ck_load_upto(g + j * a->g.stride_c + i, count), d, a->beta);
      sum = scaled * ck_load_upto(x + j * a->x.stride_c + i, count) / d + sum;
      if (j == c) own = scaled;
    }
    const vf v = ck_load_upto(x + c * a->x.stride_c + i, count);
    ck_store_upto(to + i, v * sum * (-2 * a->alpha * a->beta) + own, count);
  }
}

int64_t CK_NAME(lrn_gradient_channels, units)(const void *args) {
  const ck_lrn_gradient_args *a = args;
  return a->out.n * a->out.h;
}

void CK_NAME(lrn_gradient_channels, run)(const void *args, int64_t begin, int64_t end) {
  const ck_lrn_gradient_args *a = args;
  const ck_tensor *out = &a->out;
  for (int64_t u = begin; u < end; u++) {
    const int64_t n = u / out->h, y = u % out->h;
    const float *g = a->g.data + n * a->g.stride_n + y * a->g.stride_h;
    const float *x = a->x.data + n * a->x.stride_n + y * a->x.stride_h;
    float *to = out->data + n * out->stride_n + y * out->stride_h;
    if (out->block > 1) {
      for (int64_t i = 0; i < out->w; i++) ck_lrn_gradient_pixel(a, g + i * CK_VL, x + i * CK_VL, to + i * CK_VL);
    } else {
      for (int64_t c = 0; c < out->c; c++) ck_lrn_gradient_row(a, g, x, c, to + c * out->stride_c);
    }
    for (int64_t cb = 0; cb < ck_blocks(out); cb++) ck_zero_halo(out, n, cb, y);
  }
}

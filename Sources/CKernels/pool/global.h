// Pooling over whole images. A unit is (image, channel block). Rows are summed apart and then added, which keeps the
// rounding error of large images small.
#include "../common/activation.h"
#include "../common/halo.h"

CK_INLINE vf ck_global_step(const int32_t mode, vf acc, vf v) {
  return mode == CK_GLOBAL_MAX ? ck_max(acc, v) : mode == CK_GLOBAL_L2 ? v * v + acc : acc + v;
}

CK_INLINE vf ck_global_join(const int32_t mode, vf a, vf b) { return mode == CK_GLOBAL_MAX ? ck_max(a, b) : a + b; }

// `length` elements of each row: whole vectors, and for plain rows a rest of fewer than CK_VL.
CK_INLINE vf ck_global_plane(const int32_t mode, const ck_elem *plane, int64_t rows, int64_t stride_h, int64_t length) {
  const vf none = ck_splat(mode == CK_GLOBAL_MAX ? -INFINITY : 0);
  vf total = none;
  for (int64_t y = 0; y < rows; y++) {
    const ck_elem *p = plane + y * stride_h;
    vf a = none, b = none;
    int64_t i = 0;
    for (; i + 2 * CK_VL <= length; i += 2 * CK_VL) {
      a = ck_global_step(mode, a, ck_get(p + i));
      b = ck_global_step(mode, b, ck_get(p + i + CK_VL));
    }
    if (i + CK_VL <= length) a = ck_global_step(mode, a, ck_get(p + i)), i += CK_VL;
    if (i < length) {
      b = ck_global_step(mode, b, ck_get_over(none, p + i, length - i));
    }
    total = ck_global_join(mode, total, ck_global_join(mode, a, b));
  }
  return total;
}

int64_t CK_NAME(global_pool_rows, units)(const void *args) {
  const ck_global_pool_args *a = args;
  return a->in.n * ck_blocks(&a->in);
}

void CK_NAME(global_pool_rows, run)(const void *args, int64_t begin, int64_t end) {
  const ck_global_pool_args *a = args;
  const ck_tensor *in = &a->in;
  const int64_t blocks = ck_blocks(in), length = in->w * in->block;
  const float pixels = (float)(in->h * in->w);
  for (int64_t u = begin; u < end; u++) {
    const int64_t n = u / blocks, c = u % blocks * in->block;
    const ck_elem *plane = ck_data(in) + n * in->stride_n + u % blocks * in->stride_c;
    vf v;
    switch (a->mode) {
      case CK_GLOBAL_MAX: v = ck_global_plane(CK_GLOBAL_MAX, plane, in->h, in->stride_h, length); break;
      case CK_GLOBAL_L2: v = ck_global_plane(CK_GLOBAL_L2, plane, in->h, in->stride_h, length); break;
      default: v = ck_global_plane(CK_GLOBAL_MEAN, plane, in->h, in->stride_h, length); break;
    }
    if (in->block == 1) v = ck_splat(a->mode == CK_GLOBAL_MAX ? ck_lanes_max(v) : ck_lanes_sum(v));
    if (a->mode == CK_GLOBAL_MEAN) v = v / pixels;
    if (a->mode == CK_GLOBAL_L2) v = ck_sqrt(v);
    const int64_t count = ck_least(in->block, in->c - c);
    float *to = a->out + n * in->c + c;
    ck_store_upto(to, v, count);
    ck_activate_floats(to, count, &a->activation);
  }
}

// Copies between layouts of which one or both are bf16. A unit is (image, group of channels, row).
#include "../layout/move.h"

// `count` neighbouring elements.
CK_INLINE void ck_convert_run(const int32_t from_storage, const int32_t to_storage, const void *from, void *to,
                              int64_t count) {
  if (from_storage == to_storage) {
    memcpy(to, from, (size_t)(count * ck_element_bytes(to_storage)));
  } else if (to_storage == CK_BF16) {
    const float *p = from;
    for (int64_t i = 0; i < count; i += CK_VL) ck_put_upto((ck_elem *)to + i, ck_load_upto(p + i, count - i), count - i);
  } else {
    const ck_elem *p = from;
    for (int64_t i = 0; i < count; i += CK_VL) ck_store_upto((float *)to + i, ck_get_upto(p + i, count - i), count - i);
  }
}

// `count` elements, each so many elements behind the last.
CK_INLINE void ck_convert_apart(const int32_t from_storage, const int32_t to_storage, const void *from,
                                int64_t from_step, void *to, int64_t to_step, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    if (from_storage == CK_BF16 && to_storage == CK_BF16) {
      ((ck_elem *)to)[i * to_step] = ((const ck_elem *)from)[i * from_step];
    } else if (from_storage == CK_BF16) {
      ((float *)to)[i * to_step] = ck_get_one((const ck_elem *)from + i * from_step);
    } else {
      ck_put_one((ck_elem *)to + i * to_step, ((const float *)from)[i * from_step]);
    }
  }
}

// Channel c of row (n, y).
CK_INLINE void *ck_channel_row(const ck_tensor *t, int64_t n, int64_t c, int64_t y) {
  const int64_t at = n * t->stride_n + c / t->block * t->stride_c + y * t->stride_h + c % t->block;
  return (char *)t->data + at * ck_element_bytes(t->storage);
}

// Whether neighbouring channels of a pixel are neighbours in memory, whatever their blocks.
CK_INLINE int ck_channels_adjoin(const ck_tensor *t) { return t->w == 1 && t->stride_c == t->block; }

CK_INLINE void ck_convert_row(const int32_t from_storage, const int32_t to_storage, const ck_copy_args *a, int64_t n,
                              int64_t c, int64_t count, int64_t y) {
  const ck_tensor *in = &a->in, *out = &a->out;
  if (ck_channels_adjoin(in) && ck_channels_adjoin(out)) {
    ck_convert_run(from_storage, to_storage, ck_channel_row(in, n, c, y), ck_channel_row(out, n, c, y), count);
    return;
  }
  const int alike = in->block == out->block;
  for (int64_t i = c; i < c + count; i += alike ? out->block : 1) {
    const void *from = ck_channel_row(in, n, i, y);
    void *to = ck_channel_row(out, n, i, y);
    if (alike) {
      ck_convert_run(from_storage, to_storage, from, to, in->w * in->block);
    } else {
      ck_convert_apart(from_storage, to_storage, from, in->block, to, out->block, in->w);
    }
  }
}

static int64_t ck_convert_group(const ck_copy_args *a) {
  const int adjoin = ck_channels_adjoin(&a->in) && ck_channels_adjoin(&a->out);
  const int64_t least = adjoin ? a->out.c : ck_most(a->in.block, 16);
  return ck_ceil_div(least, a->out.block) * a->out.block;
}

int64_t CK_NAME(copy_convert, units)(const void *args) {
  const ck_copy_args *a = args;
  return a->out.n * ck_ceil_div(a->out.c, ck_convert_group(a)) * a->out.h;
}

void CK_NAME(copy_convert, run)(const void *args, int64_t begin, int64_t end) {
  const ck_copy_args *a = args;
  const ck_tensor *out = &a->out;
  const int64_t group = ck_convert_group(a), groups = ck_ceil_div(out->c, group);
  for (int64_t u = begin; u < end; u++) {
    const int64_t y = u % out->h, g = u / out->h % groups, n = u / out->h / groups, c = g * group;
    const int64_t count = ck_least(group, out->c - c);
    if (a->in.storage == CK_F32) {
      ck_convert_row(CK_F32, CK_BF16, a, n, c, count, y);
    } else if (out->storage == CK_F32) {
      ck_convert_row(CK_BF16, CK_F32, a, n, c, count, y);
    } else {
      ck_convert_row(CK_BF16, CK_BF16, a, n, c, count, y);
    }
    if (g == groups - 1) ck_zero_lanes(out, n, y);
    for (int64_t i = 0; i < count; i += out->block) ck_zero_halo(out, n, (c + i) / out->block, y);
  }
}

// Copies between layouts of which one or both are bf16. A unit is (image, group of channels, row).
#include "../common/transpose.h"
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
    const ck_elem *p = (const ck_elem *)from + i * from_step;
    const float x = from_storage == CK_BF16 ? ck_get_one(p) : ((const float *)from)[i * from_step];
    if (to_storage == CK_BF16) {
      ck_put_one((ck_elem *)to + i * to_step, x);
    } else {
      ((float *)to)[i * to_step] = x;
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

enum { CK_CONVERT_PIXELS = 64, CK_CONVERT_LANES = 64 };

// Up to CK_CONVERT_PIXELS pixels of the channels of a block, to plain rows or from them.
CK_INLINE void ck_convert_pixels(const int32_t from_storage, const int32_t to_storage, const ck_copy_args *a, int64_t n,
                                 int64_t c, int64_t count, int64_t y, int64_t x, int64_t pixels) {
  const ck_tensor *in = &a->in, *out = &a->out;
  uint32_t lanes[CK_CONVERT_PIXELS * CK_CONVERT_LANES], rows[CK_CONVERT_LANES * CK_CONVERT_PIXELS];
  const int64_t from_bytes = ck_element_bytes(from_storage), to_bytes = ck_element_bytes(to_storage);
  const int64_t block = ck_most(in->block, out->block);
  if (in->block > 1) {
    const char *from = (const char *)ck_channel_row(in, n, c, y) + x * block * from_bytes;
    ck_convert_run(from_storage, CK_F32, from, lanes, pixels * block);
    ck_transpose_words(rows, CK_CONVERT_PIXELS, lanes, block, count, pixels);
    for (int64_t i = 0; i < count; i++) {
      char *to = (char *)ck_channel_row(out, n, c + i, y) + x * to_bytes;
      ck_convert_run(CK_F32, to_storage, rows + i * CK_CONVERT_PIXELS, to, pixels);
    }
    return;
  }
  for (int64_t i = 0; i < count; i++) {
    const char *from = (const char *)ck_channel_row(in, n, c + i, y) + x * from_bytes;
    ck_convert_run(from_storage, CK_F32, from, rows + i * CK_CONVERT_PIXELS, pixels);
  }
  // Lanes beyond the channels are 0.
  if (count < block) memset(lanes, 0, (size_t)(pixels * block) * sizeof(uint32_t));
  ck_transpose_words(lanes, block, rows, CK_CONVERT_PIXELS, pixels, count);
  char *to = (char *)ck_channel_row(out, n, c, y) + x * block * to_bytes;
  ck_convert_run(CK_F32, to_storage, lanes, to, pixels * block);
}

CK_INLINE void ck_convert_row(const int32_t from_storage, const int32_t to_storage, const ck_copy_args *a, int64_t n,
                              int64_t c, int64_t count, int64_t y) {
  const ck_tensor *in = &a->in, *out = &a->out;
  if (ck_channels_adjoin(in) && ck_channels_adjoin(out)) {
    ck_convert_run(from_storage, to_storage, ck_channel_row(in, n, c, y), ck_channel_row(out, n, c, y), count);
    return;
  }
  const int64_t block = ck_most(in->block, out->block);
  for (int64_t i = c; i < c + count; i += block) {
    if (in->block == out->block) {
      ck_convert_run(from_storage, to_storage, ck_channel_row(in, n, i, y), ck_channel_row(out, n, i, y),
                     in->w * block);
      continue;
    }
    const int64_t some = ck_least(block, c + count - i);
    if (in->block > 1 && out->block > 1) {
      for (int64_t k = i; k < i + some; k++) {
        ck_convert_apart(from_storage, to_storage, ck_channel_row(in, n, k, y), in->block, ck_channel_row(out, n, k, y),
                         out->block, in->w);
      }
      continue;
    }
    for (int64_t x = 0; x < in->w; x += CK_CONVERT_PIXELS) {
      ck_convert_pixels(from_storage, to_storage, a, n, i, some, y, x, ck_least(CK_CONVERT_PIXELS, in->w - x));
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

// Copy between layouts. A unit is (image, group of channels, row).
#include "../common/isa_generic.h"

#include "move.h"

// Channels per group: a whole number of blocks of `out`, and enough to read whole lines of a blocked `in`.
static int64_t ck_copy_group(const ck_copy_args *a) {
  return ck_ceil_div(ck_most(a->in.block, 16), a->out.block) * a->out.block;
}

int64_t CK_NAME(copy_quads, units)(const void *args) {
  const ck_copy_args *a = args;
  return a->out.n * ck_ceil_div(a->out.c, ck_copy_group(a)) * a->out.h;
}

void CK_NAME(copy_quads, run)(const void *args, int64_t begin, int64_t end) {
  const ck_copy_args *a = args;
  const ck_tensor *out = &a->out;
  const int64_t group = ck_copy_group(a), groups = ck_ceil_div(out->c, group);
  for (int64_t u = begin; u < end; u++) {
    const int64_t y = u % out->h, g = u / out->h % groups, n = u / out->h / groups, c = g * group;
    const ck_row from = ck_row_at(&a->in, n, c, y, 0), to = ck_row_at(out, n, c, y, 0);
    const int64_t count = ck_least(group, out->c - c);
    ck_move_channels(&from, &to, count);
    if (g == groups - 1) ck_zero_lanes(out, n, y);
    for (int64_t i = 0; i < count; i += out->block) ck_zero_halo(out, n, (c + i) / out->block, y);
  }
}

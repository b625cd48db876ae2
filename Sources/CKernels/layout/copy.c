// Copy between layouts. A unit is (image, group of channels, row).
#include "../common/isa_generic.h"

#include "move.h"

// A unit of short rows costs more to find than to move: a plane of no more pixels is moved as one row.
enum { CK_COPY_PIXELS = 1024 };

typedef struct {
  ck_tensor in, out;
  int64_t group, groups;  // channels of a group: whole blocks of `out`, and enough for whole lines of a blocked `in`
} ck_copy_shape;

static int ck_rows_join(const ck_tensor *t) {
  return t->stride_h == t->w * t->block && !(t->halo_top | t->halo_bottom | t->halo_left | t->halo_right);
}

static ck_copy_shape ck_copy_shape_of(const ck_copy_args *a) {
  ck_copy_shape s = {a->in, a->out, 0, 0};
  if (a->out.h * a->out.w <= CK_COPY_PIXELS && ck_rows_join(&a->in) && ck_rows_join(&a->out)) {
    s.in.w = s.out.w = a->out.h * a->out.w;
    s.in.h = s.out.h = 1;
  }
  s.group = ck_ceil_div(ck_most(a->in.block, 16), a->out.block) * a->out.block;
  s.groups = ck_ceil_div(a->out.c, s.group);
  return s;
}

int64_t CK_NAME(copy_quads, units)(const void *args) {
  const ck_copy_shape s = ck_copy_shape_of(args);
  return s.out.n * s.groups * s.out.h;
}

void CK_NAME(copy_quads, run)(const void *args, int64_t begin, int64_t end) {
  const ck_copy_shape s = ck_copy_shape_of(args);
  const ck_tensor *out = &s.out;
  for (int64_t u = begin; u < end; u++) {
    const int64_t y = u % out->h, g = u / out->h % s.groups, n = u / out->h / s.groups, c = g * s.group;
    const ck_row from = ck_row_at(&s.in, n, c, y, 0), to = ck_row_at(out, n, c, y, 0);
    const int64_t count = ck_least(s.group, out->c - c);
    ck_move_channels(&from, &to, count);
    if (g == s.groups - 1) ck_zero_lanes(out, n, y);
    for (int64_t i = 0; i < count; i += out->block) ck_zero_halo(out, n, (c + i) / out->block, y);
  }
}

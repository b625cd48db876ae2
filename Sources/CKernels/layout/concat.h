// Concatenation. A unit is (image, group of output channels, output row): it gathers from the inputs that reach it.
#include "move.h"

static int64_t ck_concat_group(const ck_concat_args *a) { return ck_ceil_div(16, a->out.block) * a->out.block; }

int64_t CK_NAME(concat_quads, units)(const void *args) {
  const ck_concat_args *a = args;
  return a->out.n * ck_ceil_div(a->out.c, ck_concat_group(a)) * a->out.h;
}

void CK_NAME(concat_quads, run)(const void *args, int64_t begin, int64_t end) {
  const ck_concat_args *a = args;
  const ck_tensor *out = &a->out;
  const int64_t group = ck_concat_group(a), groups = ck_ceil_div(out->c, group);
  for (int64_t u = begin; u < end; u++) {
    const int64_t y = u % out->h, g = u / out->h % groups, n = u / out->h / groups, c = g * group;
    const int64_t last = ck_least(c + group, out->c);
    int64_t start = 0;  // of this input along the axis
    for (int64_t k = 0; k < a->count; k++) {
      const ck_tensor *in = &a->inputs[k];
      const int64_t sizes[4] = {in->n, in->c, in->h, in->w}, place[4] = {n, c, y, 0};
      const int64_t end_of_input = start + sizes[a->axis];
      // The first channel of this unit that the input has, counted in the output, and the one behind its last.
      int64_t first = c, behind = last, origin[4] = {0, 0, 0, 0};
      origin[a->axis] = start;
      int reaches = a->axis == 3 || (place[a->axis] >= start && place[a->axis] < end_of_input);
      if (a->axis == 1) {
        first = ck_most(c, start);
        behind = ck_least(last, end_of_input);
        reaches = first < behind;
      }
      if (reaches) {
        const ck_row from = ck_row_at(in, n - origin[0], first - origin[1], y - origin[2], 0);
        const ck_row to = ck_row_at(out, n, first, y, origin[3]);
        ck_move_channels(&from, &to, behind - first);
      }
      start = end_of_input;
    }
    if (g == groups - 1) ck_zero_lanes(out, n, y);
    for (int64_t i = c; i < last; i += out->block) ck_zero_halo(out, n, i / out->block, y);
  }
}

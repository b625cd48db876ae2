// Sums over examples and pixels. A unit is (part of the examples, vector of channels or channel).
#include "strips.h"

int64_t CK_NAME(channel_sum_strips, units)(const void *args) {
  const ck_channel_sum_args *a = args;
  return ck_strips_of(&a->x, &a->x).groups * a->slices;
}

void CK_NAME(channel_sum_strips, run)(const void *args, int64_t begin, int64_t end) {
  const ck_channel_sum_args *a = args;
  const ck_strips strips = ck_strips_of(&a->x, &a->x);
  const int64_t step = ck_strip_step(&strips, &a->x);
  for (int64_t u = begin; u < end; u++) {
    const int64_t group = u % strips.groups, slice = u / strips.groups;
    const ck_part part = ck_part_of(a->x.n, a->slices, slice);
    vd total = (vd)0.0;
    const int64_t count = ck_strip_count(&strips, part.count);
    for (int64_t i = 0; i < count;) {
      const int64_t behind = ck_least(i + strips.together, count);
      vf sum = ck_splat(0);
      for (; i < behind; i++) {
        const ck_strip s = ck_strip_at(&strips, &a->x, group, part.first, part.count, i);
        sum += ck_strip_sum(ck_strip_data(&strips, &a->x, group, &s), step, &s);
      }
      total += ck_double(sum);
    }
    ck_strip_store(&strips, &a->x, group, a->out + slice * a->x.c, total);
  }
}

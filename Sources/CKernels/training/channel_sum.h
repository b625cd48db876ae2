// Sums over examples and pixels. A unit is (part of the examples, vector of channels or channel).
#include "strips.h"

int64_t CK_NAME(channel_sum_strips, units)(const void *args) {
  const ck_channel_sum_args *a = args;
  return ck_strips_of(&a->x, &a->x).groups * a->slices;
}

// Σ of one strip: four sums of every fourth vector.
CK_INLINE vf ck_strip_sum(const float *p, int64_t step, const ck_strip *s) {
  vf sums[4] = {(vf)0.0f, (vf)0.0f, (vf)0.0f, (vf)0.0f};
  const int64_t whole = ck_strip_whole(s);
  int64_t i = 0;
  for (; i + 4 <= whole; i += 4) {
    CK_UNROLL for (int k = 0; k < 4; k++) sums[k] += ck_load(p + (i + k) * step);
  }
  for (; i < whole; i++) sums[0] += ck_load(p + i * step);
  for (; i < s->vectors; i++) sums[1] += ck_load_part(p + i * step, i + 1 < s->vectors ? s->lanes : s->last);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
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

// Mean and variance of each channel. A unit is (part of the examples, vector of channels or channel).
//
// One pass over memory: strips are summed around the mean of all before them, the first one around its own, and joined
// as Chan, Golub and LeVeque (1983) do. Squares that are large beside a strip's own spread are so because its mean is far
// from that of what came before, and then they are the variance. So nothing cancels, wherever the mean lies and in
// whatever order examples come.
#include "strips.h"

// Count, means, and sums of squares around the means.
typedef struct {
  double count;
  vd mean, squares;
} ck_spread;

CK_INLINE void ck_spread_join(ck_spread *total, double count, vd mean, vd squares) {
  const double all = total->count + count;
  const vd delta = mean - total->mean;
  total->mean += delta * (count / all);
  total->squares += squares + delta * delta * (total->count * count / all);
  total->count = all;
}

// Σ(x − center) and Σ(x − center)² of one strip.
CK_INLINE void ck_strip_squares(const ck_elem *p, int64_t step, const ck_strip *s, vf center, vf *sum, vf *squares) {
  vf sums[4] = {(vf)0.0f, (vf)0.0f, (vf)0.0f, (vf)0.0f}, twos[4] = {(vf)0.0f, (vf)0.0f, (vf)0.0f, (vf)0.0f};
  const int64_t whole = ck_strip_whole(s);
  int64_t i = 0;
  for (; i + 4 <= whole; i += 4) {
    CK_UNROLL for (int k = 0; k < 4; k++) {
      const vf d = ck_get(p + (i + k) * step) - center;
      sums[k] += d;
      twos[k] = d * d + twos[k];
    }
  }
  for (; i < whole; i++) {
    const vf d = ck_get(p + i * step) - center;
    sums[0] += d;
    twos[0] = d * d + twos[0];
  }
  for (; i < s->vectors; i++) {
    const int64_t lanes = i + 1 < s->vectors ? s->lanes : s->last;
    const vf d = ck_get_over(center, p + i * step, lanes) - center;
    sums[1] += d;
    twos[1] = d * d + twos[1];
  }
  *sum += (sums[0] + sums[1]) + (sums[2] + sums[3]);
  *squares += (twos[0] + twos[1]) + (twos[2] + twos[3]);
}

// Of a plane all lanes are one channel.
CK_INLINE vd ck_over_lanes(const ck_strips *strips, vf v) {
  const vd wide = ck_double(v);
  return strips->kind == CK_STRIPS_PLANE ? (vd)ck_double_lanes_sum(wide) : wide;
}

int64_t CK_NAME(moments_strips, units)(const void *args) {
  const ck_moments_args *a = args;
  return ck_strips_of(&a->x, &a->x).groups * a->slices;
}

void CK_NAME(moments_strips, run)(const void *args, int64_t begin, int64_t end) {
  const ck_moments_args *a = args;
  const ck_tensor *x = &a->x;
  const ck_strips strips = ck_strips_of(x, x);
  const int64_t step = ck_strip_step(&strips, x);
  for (int64_t u = begin; u < end; u++) {
    const int64_t group = u % strips.groups, slice = u / strips.groups;
    const ck_part part = ck_part_of(x->n, a->slices, slice);
    ck_spread total = {0, (vd)0.0, (vd)0.0};
    const int64_t count = ck_strip_count(&strips, part.count);
    for (int64_t first = 0; first < count; first += strips.together) {
      const int64_t behind = ck_least(first + strips.together, count);
      vf sum = ck_splat(0), rest = ck_splat(0), squares = ck_splat(0);
      int64_t elements = 0;
      for (int64_t i = first; i < behind; i++) {
        const ck_strip s = ck_strip_at(&strips, x, group, part.first, part.count, i);
        if (first == 0) sum += ck_strip_sum(ck_strip_data(&strips, x, group, &s), step, &s);
        elements += ck_strip_elements(&strips, &s);
      }
      const double each = 1 / (double)elements;
      const vf center = ck_single(first == 0 ? ck_over_lanes(&strips, sum) * each : total.mean);
      for (int64_t i = first; i < behind; i++) {
        const ck_strip s = ck_strip_at(&strips, x, group, part.first, part.count, i);
        ck_strip_squares(ck_strip_data(&strips, x, group, &s), step, &s, center, &rest, &squares);
      }
      // What the center is off by counts.
      const vd off = ck_over_lanes(&strips, rest) * each;
      ck_spread_join(&total, (double)elements, ck_double(center) + off,
                     ck_over_lanes(&strips, squares) - off * off * (double)elements);
    }
    const int64_t lanes = strips.kind == CK_STRIPS_PLANE ? 1 : ck_least(CK_VL, x->c - group * CK_VL);
    float *to = a->out + slice * 2 * x->c + (strips.kind == CK_STRIPS_PLANE ? group : group * CK_VL);
    const vd variance = total.squares / total.count;
    ck_store_upto(to, ck_single(total.mean), lanes);
    ck_store_upto(to + x->c, ck_single(variance < 0.0 ? (vd)0.0 : variance), lanes);
  }
}

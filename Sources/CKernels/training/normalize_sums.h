// What batch normalisation's gradients have in common: Σg and Σg·x̂. A unit is (part of the examples, vector of channels
// or channel).
#include "normalized.h"
#include "strips.h"

int64_t CK_NAME(normalize_sums_strips, units)(const void *args) {
  const ck_normalize_sums_args *a = args;
  return ck_strips_of(&a->g, &a->x).groups * a->slices;
}

// Σg and Σg·(x − mean) of one strip; where it is rectified, of the g that reach x.
CK_INLINE void ck_strip_products(const int rectified, const ck_elem *g, int64_t g_step, const ck_elem *x, int64_t x_step,
                                 const ck_strip *s, const ck_normal_form *form, vf *sum, vf *products) {
  vf sums[4] = {(vf)0.0f, (vf)0.0f, (vf)0.0f, (vf)0.0f}, twos[4] = {(vf)0.0f, (vf)0.0f, (vf)0.0f, (vf)0.0f};
  const int64_t whole = ck_strip_whole(s);
  int64_t i = 0;
  for (; i + 4 <= whole; i += 4) {
    CK_UNROLL for (int k = 0; k < 4; k++) {
      const vf d = ck_get(x + (i + k) * x_step) - form->mean;
      const vf v = ck_reaching(rectified, ck_get(g + (i + k) * g_step), d, form);
      sums[k] += v;
      twos[k] = v * d + twos[k];
    }
  }
  for (; i < s->vectors; i++) {
    const int64_t lanes = i + 1 < s->vectors ? s->lanes : s->last;
    const vf d = ck_get_over(form->mean, x + i * x_step, lanes) - form->mean;
    const vf v = ck_reaching(rectified, ck_get_over(ck_splat(0), g + i * g_step, lanes), d, form);
    sums[0] += v;
    twos[0] = v * d + twos[0];
  }
  *sum += (sums[0] + sums[1]) + (sums[2] + sums[3]);
  *products += (twos[0] + twos[1]) + (twos[2] + twos[3]);
}

void CK_NAME(normalize_sums_strips, run)(const void *args, int64_t begin, int64_t end) {
  const ck_normalize_sums_args *a = args;
  const ck_strips strips = ck_strips_of(&a->g, &a->x);
  const int64_t g_step = ck_strip_step(&strips, &a->g), x_step = ck_strip_step(&strips, &a->x), channels = a->g.c;
  for (int64_t u = begin; u < end; u++) {
    const int64_t group = u % strips.groups, slice = u / strips.groups;
    const ck_part part = ck_part_of(a->g.n, a->slices, slice);
    const int is_plane = strips.kind == CK_STRIPS_PLANE;
    const float *moments = a->moments + (is_plane ? group : group * CK_VL);
    const int64_t lanes = is_plane ? 1 : ck_least(CK_VL, channels - group * CK_VL);
    const float *gamma = a->gamma ? a->gamma + (moments - a->moments) : NULL;
    const float *beta = a->beta ? a->beta + (moments - a->moments) : NULL;
    const vf variance = is_plane ? ck_splat(moments[channels]) : ck_load_upto(moments + channels, lanes);
    ck_normal_form form = {.mean = is_plane ? ck_splat(moments[0]) : ck_load_upto(moments, lanes)};
    if (beta) {
      form.scale = ck_root(variance, a->epsilon) * (is_plane ? ck_splat(gamma[0]) : ck_load_upto(gamma, lanes));
      form.shift = is_plane ? ck_splat(beta[0]) : ck_load_upto(beta, lanes);
    }
    vd total = (vd)0.0, products = (vd)0.0;
    const int64_t count = ck_strip_count(&strips, part.count);
    for (int64_t i = 0; i < count;) {
      const int64_t behind = ck_least(i + strips.together, count);
      vf sum = ck_splat(0), product = ck_splat(0);
      for (; i < behind; i++) {
        const ck_strip s = ck_strip_at(&strips, &a->g, group, part.first, part.count, i);
        const ck_elem *g = ck_strip_data(&strips, &a->g, group, &s), *x = ck_strip_data(&strips, &a->x, group, &s);
        if (beta) {
          ck_strip_products(1, g, g_step, x, x_step, &s, &form, &sum, &product);
        } else {
          ck_strip_products(0, g, g_step, x, x_step, &s, &form, &sum, &product);
        }
      }
      total += ck_double(sum);
      products += ck_double(product);
    }
    float *to = a->out + slice * 2 * channels;
    ck_strip_store(&strips, &a->g, group, to, total);
    ck_strip_store(&strips, &a->g, group, to + channels,
                   products / __builtin_elementwise_sqrt(ck_double(variance) + (double)a->epsilon));
  }
}

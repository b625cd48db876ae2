// Losses and their gradients. A unit is an example; sums run in doubles over floats that add up a few terms each.
#include "strips.h"
#include "../common/vmath.h"

// The least probability whose logarithm is taken.
#define CK_LEAST_PROBABILITY 1e-7f

// NaN stays NaN.
CK_INLINE vf ck_probable(vf x) { return x < CK_LEAST_PROBABILITY ? (vf)CK_LEAST_PROBABILITY : x; }

CK_INLINE vi ck_iota(void) {
  vi v = (vi)0;
  for (int i = 0; i < CK_VL; i++) v[i] = i;
  return v;
}

// The first `count` lanes, 0 in the others, whatever they hold.
CK_INLINE vf ck_first_lanes(vf v, int64_t count) {
  return ck_iota() < (int32_t)ck_least(count, CK_VL) ? v : ck_splat(0);
}

CK_INLINE vf ck_element_loss(const int32_t kind, vf x, vf t, float p) {
  switch (kind) {
    case CK_LOSS_SIGMOID_CROSS_ENTROPY: return ck_softplus(x) - t * x;
    case CK_LOSS_BINARY_CROSS_ENTROPY:
      return -(t * ck_log(ck_probable(x))) - (1.0f - t) * ck_log(ck_probable(1.0f - x));
    case CK_LOSS_SQUARED: return (x - t) * (x - t);
    case CK_LOSS_ABSOLUTE: return ck_abs(x - t);
    case CK_LOSS_HUBER: {
      const vf d = ck_abs(x - t);
      return d <= p ? 0.5f * d * d : p * (d - 0.5f * p);
    }
    default: {
      const vf margin = p - x * (2.0f * t - 1.0f);
      return 0.0f > margin ? (vf)0.0f : margin;
    }
  }
}

CK_INLINE vf ck_element_slope(const int32_t kind, vf x, vf t, float p) {
  const vf none = ck_splat(0);
  switch (kind) {
    case CK_LOSS_SIGMOID_CROSS_ENTROPY: return ck_sigmoid(x) - t;
    case CK_LOSS_BINARY_CROSS_ENTROPY: return (1.0f - t) / ck_probable(1.0f - x) - t / ck_probable(x);
    case CK_LOSS_SQUARED: return 2.0f * (x - t);
    case CK_LOSS_ABSOLUTE: return x > t ? (vf)1.0f : x < t ? (vf)-1.0f : none;
    case CK_LOSS_HUBER: {
      const vf d = x - t;
      return d > p ? ck_splat(p) : d < -p ? ck_splat(-p) : d;
    }
    default: {
      const vf sign = 2.0f * t - 1.0f;
      return p - x * sign > 0.0f ? -sign : none;
    }
  }
}

// Σ over the elements of an example.
CK_INLINE double ck_element_losses(const int32_t kind, const float *x, const float *t, int64_t count, float p) {
  vd total = (vd)0.0;
  for (int64_t i = 0; i < count; i += CK_VL) {
    const int64_t lanes = count - i;
    const vf loss = ck_element_loss(kind, ck_load_upto(x + i, lanes), ck_load_upto(t + i, lanes), p);
    total += ck_double(lanes < CK_VL ? ck_first_lanes(loss, lanes) : loss);
  }
  return ck_double_lanes_sum(total);
}

CK_INLINE void ck_element_slopes(const int32_t kind, const float *x, const float *t, int64_t count, float p,
                                 float factor, float *out) {
  for (int64_t i = 0; i < count; i += CK_VL) {
    const int64_t lanes = count - i;
    const vf slope = ck_element_slope(kind, ck_load_upto(x + i, lanes), ck_load_upto(t + i, lanes), p);
    ck_store_upto(out + i, slope * factor, lanes);
  }
}

// Classes of one example, in steps that vectors fit: `lanes` neighbouring pixels whose classes lie `stride` apart, or,
// where an example has one pixel, its classes themselves.
typedef struct {
  const float *x, *target;
  int64_t classes, stride, lanes;
  int is_row;  // lanes are classes
  int has_classes;
  float smoothing;
} ck_scores;

CK_INLINE int64_t ck_score_steps(const ck_scores *s) {
  return s->is_row ? ck_ceil_div(s->classes, CK_VL) : s->classes;
}

CK_INLINE int64_t ck_score_place(const ck_scores *s, int64_t step) { return s->is_row ? step * CK_VL : step * s->stride; }

CK_INLINE int64_t ck_score_lanes(const ck_scores *s, int64_t step) {
  return s->is_row ? ck_least(CK_VL, s->classes - step * CK_VL) : s->lanes;
}

CK_INLINE vf ck_score(const ck_scores *s, int64_t step) {
  return ck_load_upto(s->x + ck_score_place(s, step), ck_score_lanes(s, step));
}

// How right the classes are.
CK_INLINE vf ck_right(const ck_scores *s, int64_t step) {
  const float rest = s->smoothing / (float)s->classes, whole = 1.0f - s->smoothing;
  if (!s->has_classes) {
    return ck_load_upto(s->target + ck_score_place(s, step), ck_score_lanes(s, step)) * whole + rest;
  }
  const vf wanted = s->is_row ? ck_splat(s->target[0]) : ck_load_upto(s->target, s->lanes);
  const vf at = s->is_row ? __builtin_convertvector(ck_iota() + (int32_t)(step * CK_VL), vf) : ck_splat((float)step);
  // Fractions of a class's number are cut.
  return (at <= wanted ? (wanted < at + 1.0f ? ck_splat(whole) : ck_splat(0)) : ck_splat(0)) + rest;
}

// Σ over the lanes where they are classes of one pixel.
CK_INLINE vf ck_score_sum(const ck_scores *s, vd sum) {
  return s->is_row ? ck_splat((float)ck_double_lanes_sum(sum)) : ck_single(sum);
}

// The largest score, Σ e^(score − largest), and Σ of how right classes are.
typedef struct {
  vf most, sum, right;
} ck_partition;

static ck_partition ck_partition_of(const ck_scores *s) {
  const int64_t steps = ck_score_steps(s);
  vf most = ck_splat(-INFINITY);
  for (int64_t i = 0; i < steps; i++) {
    const int64_t lanes = ck_score_lanes(s, i);
    vf x = ck_score(s, i);
    if (s->is_row && lanes < CK_VL) x = ck_iota() < (int32_t)lanes ? x : ck_splat(-INFINITY);
    most = ck_max(most, x);
  }
  if (s->is_row) most = ck_splat(ck_lanes_max(most));
  vd sum = (vd)0.0, right = (vd)0.0;
  for (int64_t i = 0; i < steps; i++) {
    const int64_t lanes = ck_score_lanes(s, i);
    sum += ck_double(ck_first_lanes(ck_exp(ck_score(s, i) - most), lanes));
    right += ck_double(ck_first_lanes(ck_right(s, i), lanes));
  }
  return (ck_partition){most, ck_score_sum(s, sum), ck_score_sum(s, right)};
}

// The losses of the pixels in the lanes; in every lane that of the one pixel.
static vf ck_class_losses(const int32_t kind, const ck_scores *s) {
  const int is_softmax = kind == CK_LOSS_SOFTMAX_CROSS_ENTROPY;
  const ck_partition all = is_softmax ? ck_partition_of(s) : (ck_partition){ck_splat(0), ck_splat(1), ck_splat(0)};
  const vf logarithm = ck_log(all.sum);
  vd total = (vd)0.0;
  for (int64_t i = 0; i < ck_score_steps(s); i++) {
    const vf x = ck_score(s, i), loss = is_softmax ? logarithm - (x - all.most) : -ck_log(ck_probable(x));
    // A class that is not right at all counts nothing, however unlikely it is.
    const vf q = ck_right(s, i);
    total += ck_double(ck_first_lanes(q == 0.0f ? ck_splat(0) : q * loss, ck_score_lanes(s, i)));
  }
  return ck_score_sum(s, total);
}

static void ck_class_slopes(const int32_t kind, const ck_scores *s, float factor, float *out) {
  const int is_softmax = kind == CK_LOSS_SOFTMAX_CROSS_ENTROPY;
  const ck_partition all = is_softmax ? ck_partition_of(s) : (ck_partition){ck_splat(0), ck_splat(1), ck_splat(0)};
  const vf share = all.right / all.sum;
  for (int64_t i = 0; i < ck_score_steps(s); i++) {
    const vf x = ck_score(s, i), q = ck_right(s, i);
    const vf slope = is_softmax ? ck_exp(x - all.most) * share - q : -q / ck_probable(x);
    ck_store_upto(out + ck_score_place(s, i), slope * factor, ck_score_lanes(s, i));
  }
}

// Of one pixel with its classes `stride` apart: the margin by which the best wrong class is too good, and that class.
static float ck_hinge(const float *x, int64_t classes, int64_t stride, int64_t right, float delta, int64_t *rival) {
  *rival = -1;
  for (int64_t c = 0; c < classes; c++) {
    if (c != right && (*rival < 0 || x[c * stride] > x[*rival * stride])) *rival = c;
  }
  if (*rival < 0 || right < 0) return 0;
  const float margin = delta + x[*rival * stride] - x[right * stride];
  return 0.0f > margin ? 0.0f : margin;
}

static double ck_hinge_example(const ck_loss_args *a, const float *x, const float *target, float factor, float *out) {
  double total = 0;
  for (int64_t i = 0; i < a->terms; i++) {
    int64_t rival;
    const int64_t right = target[i] >= 0 && target[i] < (float)a->classes ? (int64_t)target[i] : -1;
    const float margin = ck_hinge(x + i, a->classes, a->terms, right, a->p, &rival);
    total += margin;
    if (!out) continue;
    for (int64_t c = 0; c < a->classes; c++) {
      const float slope = margin > 0.0f ? (c == right ? -1.0f : c == rival ? 1.0f : 0.0f) : margin * 0.0f;
      out[i + c * a->terms] = slope * factor;
    }
  }
  return total;
}

// Of one example the sum of its terms' losses, or with `out` their gradients.
static double ck_loss_example(const ck_loss_args *a, int64_t n, float factor, float *out) {
  const int64_t count = a->classes * a->terms;
  const float *x = a->x + n * count, *target = a->target + n * (a->has_classes ? a->terms : count);
  if (a->kind == CK_LOSS_MULTICLASS_HINGE) return ck_hinge_example(a, x, target, factor, out);
  if (a->kind > CK_LOSS_CROSS_ENTROPY) {
#define CK_CASE(kind)                                                                   \
  case kind:                                                                            \
    if (!out) return ck_element_losses(kind, x, target, count, a->p);                   \
    ck_element_slopes(kind, x, target, count, a->p, factor, out);                       \
    return 0;
    switch (a->kind) {
      CK_CASE(CK_LOSS_SIGMOID_CROSS_ENTROPY)
      CK_CASE(CK_LOSS_BINARY_CROSS_ENTROPY)
      CK_CASE(CK_LOSS_SQUARED)
      CK_CASE(CK_LOSS_ABSOLUTE)
      CK_CASE(CK_LOSS_HUBER)
      default: CK_CASE(CK_LOSS_BINARY_HINGE)
    }
#undef CK_CASE
  }
  double total = 0;
  for (int64_t i = 0; i < a->terms; i += CK_VL) {
    const ck_scores s = {.x = x + i, .target = target + i, .classes = a->classes, .stride = a->terms,
                         .lanes = ck_least(CK_VL, a->terms - i), .is_row = a->terms == 1,
                         .has_classes = a->has_classes, .smoothing = a->p};
    if (out) {
      ck_class_slopes(a->kind, &s, factor, out + i);
    } else {
      const vf losses = ck_class_losses(a->kind, &s);
      total += s.is_row ? losses[0] : ck_double_lanes_sum(ck_double(ck_first_lanes(losses, s.lanes)));
    }
  }
  return total;
}

int64_t CK_NAME(loss_examples, units)(const void *args) { return ((const ck_loss_args *)args)->examples; }

void CK_NAME(loss_examples, run)(const void *args, int64_t begin, int64_t end) {
  const ck_loss_args *a = args;
  for (int64_t n = begin; n < end; n++) a->out[n] = (float)(ck_loss_example(a, n, 0, NULL) / (double)a->terms);
}

int64_t CK_NAME(loss_gradient_examples, units)(const void *args) { return ((const ck_loss_args *)args)->examples; }

void CK_NAME(loss_gradient_examples, run)(const void *args, int64_t begin, int64_t end) {
  const ck_loss_args *a = args;
  for (int64_t n = begin; n < end; n++) {
    ck_loss_example(a, n, a->g[n] / (float)a->terms, a->out + n * a->classes * a->terms);
  }
}

// Update rules over vectors; see ck_update.h.
#include "../common/vector.h"

typedef struct {
  vf p, g, s0, s1, s2;
} ck_update_element;

CK_INLINE vf ck_root(vf x) { return __builtin_elementwise_sqrt(x); }

// The gradient with its penalty, within the limit.
CK_INLINE vf ck_bounded(const ck_update_args *a, vf p, vf g) {
  const float limit = a->limit;
  const vf sign = p > 0.0f ? (vf)a->l1 : p < 0.0f ? (vf)-a->l1 : (vf)0.0f;
  // The second operand where either is NaN: no bound may hide one.
  return ck_min((vf)limit, ck_max((vf)-limit, g + (p * a->l2 + sign)));
}

CK_INLINE void ck_average(const ck_update_args *a, ck_update_element *e) {
  e->s0 = a->a * e->s0 + (1.0f - a->a) * e->g;
  e->s1 = a->b * e->s1 + (1.0f - a->b) * e->g * e->g;
}

// The change, before the multiplier; the slots take their next values.
CK_INLINE vf ck_change(const int rule, const ck_update_args *a, ck_update_element *e) {
  const vf step = a->rate * e->g;
  switch (rule) {
    case CK_UPDATE_SGD: return -step;
    case CK_UPDATE_MOMENTUM: return e->s0 = a->a * e->s0 - step;
    case CK_UPDATE_NESTEROV: e->s0 = a->a * e->s0 - step; return a->a * e->s0 - step;
    case CK_UPDATE_ADAGRAD: e->s0 += e->g * e->g; return -step / ck_root(e->s0 + a->epsilon);
    case CK_UPDATE_RMSPROP:
      e->s0 = a->a * e->s0 + (1.0f - a->a) * e->g * e->g;
      return -step / ck_root(e->s0 + a->epsilon);
    case CK_UPDATE_ADADELTA: {
      e->s0 = a->a * e->s0 + (1.0f - a->a) * e->g * e->g;
      const vf u = e->g * ck_root(e->s1 + a->epsilon) / ck_root(e->s0 + a->epsilon);
      e->s1 = a->a * e->s1 + (1.0f - a->a) * u * u;
      return -a->rate * u;
    }
    case CK_UPDATE_ADAMAX: {
      e->s0 = a->a * e->s0 + (1.0f - a->a) * e->g;
      const vf size = e->g < 0.0f ? -e->g : e->g;
      e->s1 = ck_max(a->b * e->s1, size);
      return -a->corrected * e->s0 / (e->s1 + a->epsilon);
    }
    case CK_UPDATE_AMSGRAD:
      ck_average(a, e);
      e->s2 = ck_max(e->s2, e->s1);
      return -a->corrected * e->s0 / (ck_root(e->s2) + a->epsilon);
    default:
      ck_average(a, e);
      return -a->corrected * e->s0 / (ck_root(e->s1) + a->epsilon) - (a->rate * a->decay) * e->p;
  }
}

CK_INLINE void ck_update_run(const int rule, const int slots, const ck_update_args *a, float *p, const float *g,
                             float *s0, float *s1, float *s2, int64_t count) {
  for (int64_t i = 0; i < count; i += CK_VL) {
    const int64_t n = count - i;
    ck_update_element e = {.p = ck_load_upto(p + i, n)};
    e.g = a->factor * ck_bounded(a, e.p, ck_load_upto(g + i, n));
    if (slots > 0) e.s0 = ck_load_upto(s0 + i, n);
    if (slots > 1) e.s1 = ck_load_upto(s1 + i, n);
    if (slots > 2) e.s2 = ck_load_upto(s2 + i, n);
    const vf change = ck_change(rule, a, &e);
    ck_store_upto(p + i, e.p + a->multiplier * change, n);
    if (slots > 0) ck_store_upto(s0 + i, e.s0, n);
    if (slots > 1) ck_store_upto(s1 + i, e.s1, n);
    if (slots > 2) ck_store_upto(s2 + i, e.s2, n);
  }
}

static void ck_update_all(const ck_update_args *a, float *p, const float *g, float *s0, float *s1, float *s2,
                          int64_t count) {
  switch (a->rule) {
    case CK_UPDATE_SGD: ck_update_run(CK_UPDATE_SGD, 0, a, p, g, s0, s1, s2, count); break;
    case CK_UPDATE_MOMENTUM: ck_update_run(CK_UPDATE_MOMENTUM, 1, a, p, g, s0, s1, s2, count); break;
    case CK_UPDATE_NESTEROV: ck_update_run(CK_UPDATE_NESTEROV, 1, a, p, g, s0, s1, s2, count); break;
    case CK_UPDATE_ADAGRAD: ck_update_run(CK_UPDATE_ADAGRAD, 1, a, p, g, s0, s1, s2, count); break;
    case CK_UPDATE_RMSPROP: ck_update_run(CK_UPDATE_RMSPROP, 1, a, p, g, s0, s1, s2, count); break;
    case CK_UPDATE_ADADELTA: ck_update_run(CK_UPDATE_ADADELTA, 2, a, p, g, s0, s1, s2, count); break;
    case CK_UPDATE_ADAMAX: ck_update_run(CK_UPDATE_ADAMAX, 2, a, p, g, s0, s1, s2, count); break;
    case CK_UPDATE_AMSGRAD: ck_update_run(CK_UPDATE_AMSGRAD, 3, a, p, g, s0, s1, s2, count); break;
    default: ck_update_run(CK_UPDATE_ADAM, 2, a, p, g, s0, s1, s2, count); break;
  }
}

static double ck_update_squares(const ck_update_args *a, const float *p, const float *g, int64_t count) {
  typedef double vd __attribute__((ext_vector_type(CK_VL)));
  vd sum = (vd)0.0;
  for (int64_t i = 0; i < count; i += CK_VL) {
    const vd x = __builtin_convertvector(
        ck_bounded(a, ck_load_upto(p + i, count - i), ck_load_upto(g + i, count - i)), vd);
    sum += x * x;
  }
  double total = 0.0;
  for (int i = 0; i < CK_VL; i++) total += sum[i];
  return total;
}

const ck_update CK_LOCAL(ck_update_functions) = {ck_update_all, ck_update_squares};

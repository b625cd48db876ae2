// Gradients of nonlinearities. A unit is a piece of a span (spans.h).
#include "../common/activation.h"
#include "../common/spans.h"

// g·f′, of f's result or operand as ck_activation_gradient_args says. At a kink the slope is that of the left;
// what was clipped has none.
CK_INLINE vf ck_sloped(const int32_t kind, vf g, vf v, vf p0, vf p1) {
  const vf none = ck_splat(0);
  switch (kind) {
    case CK_RECTIFY: return v > 0.0f ? g : none;
    case CK_LEAKY_RECTIFY: return v > 0.0f ? g : g * p0;
    case CK_ELU: return v > 0.0f ? g : g * (v + 1.0f);
    case CK_SELU: return g * (v > 0.0f ? (vf)1.0507009873554805f : v + 1.7580993408473766f);
    case CK_SOFTPLUS: return -(g * ck_expm1(-v));
    case CK_SIGMOID: return g * (v * (1.0f - v));
    case CK_TANH: return g * (1.0f - v * v);
    case CK_SCALED_TANH: return g * (p0 * (p1 - v * v / p1));
    case CK_SWISH: {
      const vf s = ck_sigmoid(v);
      return g * (s + v * s * (1.0f - s));
    }
    case CK_HARD_SWISH: {
      const vf slope = v < 3.0f ? (2.0f * v + 3.0f) * (1.0f / 6.0f) : (vf)1.0f;
      return v <= -3.0f ? none : g * slope;
    }
    case CK_GELU: {
      // Beyond 14 the density is 0, and infinity · 0 must not be formed.
      const vf size = ck_abs(v), z = size * 0.70710678f, power = ck_exp(z * -z), tail = ck_half_erfc(z, power);
      const vf near = size > 14.0f ? none : v;
      return g * ((v > 0.0f ? 1.0f - tail : tail) + near * power * 0.39894228f);
    }
    case CK_CLIP: {
      const vf above = v > p0 ? g : none;
      return v < p1 ? above : none;
    }
    default: return g;
  }
}

CK_INLINE void ck_slope_loop(const int32_t kind, ck_elem *to, const ck_elem *g, const ck_elem *v, int64_t length,
                             float p0, float p1) {
#ifdef CK_STORES_BF16
  // What was clipped was rounded afterwards.
  if (kind == CK_CLIP) p0 = ck_from_bf16(ck_to_bf16(p0)), p1 = ck_from_bf16(ck_to_bf16(p1));
#endif
  const vf q0 = ck_splat(p0), q1 = ck_splat(p1);
  int64_t i = 0;
  for (; i + CK_VL <= length; i += CK_VL) ck_put(to + i, ck_sloped(kind, ck_get(g + i), ck_get(v + i), q0, q1));
  const int64_t rest = length - i;
  if (rest > 0) {
    ck_put_part(to + i, ck_sloped(kind, ck_get_upto(g + i, rest), ck_get_upto(v + i, rest), q0, q1), rest);
  }
}

static void ck_slope_span(ck_elem *to, const ck_elem *g, const ck_elem *v, int64_t length,
                          const ck_activation *activation) {
#define CK_CASE(kind) \
  case kind: ck_slope_loop(kind, to, g, v, length, activation->p0, activation->p1); break;
  switch (activation->kind) {
    CK_CASE(CK_RECTIFY)
    CK_CASE(CK_LEAKY_RECTIFY)
    CK_CASE(CK_ELU)
    CK_CASE(CK_SELU)
    CK_CASE(CK_SOFTPLUS)
    CK_CASE(CK_SIGMOID)
    CK_CASE(CK_TANH)
    CK_CASE(CK_SCALED_TANH)
    CK_CASE(CK_SWISH)
    CK_CASE(CK_HARD_SWISH)
    CK_CASE(CK_GELU)
    CK_CASE(CK_CLIP)
    default: memmove(to, g, (size_t)length * sizeof(ck_elem)); break;
  }
#undef CK_CASE
}

static ck_spans ck_slope_spans(const ck_activation_gradient_args *a) {
  return ck_spans_of(&a->out, ck_mergeable_together((const ck_tensor *[]){&a->g, &a->v, &a->out}, 3));
}

int64_t CK_NAME(activation_gradient_span, units)(const void *args) {
  const ck_spans spans = ck_slope_spans(args);
  return ck_span_units(&spans);
}

void CK_NAME(activation_gradient_span, run)(const void *args, int64_t begin, int64_t end) {
  const ck_activation_gradient_args *a = args;
  const ck_spans spans = ck_slope_spans(a);
  for (int64_t u = begin; u < end; u++) {
    const ck_span p = ck_span_at(&spans, u);
    ck_slope_span(ck_span_data(&a->out, &p), ck_span_data(&a->g, &p), ck_span_data(&a->v, &p), p.length,
                  &a->activation);
    ck_span_zero_halo(&a->out, &p);
  }
}

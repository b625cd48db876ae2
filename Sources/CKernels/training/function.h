// Functions of each element that expressions have. A unit is a piece of a span (spans.h).
#include "../common/spans.h"
#include "../common/vmath.h"

// ln x of any float: of denormals as of the least normal number.
CK_INLINE vf ck_whole_log(vf x) {
  const float least = 1.17549435e-38f;
  const vf infinity = ck_splat(__builtin_inff()), none = ck_splat(__builtin_nanf(""));
  vf y = ck_log(x > least ? x : (vf)ck_splat(least));
  y = x < infinity ? y : x;
  return x > 0.0f ? y : (x == 0.0f ? -infinity : none);
}

// x^p for p other than 0, relatively within some |p·ln x| units.
CK_INLINE vf ck_powered(vf x, vf p) {
  const vf infinity = ck_splat(__builtin_inff());
  const vf y = ck_exp(p * ck_whole_log(x));
  const vf pole = p > 0.0f ? infinity : ck_splat(0);
  return x < infinity ? y : (x == infinity ? pole : x);
}

CK_INLINE vf ck_function_of(const int32_t function, vf x, vf p) {
  switch (function) {
    case CK_EXPONENTIAL: return ck_exp(x);
    case CK_LOGARITHM: return ck_whole_log(x);
    case CK_ABSOLUTE: return ck_abs(x);
    case CK_SIGN: return x > 0.0f ? ck_splat(1) : (x < 0.0f ? ck_splat(-1) : x);
    case CK_SQUARE_ROOT: return ck_sqrt(x);
    case CK_RECIPROCAL: return 1.0f / x;
    default: return ck_powered(x, p);
  }
}

CK_INLINE void ck_function_loop(const int32_t function, ck_elem *to, const ck_elem *from, int64_t length,
                                float exponent) {
  const vf p = ck_splat(exponent);
  int64_t i = 0;
  for (; i + CK_VL <= length; i += CK_VL) ck_put(to + i, ck_function_of(function, ck_get(from + i), p));
  const int64_t rest = length - i;
  if (rest > 0) ck_put_part(to + i, ck_function_of(function, ck_get_upto(from + i, rest), p), rest);
}

static void ck_function_span(ck_elem *to, const ck_elem *from, int64_t length, const ck_function_args *a) {
#define CK_CASE(kind) \
  case kind: ck_function_loop(kind, to, from, length, a->exponent); break;
  switch (a->function) {
    CK_CASE(CK_EXPONENTIAL)
    CK_CASE(CK_LOGARITHM)
    CK_CASE(CK_ABSOLUTE)
    CK_CASE(CK_SIGN)
    CK_CASE(CK_SQUARE_ROOT)
    CK_CASE(CK_RECIPROCAL)
    CK_CASE(CK_POWER)
    default: break;
  }
#undef CK_CASE
}

static ck_spans ck_function_spans(const ck_function_args *a) {
  return ck_spans_of(&a->out, ck_mergeable_together((const ck_tensor *[]){&a->x, &a->out}, 2));
}

int64_t CK_NAME(function_span, units)(const void *args) {
  const ck_spans spans = ck_function_spans(args);
  return ck_span_units(&spans);
}

void CK_NAME(function_span, run)(const void *args, int64_t begin, int64_t end) {
  const ck_function_args *a = args;
  const ck_spans spans = ck_function_spans(a);
  for (int64_t u = begin; u < end; u++) {
    const ck_span p = ck_span_at(&spans, u);
    ck_function_span(ck_span_data(&a->out, &p), ck_span_data(&a->x, &p), p.length, a);
    ck_span_zero_halo(&a->out, &p);
  }
}

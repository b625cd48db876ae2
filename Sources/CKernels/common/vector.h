// Vectors of CK_VL floats, by clang's vector extensions.
//
// Products are written a * b + c: -ffp-contract=fast makes them FMAs where the target has them, while an explicit
// fma builtin would call libm where it has not.
#ifndef CK_VECTOR_H
#define CK_VECTOR_H

#include <stdint.h>
#include <string.h>

#define CK_INLINE static inline __attribute__((always_inline))
#define CK_UNROLL _Pragma("clang loop unroll(full)")

// Files whose rows store bf16 define CK_STORES_BF16 before anything else.
#ifdef CK_STORES_BF16
#define CK_STORAGE bf16
#else
#define CK_STORAGE f32
#endif

// CK_NAME(stem, what) is stem_<storage>_<isa>_what.
#define CK_NAME__(stem, storage, suffix, what) stem##_##storage##_##suffix##_##what
#define CK_NAME_(stem, storage, suffix, what) CK_NAME__(stem, storage, suffix, what)
#define CK_NAME(stem, what) CK_NAME_(stem, CK_STORAGE, CK_SUFFIX, what)
// CK_TILED(stem, m, n, what) is stem_<storage>_<isa>_<m>x<n>_what.
#define CK_TILED__(stem, storage, suffix, m, n, what) stem##_##storage##_##suffix##_##m##x##n##_##what
#define CK_TILED_(stem, storage, suffix, m, n, what) CK_TILED__(stem, storage, suffix, m, n, what)
#define CK_TILED(stem, m, n, what) CK_TILED_(stem, CK_STORAGE, CK_SUFFIX, m, n, what)
// CK_LOCAL(name) is name_<isa>.
#define CK_LOCAL__(name, suffix) name##_##suffix
#define CK_LOCAL_(name, suffix) CK_LOCAL__(name, suffix)
#define CK_LOCAL(name) CK_LOCAL_(name, CK_SUFFIX)
// The function on floats that rows of this instruction set call.
#ifndef CK_FLOAT_SUFFIX
#define CK_FLOAT_SUFFIX CK_SUFFIX
#endif
#define CK_FLOAT_LOCAL(name) CK_LOCAL_(name, CK_FLOAT_SUFFIX)

typedef float vf __attribute__((ext_vector_type(CK_VL)));
typedef int32_t vi __attribute__((ext_vector_type(CK_VL)));
typedef float vf_unaligned __attribute__((ext_vector_type(CK_VL), aligned(4)));

CK_INLINE vf ck_load(const float *p) { return *(const vf_unaligned *)p; }
CK_INLINE void ck_store(float *p, vf v) { *(vf_unaligned *)p = v; }
CK_INLINE vf ck_splat(float x) { return (vf)x; }

// The first `count` < CK_VL lanes; the others are 0 and are not read.
CK_INLINE vf ck_load_part(const float *p, int64_t count) {
  vf v = (vf)0.0f;
  memcpy(&v, p, (size_t)count * sizeof(float));
  return v;
}
CK_INLINE void ck_store_part(float *p, vf v, int64_t count) { memcpy(p, &v, (size_t)count * sizeof(float)); }

// min(count, CK_VL) lanes.
CK_INLINE vf ck_load_upto(const float *p, int64_t count) {
  return count >= CK_VL ? ck_load(p) : ck_load_part(p, count);
}
CK_INLINE void ck_store_upto(float *p, vf v, int64_t count) {
  if (count >= CK_VL) {
    ck_store(p, v);
  } else {
    ck_store_part(p, v, count);
  }
}

// The second operand where either is NaN.
CK_INLINE vf ck_max(vf a, vf b) { return a > b ? a : b; }
CK_INLINE vf ck_min(vf a, vf b) { return a < b ? a : b; }

// Lanes are combined pairwise, always in the same order.
CK_INLINE float ck_lanes_sum(vf v) {
  for (int width = CK_VL / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) v[i] += v[i + width];
  }
  return v[0];
}
CK_INLINE float ck_lanes_max(vf v) {
  float m = v[0];
  for (int i = 1; i < CK_VL; i++) m = v[i] > m ? v[i] : m;
  return m;
}

CK_INLINE int64_t ck_ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
CK_INLINE int64_t ck_least(int64_t a, int64_t b) { return a < b ? a : b; }
CK_INLINE int64_t ck_most(int64_t a, int64_t b) { return a > b ? a : b; }

#endif

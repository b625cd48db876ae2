// The elements of a row's tensors, as they are stored; all arithmetic is on floats.
//
// `ck_elem` is a float, or in a file that defines CK_STORES_BF16 a bfloat16. The strides of a tensor count elements.
#ifndef CK_STORAGE_H
#define CK_STORAGE_H

#include "../include/ck_tensor.h"
#include "vector.h"

#ifdef CK_STORES_BF16
#include "narrow.h"

typedef uint16_t ck_elem;

CK_INLINE float ck_get_one(const ck_elem *p) { return ck_from_bf16(*p); }
CK_INLINE void ck_put_one(ck_elem *p, float x) { *p = ck_to_bf16(x); }
CK_INLINE vf ck_get(const ck_elem *p) { return ck_widen(*(const vh_unaligned *)p); }
CK_INLINE void ck_put(ck_elem *p, vf v) { *(vh_unaligned *)p = ck_narrow(v); }

// The first `count` < CK_VL lanes, the others those of `rest`.
CK_INLINE vf ck_get_over(vf rest, const ck_elem *p, int64_t count) {
  vh v = (vh)0;
  memcpy(&v, p, (size_t)count * sizeof(ck_elem));
  const vf wide = ck_widen(v);
  memcpy(&rest, &wide, (size_t)count * sizeof(float));
  return rest;
}
CK_INLINE void ck_put_part(ck_elem *p, vf v, int64_t count) {
  const vh narrow = ck_narrow(v);
  memcpy(p, &narrow, (size_t)count * sizeof(ck_elem));
}

#else

typedef float ck_elem;

CK_INLINE float ck_get_one(const ck_elem *p) { return *p; }
CK_INLINE void ck_put_one(ck_elem *p, float x) { *p = x; }
CK_INLINE vf ck_get(const ck_elem *p) { return ck_load(p); }
CK_INLINE void ck_put(ck_elem *p, vf v) { ck_store(p, v); }

CK_INLINE vf ck_get_over(vf rest, const ck_elem *p, int64_t count) {
  memcpy(&rest, p, (size_t)count * sizeof(ck_elem));
  return rest;
}
CK_INLINE void ck_put_part(ck_elem *p, vf v, int64_t count) { ck_store_part(p, v, count); }

#endif

// min(count, CK_VL) lanes; the others are 0.
CK_INLINE vf ck_get_upto(const ck_elem *p, int64_t count) {
  return count >= CK_VL ? ck_get(p) : ck_get_over((vf)0.0f, p, count);
}
CK_INLINE void ck_put_upto(ck_elem *p, vf v, int64_t count) {
  if (count >= CK_VL) {
    ck_put(p, v);
  } else {
    ck_put_part(p, v, count);
  }
}

CK_INLINE ck_elem *ck_data(const ck_tensor *t) { return (ck_elem *)t->data; }

// Rows of bf16 may write floats.
CK_INLINE int ck_stores_elements(const ck_tensor *t) { return sizeof(ck_elem) == ck_element_bytes(t->storage); }

CK_INLINE void ck_put_as(const ck_tensor *t, int64_t at, vf v) {
  if (ck_stores_elements(t)) {
    ck_put(ck_data(t) + at, v);
  } else {
    ck_store(t->data + at, v);
  }
}

#endif

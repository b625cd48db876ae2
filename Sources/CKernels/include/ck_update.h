// How parameters follow their gradients: one pass over a parameter, its gradient and what the rule remembers. No ops of
// plans: they change what is nobody's result.
#ifndef CK_UPDATE_H
#define CK_UPDATE_H

#include <stdint.h>

// With g the gradient, t the rate, s0, s1, s2 the slots, p the parameter; c is the rate with Adam's correction.
typedef enum {
  CK_UPDATE_SGD,       // d = −t·g
  CK_UPDATE_MOMENTUM,  // d = s0 = a·s0 − t·g
  CK_UPDATE_NESTEROV,  // s0 = a·s0 − t·g; d = a·s0 − t·g
  CK_UPDATE_ADAGRAD,   // s0 += g²; d = −t·g/√(s0 + ε)
  CK_UPDATE_RMSPROP,   // s0 = a·s0 + (1 − a)·g²; d = −t·g/√(s0 + ε)
  CK_UPDATE_ADADELTA,  // s0 likewise; u = g·√(s1 + ε)/√(s0 + ε); d = −t·u; s1 = a·s1 + (1 − a)·u²
  CK_UPDATE_ADAM,      // s0 = a·s0 + (1 − a)·g; s1 = b·s1 + (1 − b)·g²; d = −c·s0/(√s1 + ε)
  CK_UPDATE_ADAMAX,    // s0 likewise; s1 = max(b·s1, |g|); d = −c·s0/(s1 + ε)
  CK_UPDATE_AMSGRAD,   // s0 and s1 as in Adam; s2 = max(s2, s1); d = −c·s0/(√s2 + ε)
  CK_UPDATE_ADAMW,     // d as in Adam, −t·decay·p
} ck_update_rule;

typedef struct {
  int32_t rule;
  float rate, corrected;
  float a, b, epsilon, decay;
  float multiplier;  // p += multiplier·d
  // The gradient that a rule sees: factor·min(max(g + l2·p + l1·sign(p), −limit), limit).
  float factor, limit, l1, l2;
} ck_update_args;

// The functions of one instruction set. Elements do not depend on each other; sums of squares run in an order that
// depends on `count` alone.
typedef struct {
  // `count` elements from the start of each array. Slots that the rule has not may be NULL.
  void (*update)(const ck_update_args *args, float *p, const float *g, float *s0, float *s1, float *s2, int64_t count);
  // Σ min(max(g + l2·p + l1·sign(p), −limit), limit)², in double precision.
  double (*squares)(const ck_update_args *args, const float *p, const float *g, int64_t count);
} ck_update;

// For an instruction set, one of ck_isa; NULL where this build has none.
const ck_update *ck_update_for(int32_t isa);

#endif

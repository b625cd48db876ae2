// Elementary functions of a vector of floats.
//
// Polynomials interpolate at Chebyshev nodes in 60-digit arithmetic. NaN comes through every function. No float is
// converted to an integer: adding 1.5·2²³ rounds to an integer and leaves it in the low bits, which is defined for
// NaN too.
#ifndef CK_VMATH_H
#define CK_VMATH_H

#include "vector.h"

CK_INLINE vf ck_abs(vf x) { return __builtin_elementwise_abs(x); }
CK_INLINE vf ck_sqrt(vf x) { return __builtin_elementwise_sqrt(x); }

// x = n·ln 2 + r with |r| ≤ ln 2 / 2. Returns eʳ − 1 (error 8e-9), and 2ⁿ as a product of two floats, either of
// which stays in range for −125 ≤ x ≤ 100 or so.
CK_INLINE vf ck_exp_parts(vf x, vf *scale_a, vf *scale_b) {
  const float magic = 12582912.0f;
  vf shifted = x * 1.44269504f + magic;
  vf n = shifted - magic;
  vf r = n * -0.693359375f + x;
  r = n * 2.12194440e-4f + r;
  union { vf f; vi i; } bits = {.f = shifted};
  vi whole = bits.i - 0x4B400000;
  vi half = whole >> 1;
  union { vi i; vf f; } a = {.i = (half + 127) << 23}, b = {.i = (whole - half + 127) << 23};
  *scale_a = a.f;
  *scale_b = b.f;
  vf q = r * 0.001392617611993558f + 0.008363173074513711f;
  q = q * r + 0.041666554662050534f;
  q = q * r + 0.1666657702559799f;
  q = q * r + 0.5f;
  return (q * r) * r + r;
}

// eˣ, within 2 units in the last place; 0 and infinity beyond the range of floats.
CK_INLINE vf ck_exp(vf x) {
  x = x < -110.0f ? (vf)-110.0f : x;
  x = x > 90.0f ? (vf)90.0f : x;
  vf a, b;
  vf p = ck_exp_parts(x, &a, &b);
  return (p * a + a) * b;
}

// eˣ − 1 for x ≤ 80, relatively exact near 0 as well.
CK_INLINE vf ck_expm1(vf x) {
  x = x < -40.0f ? (vf)-40.0f : x;
  x = x > 80.0f ? (vf)80.0f : x;
  vf a, b;
  vf p = ck_exp_parts(x, &a, &b);
  vf scale = a * b;
  return p * scale + (scale - 1.0f);
}

CK_INLINE vf ck_copysign(vf magnitude, vf sign) {
  union { vf f; vi i; } m = {.f = magnitude}, s = {.f = sign};
  m.i = (m.i & 0x7FFFFFFF) | (s.i & (int32_t)0x80000000);
  return m.f;
}

// tanh|x| = u / (u + 2), u = e^(2|x|) − 1.
CK_INLINE vf ck_tanh(vf x) {
  vf u = ck_expm1(ck_abs(x) * 2.0f);
  return ck_copysign(u / (u + 2.0f), x);
}

CK_INLINE vf ck_sigmoid(vf x) { return 1.0f / (1.0f + ck_exp(-x)); }

// 2·artanh(s) = 2·(s + s³/3 + s⁵/5 + …), |s| ≤ 1/3.
CK_INLINE vf ck_artanh2(vf s) {
  vf z = s * s;
  vf p = z * (1.0f / 17) + 1.0f / 15;
  p = p * z + 1.0f / 13;
  p = p * z + 1.0f / 11;
  p = p * z + 1.0f / 9;
  p = p * z + 1.0f / 7;
  p = p * z + 1.0f / 5;
  p = p * z + 1.0f / 3;
  s = s + s;
  return (p * z) * s + s;
}

// ln(1 + u) for 0 ≤ u ≤ 1.
CK_INLINE vf ck_log1p_unit(vf u) { return ck_artanh2(u / (u + 2.0f)); }

// ln x for normal positive x: exponent and mantissa in [√½, √2).
CK_INLINE vf ck_log(vf x) {
  union { vf f; vi i; } bits = {.f = x};
  vi exponent = (bits.i - 0x3F3504F3) >> 23;
  bits.i -= exponent << 23;
  vf e = __builtin_convertvector(exponent, vf);
  vf m = ck_artanh2((bits.f - 1.0f) / (bits.f + 1.0f));
  return e * 0.693359375f + (e * -2.12194440e-4f + m);
}

CK_INLINE vf ck_softplus(vf x) {
  vf positive = 0.0f > x ? (vf)0.0f : x;
  return positive + ck_log1p_unit(ck_exp(-ck_abs(x)));
}

// erfc(z)/2 for z ≥ 0, from it and e^(−z²): with t = 1/(1 + 0.35 z) it is e^(−z²)·t·P(t), error 1e-8.
CK_INLINE vf ck_half_erfc(vf z, vf power) {
  vf t = 1.0f / (z * 0.35f + 1.0f);
  vf p = t * 0.026489033670123997f + -0.16258207341782796f;
  p = p * t + 0.32981492047922045f;
  p = p * t + -0.24744216265640578f;
  p = p * t + 0.23207965414472342f;
  p = p * t + 0.01955908045018599f;
  p = p * t + 0.1061951791934224f;
  p = p * t + 0.0970654445556428f;
  p = p * t + 0.09882091337666678f;
  return p * t * power;
}

// x·Φ(x) = max(x, 0) − |x|·erfc(z)/2, z = |x|/√2. Nothing cancels for x < 0.
CK_INLINE vf ck_gelu(vf x) {
  vf z = ck_abs(x) * 0.70710678f;
  vf tail = ck_half_erfc(z, ck_exp(z * -z));
  // Where |x| > 14 the tail is 0, and infinity · 0 must not be formed.
  vf size = ck_abs(x);
  size = size > 14.0f ? (vf)14.0f : size;
  return (0.0f > x ? (vf)0.0f : x) - size * tail;
}

// cos(2πx) for 0 ≤ x ≤ 1, x a multiple of 2⁻²⁴, within 2e-7: −sin(2πu), u = ¼ − |x − ½| exactly, by its series.
CK_INLINE vf ck_cos_turns(vf x) {
  const vf u = (0.25f - ck_abs(x - 0.5f)) * 6.283185307f, z = u * u;
  vf p = z * -2.50521084e-8f + 2.75573192e-6f;
  p = p * z + -1.98412698e-4f;
  p = p * z + 8.33333333e-3f;
  p = p * z + -1.66666667e-1f;
  return -(p * z * u + u);
}

#endif

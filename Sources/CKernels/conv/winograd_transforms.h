// The transforms of Winograd's convolution F(4×4, 3×3), a vector of channels or filters at a time.
//
// The points are 0, ±a, ±b, ∞ with a = 5/8 and b = 3/2. Their powers are exact in fp32, signs let pairs share half
// of their work, and among pairs of short fractions this one gives about the smallest error (docs/decisions.md).
#ifndef CK_WINOGRAD_TRANSFORMS_H
#define CK_WINOGRAD_TRANSFORMS_H

#include "../common/storage.h"

// Keeps the compiler from computing 36 addresses ahead and spilling them.
#define CK_OPAQUE(pointer) __asm__("" : "+r"(pointer))

#define CK_WINO_A 0.625f
#define CK_WINO_B 1.5f
#define CK_WINO_A2 (CK_WINO_A * CK_WINO_A)
#define CK_WINO_B2 (CK_WINO_B * CK_WINO_B)

// Bᵀ, with the row of point 0 divided by a²b².
CK_INLINE void ck_winograd_input_1d(const vf d[6], vf to[6]) {
  const float a = CK_WINO_A, b = CK_WINO_B, a2 = CK_WINO_A2, b2 = CK_WINO_B2;
  const vf even_a = d[2] * -b2 + d[4], odd_a = d[1] * -b2 + d[3];
  const vf even_b = d[2] * -a2 + d[4], odd_b = d[1] * -a2 + d[3];
  to[0] = d[4] * (1.0f / (a2 * b2)) + (d[2] * -((a2 + b2) / (a2 * b2)) + d[0]);
  to[1] = odd_a * a + even_a;
  to[2] = odd_a * -a + even_a;
  to[3] = odd_b * b + even_b;
  to[4] = odd_b * -b + even_b;
  to[5] = d[1] * (a2 * b2) + (d[3] * -(a2 + b2) + d[5]);
}

// G, with the row of point 0 multiplied by a²b².
CK_INLINE void ck_winograd_filter_1d(const vf g[3], vf to[6]) {
  const float a = CK_WINO_A, b = CK_WINO_B, a2 = CK_WINO_A2, b2 = CK_WINO_B2;
  const float n_a = 2 * a2 * (a2 - b2), n_b = 2 * b2 * (b2 - a2);
  const vf even_a = g[0] * (1 / n_a) + g[2] * (a2 / n_a), even_b = g[0] * (1 / n_b) + g[2] * (b2 / n_b);
  to[0] = g[0];
  to[1] = g[1] * (a / n_a) + even_a;
  to[2] = g[1] * -(a / n_a) + even_a;
  to[3] = g[1] * (b / n_b) + even_b;
  to[4] = g[1] * -(b / n_b) + even_b;
  to[5] = g[2];
}

// Aᵀ.
CK_INLINE void ck_winograd_output_1d(const vf m[6], vf to[4]) {
  const float a = CK_WINO_A, b = CK_WINO_B, a2 = CK_WINO_A2, b2 = CK_WINO_B2;
  const vf even_a = m[1] + m[2], odd_a = m[1] - m[2], even_b = m[3] + m[4], odd_b = m[3] - m[4];
  to[0] = m[0] + (even_a + even_b);
  to[1] = odd_a * a + odd_b * b;
  to[2] = even_a * a2 + even_b * b2;
  to[3] = odd_a * (a2 * a) + (odd_b * (b2 * b) + m[5]);
}

// The 6 × 6 pixels at `in`, a vector of channels, to the 36 planes at `to`.
CK_INLINE void ck_winograd_input_tile(const ck_elem *in, int64_t row, float *to, int64_t plane) {
  vf columns[6][6];
  CK_UNROLL for (int x = 0; x < 6; x++) {
    vf d[6], t[6];
    CK_UNROLL for (int y = 0; y < 6; y++) d[y] = ck_get(in + y * row + x * CK_VL);
    ck_winograd_input_1d(d, t);
    CK_UNROLL for (int y = 0; y < 6; y++) columns[y][x] = t[y];
  }
  CK_UNROLL for (int y = 0; y < 6; y++) {
    vf t[6];
    ck_winograd_input_1d(columns[y], t);
    CK_UNROLL for (int x = 0; x < 6; x++) ck_store(to + x * plane, t[x]);
    to += 6 * plane;
    CK_OPAQUE(to);
  }
}

// The filters of one lane's channel: 9 taps `tap` elements apart, to the 36 planes at `to`. No hardware prefetcher
// follows so many short streams: the same lane of the next channel block is asked for here.
CK_INLINE void ck_winograd_filter(const ck_elem *from, int64_t tap, float *to, int64_t plane) {
  vf columns[6][3];
  CK_UNROLL for (int x = 0; x < 3; x++) {
    vf g[3], t[6];
    CK_UNROLL for (int y = 0; y < 3; y++) {
      g[y] = ck_get(from + (y * 3 + x) * tap);
      __builtin_prefetch(from + (y * 3 + x + 9) * tap);
    }
    ck_winograd_filter_1d(g, t);
    CK_UNROLL for (int y = 0; y < 6; y++) columns[y][x] = t[y];
  }
  CK_UNROLL for (int y = 0; y < 6; y++) {
    vf t[6];
    ck_winograd_filter_1d(columns[y], t);
    CK_UNROLL for (int x = 0; x < 6; x++) ck_store(to + x * plane, t[x]);
    to += 6 * plane;
    CK_OPAQUE(to);
  }
}

// 4 × 4 vectors of results out of the 36 planes at `from`.
CK_INLINE void ck_winograd_output_tile(const float *from, int64_t plane, vf to[4][4]) {
  vf columns[4][6];
  CK_UNROLL for (int x = 0; x < 6; x++) {
    vf m[6], t[4];
    CK_UNROLL for (int y = 0; y < 6; y++) m[y] = ck_load(from + (y * 6 + x) * plane);
    ck_winograd_output_1d(m, t);
    CK_UNROLL for (int y = 0; y < 4; y++) columns[y][x] = t[y];
  }
  CK_UNROLL for (int y = 0; y < 4; y++) ck_winograd_output_1d(columns[y], to[y]);
}

#endif

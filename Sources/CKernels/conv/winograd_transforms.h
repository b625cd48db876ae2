// The transforms of Winograd's convolutions F(m×m, r×r), a vector of channels or filters at a time.
//
// The points are 0, ∞ and pairs ±p: signs let pairs share half of their work. Powers of the points are exact in
// fp32, and among short fractions these give about the smallest error (docs/decisions.md). Bᵀ depends on the number
// of points alone.
//
// The form is a constant wherever these functions are called, and so are all coefficients.
#ifndef CK_WINOGRAD_TRANSFORMS_H
#define CK_WINOGRAD_TRANSFORMS_H

#include "../common/storage.h"
#include "winograd_shape.h"

// Keeps the compiler from computing an address for each point ahead and spilling them.
#define CK_OPAQUE(pointer) __asm__("" : "+r"(pointer))

CK_INLINE double ck_winograd_point(const int pairs, const int i) {
  const double six[] = {0.625, 1.5}, eight[] = {0.5, 1, 2};
  return pairs == 2 ? six[i] : eight[i];
}

// to[0 …] = the coefficients of ∏(x − p²) over the pairs ±p other than `without`, lowest first. Returns the degree.
CK_INLINE int ck_winograd_polynomial(const int pairs, const int without, double *to) {
  int degree = 0;
  to[0] = 1;
  CK_UNROLL for (int i = 0; i < pairs; i++) {
    if (i == without) continue;
    const double p = ck_winograd_point(pairs, i);
    to[degree + 1] = 0;
    CK_UNROLL for (int k = degree; k >= 0; k--) {
      to[k + 1] += to[k];
      to[k] *= -p * p;
    }
    degree++;
  }
  return degree;
}

// Bᵀ, with the row of point 0 divided by its first element.
CK_INLINE void ck_winograd_input_1d(const int pairs, const vf *d, vf *to) {
  double all[4];
  ck_winograd_polynomial(pairs, -1, all);
  vf zero = d[2 * pairs] * (float)(1 / all[0]), infinity = d[2 * pairs + 1];
  CK_UNROLL for (int k = pairs - 1; k > 0; k--) zero = d[2 * k] * (float)(all[k] / all[0]) + zero;
  CK_UNROLL for (int k = pairs - 1; k >= 0; k--) infinity = d[2 * k + 1] * (float)all[k] + infinity;
  to[0] = zero + d[0];
  to[2 * pairs + 1] = infinity;
  CK_UNROLL for (int i = 0; i < pairs; i++) {
    double rest[4];
    const float p = (float)ck_winograd_point(pairs, i);
    ck_winograd_polynomial(pairs, i, rest);
    vf even = d[2 * pairs], odd = d[2 * pairs - 1];
    CK_UNROLL for (int k = pairs - 2; k >= 0; k--) {
      even = d[2 * k + 2] * (float)rest[k] + even;
      odd = d[2 * k + 1] * (float)rest[k] + odd;
    }
    to[2 * i + 1] = odd * p + even;
    to[2 * i + 2] = odd * -p + even;
  }
}

// What a row of G (`of_filters`) or of A of the pair ±p begins with: 1/(2p²·∏(p² − q²)) over the other pairs ±q, or 1.
// The others of the row are this times powers of ±p.
CK_INLINE double ck_winograd_first(const int pairs, const int i, const int of_filters) {
  if (!of_filters) return 1;
  const double p = ck_winograd_point(pairs, i);
  double factor = 1 / (2 * p * p);
  CK_UNROLL for (int j = 0; j < pairs; j++) {
    const double q = ck_winograd_point(pairs, j);
    if (j != i) factor /= p * p - q * q;
  }
  return factor;
}

// G or A: `count` numbers to all points. G's row of point 0 is multiplied by what Bᵀ's was divided by.
CK_INLINE void ck_winograd_spread_1d(const int pairs, const int count, const int of_filters, const vf *g, vf *to) {
  to[0] = g[0];
  to[2 * pairs + 1] = g[count - 1];
  CK_UNROLL for (int i = 0; i < pairs; i++) {
    const double p = ck_winograd_point(pairs, i);
    double factor = ck_winograd_first(pairs, i, of_filters);
    vf even = g[0] * (float)factor, odd = g[1] * (float)(factor * p);
    CK_UNROLL for (int k = 2; k < count; k++) {
      factor *= k % 2 ? 1 : p * p;
      if (k % 2) {
        odd = g[k] * (float)(factor * p) + odd;
      } else {
        even = g[k] * (float)factor + even;
      }
    }
    to[2 * i + 1] = even + odd;
    to[2 * i + 2] = even - odd;
  }
}

// Gᵀ or Aᵀ: all points to `count` numbers.
CK_INLINE void ck_winograd_gather_1d(const int pairs, const int count, const int of_filters, const vf *m, vf *to) {
  vf even[3], odd[3];
  double factor[3];
  CK_UNROLL for (int i = 0; i < pairs; i++) {
    even[i] = m[2 * i + 1] + m[2 * i + 2];
    odd[i] = m[2 * i + 1] - m[2 * i + 2];
    factor[i] = ck_winograd_first(pairs, i, of_filters);
  }
  CK_UNROLL for (int k = 0; k < count; k++) {
    const vf *part = k % 2 ? odd : even;
    vf sum = part[0] * (float)factor[0];
    if (k == 0) sum = sum + m[0];
    if (k == count - 1) sum = sum + m[2 * pairs + 1];
    CK_UNROLL for (int i = 1; i < pairs; i++) sum = part[i] * (float)factor[i] + sum;
    to[k] = sum;
    CK_UNROLL for (int i = 0; i < pairs; i++) factor[i] *= ck_winograd_point(pairs, i);
  }
}

// The pixels at `in`, a vector of channels, to the planes at `to`.
CK_INLINE void ck_winograd_input_tile(const ck_winograd_form f, const ck_elem *in, int64_t row, float *to,
                                      int64_t plane) {
  const int span = ck_winograd_span(f), pairs = span / 2 - 1;
  vf columns[CK_WINOGRAD_MOST][CK_WINOGRAD_MOST];
  CK_UNROLL for (int x = 0; x < span; x++) {
    vf d[CK_WINOGRAD_MOST], t[CK_WINOGRAD_MOST];
    CK_UNROLL for (int y = 0; y < span; y++) d[y] = ck_get(in + y * row + x * CK_VL);
    ck_winograd_input_1d(pairs, d, t);
    CK_UNROLL for (int y = 0; y < span; y++) columns[y][x] = t[y];
  }
  CK_UNROLL for (int y = 0; y < span; y++) {
    vf t[CK_WINOGRAD_MOST];
    ck_winograd_input_1d(pairs, columns[y], t);
    CK_UNROLL for (int x = 0; x < span; x++) ck_store(to + x * plane, t[x]);
    to += span * plane;
    CK_OPAQUE(to);
  }
}

// The filters of one lane's channel: taps `tap` floats apart, to the planes at `to`. No hardware prefetcher follows
// so many short streams: the same lane of the next channel block is asked for here.
CK_INLINE void ck_winograd_filter(const ck_winograd_form f, const ck_elem *from, int64_t tap, float *to,
                                  int64_t plane) {
  const int span = ck_winograd_span(f), pairs = span / 2 - 1;
  vf columns[CK_WINOGRAD_MOST][CK_WINOGRAD_MOST];
  CK_UNROLL for (int x = 0; x < f.taps; x++) {
    vf g[CK_WINOGRAD_MOST], t[CK_WINOGRAD_MOST];
    CK_UNROLL for (int y = 0; y < f.taps; y++) {
      g[y] = ck_get(from + (y * f.taps + x) * tap);
      __builtin_prefetch(from + ((y + f.taps) * f.taps + x) * tap);
    }
    ck_winograd_spread_1d(pairs, f.taps, 1, g, t);
    CK_UNROLL for (int y = 0; y < span; y++) columns[y][x] = t[y];
  }
  CK_UNROLL for (int y = 0; y < span; y++) {
    vf t[CK_WINOGRAD_MOST];
    ck_winograd_spread_1d(pairs, f.taps, 1, columns[y], t);
    CK_UNROLL for (int x = 0; x < span; x++) ck_store(to + x * plane, t[x]);
    to += span * plane;
    CK_OPAQUE(to);
  }
}

// out × out vectors of results out of the planes at `from`.
CK_INLINE void ck_winograd_output_tile(const ck_winograd_form f, const float *from, int64_t plane,
                                       vf to[CK_WINOGRAD_MOST][CK_WINOGRAD_MOST]) {
  const int span = ck_winograd_span(f), pairs = span / 2 - 1;
  vf columns[CK_WINOGRAD_MOST][CK_WINOGRAD_MOST];
  CK_UNROLL for (int x = 0; x < span; x++) {
    vf m[CK_WINOGRAD_MOST], t[CK_WINOGRAD_MOST];
    CK_UNROLL for (int y = 0; y < span; y++) m[y] = ck_load(from + (y * span + x) * plane);
    ck_winograd_gather_1d(pairs, f.out, 0, m, t);
    CK_UNROLL for (int y = 0; y < f.out; y++) columns[y][x] = t[y];
  }
  CK_UNROLL for (int y = 0; y < f.out; y++) ck_winograd_gather_1d(pairs, f.out, 0, columns[y], to[y]);
}

#endif

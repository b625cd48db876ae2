// The arguments of the ops that training adds: what only its forward pass has, and gradients. In each gradient, g is
// the gradient of what the forward op gave.
//
// Tensors of one op have the same block unless stated otherwise; sums over channels are plain arrays.
#ifndef CK_TRAINING_ARGS_H
#define CK_TRAINING_ARGS_H

#include "ck_args.h"

// out[n,c,y,x] = g·f′, f the activation. `v` holds f's result; for CK_SWISH, CK_HARD_SWISH and CK_GELU its operand, and
// for CK_LEAKY_RECTIFY either, as its factor's sign allows. May be in place of either.
typedef struct {
  ck_tensor g, v, out;
  ck_activation activation;
} ck_activation_gradient_args;

typedef enum {
  CK_EXPONENTIAL,
  CK_LOGARITHM,
  CK_ABSOLUTE,
  CK_SIGN,
  CK_SQUARE_ROOT,
  CK_RECIPROCAL,
  CK_POWER,
} ck_function_kind;

// out = f(x): eˣ, ln x, |x|, the sign of x, √x, 1/x, or x^exponent for x ≥ 0. What is not defined is NaN, a pole is
// infinite. May be in place.
typedef struct {
  ck_tensor x, out;
  int32_t function;  // ck_function_kind
  float exponent;
} ck_function_args;

// The gradient of pooling: `out`, of the image's size, is for each pixel the sum over its windows of
//
//     CK_POOL_MAX  g, where it is the first pixel of the window, row by row, with x = y
//     CK_POOL_L2   g·x/y, 0 where y is 0
//     averages     g over the divisor of the forward op
//
// `x` (the image) and `y` (what it was pooled to) are read for CK_POOL_MAX and CK_POOL_L2 alone. Not in place.
typedef struct {
  ck_tensor g, x, y, out;
  int64_t kernel_h, kernel_w, stride_h, stride_w, pad_top, pad_left, pad_bottom, pad_right;
  int32_t mode;
} ck_pool2d_gradient_args;

// Sums over everything but the channels, of x (n × c × h × w). Examples go in `slices` parts of equal size, one more in
// the first ones where they do not divide; each part gives sums of its own: out is slices × c.
typedef struct {
  ck_tensor x;
  float *out;
  int64_t slices;
} ck_channel_sum_args;

// The same parts: slices × 2 × c, the mean of each channel and its biased variance.
typedef struct {
  ck_tensor x;
  float *out;
  int64_t slices;
} ck_moments_args;

// The moments of all `examples` from those of their parts, as above: `in` is slices × 2 × c, out 2 × c.
typedef struct {
  const float *in;
  float *out;
  int64_t slices, c, examples;
} ck_join_moments_args;

// out[y] = Σ over n of x: `out` is one example.
typedef struct {
  ck_tensor x, out;
} ck_batch_sum_args;

// out = act(gamma[c]·(x − mean[c])/√(variance[c] + epsilon) + beta[c]); may be in place.
typedef struct {
  ck_tensor x, out;
  const float *gamma, *beta;
  const float *moments;  // 2 × c: means, then variances
  float epsilon;
  ck_activation activation;
} ck_normalize_args;

// slices × 2 × c: Σg and Σg·x̂ over a part of the examples, with x̂ = (x − mean[c])/√(variance[c] + epsilon). With gamma
// and beta the forward op was rectified: g counts where gamma·x̂ + beta > 0 alone, by the arithmetic of ck_normalize_args.
typedef struct {
  ck_tensor g, x;
  const float *moments;
  const float *gamma, *beta;  // NULL: not rectified
  float *out;
  int64_t slices;
  float epsilon;
} ck_normalize_sums_args;

// out = gamma/√(variance + epsilon)·(g − (Σg + x̂·Σg·x̂)/M), M = n·h·w. May be in place of g or x. With beta g counts as
// for the sums.
typedef struct {
  ck_tensor g, x, out;
  const float *gamma, *moments;
  const float *beta;  // NULL: not rectified
  const float *sums;  // 2 × c: Σg, then Σg·x̂
  float epsilon;
} ck_normalize_gradient_args;

// What is random: numbers of the counter whose place is n·places[0] + c·places[1] + y·places[2] + x·places[3], of a
// stream and of the key whose 16-bit words `key` holds, the lowest first. Philox-4×32-10 (Salmon et al. 2011).
typedef struct {
  const float *key;
  int64_t stream;
  int64_t places[4];
} ck_random;

// out = u < probability ? 0 : x/(1 − probability), u uniform in (0, 1) at the element's place. Elements with one place
// have one decision; places[3] is 0 or 1. May be in place.
typedef struct {
  ck_tensor x, out;
  ck_random random;
  float probability;
} ck_drop_args;

// out = x + sigma·z, z standard normal. May be in place.
typedef struct {
  ck_tensor x, out;
  ck_random random;
  float sigma;
} ck_noise_args;

// out = x > 0 ? y : y/a, a uniform in (lower, upper). May be in place of either.
typedef struct {
  ck_tensor x, y, out;
  ck_random random;
  float lower, upper;
} ck_random_slopes_args;

typedef enum {
  CK_LOSS_SOFTMAX_CROSS_ENTROPY,  // −Σ q_c·ln softmax(x)_c
  CK_LOSS_CROSS_ENTROPY,          // −Σ q_c·ln max(x_c, 1e-7)
  CK_LOSS_SIGMOID_CROSS_ENTROPY,  // ln(1 + eˣ) − t·x
  CK_LOSS_BINARY_CROSS_ENTROPY,   // −t·ln max(x, 1e-7) − (1 − t)·ln max(1 − x, 1e-7)
  CK_LOSS_SQUARED,                // (x − t)²
  CK_LOSS_ABSOLUTE,               // |x − t|
  CK_LOSS_HUBER,                  // d = |x − t|: d ≤ p ? d²/2 : p·(d − p/2)
  CK_LOSS_BINARY_HINGE,           // max(0, p − x·(2t − 1))
  CK_LOSS_MULTICLASS_HINGE,       // max(0, p + max of the wrong classes − the right one)
} ck_loss_kind;

// The loss of each example, the mean over its `terms`: out[n]. Predictions are examples × classes × terms, with one
// class for losses that know none. Targets are like the predictions, or examples × terms numbers of classes. Class c is
// right with q_c = (1 − p)·(what the target says) + p/classes.
//
// The gradient has g[n], and writes what is like the predictions: g[n]/terms times the derivative.
typedef struct {
  const float *x, *target;
  const float *g;  // NULL for the loss
  float *out;
  int64_t examples, classes, terms;
  int32_t kind;
  int32_t has_classes;  // whether targets are numbers of classes
  float p;              // smoothing, or delta
} ck_loss_args;

// out = g where inputs[place] is the largest (CK_MAX) or smallest (CK_MIN) and none before it is as large; else 0.
typedef struct {
  const ck_tensor *inputs;
  int64_t count, place;
  ck_tensor g, out;
  int32_t kind;
} ck_extremum_gradient_args;

// out = g·d^(−beta) − 2·alpha·beta·x·Σ g_j·x_j·d_j^(−beta − 1) over the channels j whose windows x lies in, with
// d = k + alpha·Σx² as in the forward op; n is odd. Not in place.
typedef struct {
  ck_tensor g, x, out;
  int64_t n;
  float alpha, beta, k;
} ck_lrn_gradient_args;

// out = y·(g − Σ g·y) over the middle axis of outer × classes × inner. May be in place of either.
typedef struct {
  const float *g, *y;
  float *out;
  int64_t outer, classes, inner;
} ck_softmax_gradient_args;

// out = (g − mean of g − x̂·mean of g·x̂)/√(σ² + epsilon) for each row, x̂ the standardised row. May be in place of
// either.
typedef struct {
  const float *g, *x;
  float *out;
  int64_t rows, length;
  float epsilon;
} ck_standardize_gradient_args;

// out[offset + Σ i_d·to[d]] += in[i₀, i₁, …], `out` begins as 0: C-order arrays, the gradient of a rearrangement.
//
// The first `parted` axes of `out` are walked by one axis of `in` each: what lies at one of their indices is a unit of
// its own. Of such an axis a, index i of `in` comes from index start[a] + i·step[a].
typedef struct {
  const float *in;
  float *out;
  int64_t parted;
  int64_t out_counts[8];               // of the parted axes
  int64_t starts[8], steps[8], counts[8];  // of the parted axes
  int64_t in_strides[8];               // of the parted axes, in `in`
  int64_t inner;                       // elements of `out` behind the parted axes
  int64_t rank, offset;                // the other axes of `in`, and where they begin within `inner`
  int64_t rest_counts[8], from[8], to[8];
} ck_scatter_args;

// The transpose of ck_upscale_bilinear_args: `in` has the enlarged planes, out planes × h × w.
typedef struct {
  const float *in;
  float *out;
  int64_t planes, h, w, scale_h, scale_w;
} ck_upscale_bilinear_gradient_args;

#endif

// The arguments of each op: what a row's functions find behind `const void *args`.
#ifndef CK_ARGS_H
#define CK_ARGS_H

#include "ck_tensor.h"

typedef enum {
  CK_LINEAR,           // x
  CK_RECTIFY,          // max(x, 0)
  CK_LEAKY_RECTIFY,    // x > 0 ? x : p0·x
  CK_ELU,              // x > 0 ? x : eˣ − 1
  CK_SELU,             // λ·(x > 0 ? x : α·(eˣ − 1)), λ = 1.0507009873554805, α = 1.6732632423543772
  CK_SOFTPLUS,         // ln(1 + eˣ)
  CK_SIGMOID,          // 1 / (1 + e⁻ˣ)
  CK_TANH,             // tanh(x)
  CK_SCALED_TANH,      // p1·tanh(p0·x)
  CK_SWISH,            // x·sigmoid(x)
  CK_HARD_SWISH,       // x·min(max(x + 3, 0), 6) / 6
  CK_GELU,             // x/2·(1 + erf(x/√2))
  CK_CLIP,             // min(max(x, p0), p1)
} ck_activation_kind;

typedef struct {
  int32_t kind;
  float p0, p1;
} ck_activation;

// out[n,f,y,x] = act(bias[f] + residual[n,f,y,x]
//                    + Σ_{c,ky,kx} w[f,c,ky,kx]·in[n, g·C/groups + c, iy, ix])
//
//     iy = y·stride_h − pad_top + ky·dilation_h,   ix = x·stride_w − pad_left + kx·dilation_w,
//
// with g = f / (F/groups): correlation, as every framework has it. Pixels outside the image are the input's halo,
// which is at least as large as every tap reaches (pad_top, pad_left; below and right whatever the taps reach).
// `out` and `residual` are blocked by the row's vector length; `in` is plain, or blocked by the same length. Rows of
// bf16 read bf16 and write bf16 or floats, as out.storage says.
//
// With pool = 2, which Winograd's rows alone have, `out` is the maximum over 2 × 2 pixels side by side of that, half as
// high and wide, rounded down; then there is no residual, and the activation is CK_LINEAR or CK_RECTIFY.
typedef struct {
  ck_tensor in, out;
  ck_tensor residual;    // data NULL: none; otherwise the sizes and block of out; may be out itself
  const float *weights;  // packed by this row's `pack`
  const float *bias;     // out.c floats, or NULL
  int64_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left, groups;
  int64_t pool;  // 0: none
  ck_activation activation;
  float *workspace;  // of the calling thread alone, for rows that need one; its contents mean nothing before and
                     // after a call
  int64_t workspace_floats;
} ck_conv2d_args;

// out[j,f,c,ky,kx] = Σ_{n,y,x} g[n,f,y,x]·in[n, i·C/groups + c, iy, ix] over the images n of slice j: a convolution's
// gradient with regard to its filters, with iy, ix and i = f / (F/groups) as above. A slice is as many images as any
// other, or one less. `g` is blocked by the row's vector length; `in` is plain, or blocked by the same length, with a
// halo as far as the taps reach.
typedef struct {
  ck_tensor in, g;
  float *out;  // slices × filters × channels/groups × kernel_h × kernel_w in C order
  int64_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left, groups;
  int64_t slices;  // at most the number of images
  float *workspace;  // as that of a convolution
  int64_t workspace_floats;
} ck_conv2d_weights_args;

// out[n,c,y,x] = inputs[(y % stride_h)·stride_w + x % stride_w][n, c, y / stride_h, x / stride_w], 0 where that has no
// data; same block.
typedef struct {
  const ck_tensor *inputs;  // stride_h·stride_w of them
  int64_t stride_h, stride_w;
  ck_tensor out;
} ck_interleave_args;

// The orders of packed weights: what the packing of the rows of conv2d and dense makes. Those of pairs are of bfloat16:
// pairs of channels, of a plain image's neighbouring pixels, of inputs; those of split weights of two bfloat16 in place
// of a float: by chunks of channels, which inputs of a dense layer are as well, or by patches of plain images; the others
// of floats, or for CK_WEIGHTS_DIRECT either.
typedef enum {
  CK_WEIGHTS_DIRECT,
  CK_WEIGHTS_DEPTHWISE,
  CK_WEIGHTS_GEMM,
  CK_WEIGHTS_PAIRS,
  CK_WEIGHTS_PIXEL_PAIRS,
  CK_WEIGHTS_GEMM_PAIRS,
  CK_WEIGHTS_SPLIT,
  CK_WEIGHTS_SPLIT_PATCHES,
} ck_weight_order;

// out = the weights as rows of conv2d or dense read them, of
//
//     w[f,c,ky,kx] = in[offset + f·strides[0] + c·strides[1] + ky·strides[2] + kx·strides[3]]
//
// with (filters, channels/groups, kernel_h, kernel_w); a dense layer has units, inputs and one tap. Rows of bf16 write
// bfloat16.
typedef struct {
  const float *in;
  float *out;
  int64_t filters, channels, kernel_h, kernel_w, groups;  // channels of a group
  int64_t offset, strides[4];
  int32_t order;
  int64_t columns;  // filters or units of a tile, or channels of a block
  int64_t block;    // of the input that the row convolves
} ck_pack_weights_args;

enum { CK_UNPACKED_MOST_ROWS = 32 };

// out[r,u] = act(bias[u] + residual[r,u] + Σ_i w[u,i]·in[r,i]), all arrays in C order.
typedef struct {
  const float *in;        // rows × inputs
  float *out;             // rows × units
  const float *residual;  // rows × units, or NULL; may be out itself
  const float *weights;   // packed by this row's `pack`
  const float *bias;      // units floats, or NULL
  int64_t rows, inputs, units;  // of `unpacked` rows at most CK_UNPACKED_MOST_ROWS rows
  int32_t weights_by_input;     // of `unpacked` rows: weights lie as (inputs, units), not as (units, inputs)
  ck_activation activation;
  int32_t out_storage;  // ck_storage; `in` and `residual` are stored as the row's storage says
  float *workspace;     // as that of a convolution
  int64_t workspace_floats;
} ck_dense_args;

typedef enum {
  CK_POOL_MAX,
  CK_POOL_AVERAGE_EXC_PAD,  // mean of the real pixels of the window
  CK_POOL_AVERAGE_INC_PAD,  // sum of them, over the size of the window clipped to the padded image
  CK_POOL_L2,               // √Σx²
} ck_pool_mode;

// Windows start at y·stride_h − pad_top and are clipped to the image; the halo of `in` is never read. A window
// without a real pixel gives 0. `in` and `out` have the same block: 1, or the row's vector length.
typedef struct {
  ck_tensor in, out;
  int64_t kernel_h, kernel_w, stride_h, stride_w, pad_top, pad_left, pad_bottom, pad_right;
  int32_t mode;
  ck_activation activation;
} ck_pool2d_args;

typedef enum { CK_GLOBAL_MEAN, CK_GLOBAL_MAX, CK_GLOBAL_L2 } ck_global_mode;

// out[n,c] = act(mean, max or √Σx² of the h × w pixels)
typedef struct {
  ck_tensor in;
  float *out;  // n × c in C order
  int32_t mode;
  ck_activation activation;
} ck_global_pool_args;

// out = act(in); same block; may be in place.
typedef struct {
  ck_tensor in, out;
  ck_activation activation;
} ck_activation_args;

// out[n,c,y,x] = act(in[n,c,y,x]·scale[c] + shift[c]); same block; may be in place.
typedef struct {
  ck_tensor in, out;
  const float *scale, *shift;  // c floats each; NULL is 1 and 0
  ck_activation activation;
} ck_scale_shift_args;

// out[n,c,y,x] = max(in, 0) + slope[c]·min(in, 0); same block; may be in place.
typedef struct {
  ck_tensor in, out;
  const float *slope;  // c floats
} ck_parametric_rectify_args;

typedef enum { CK_SUM, CK_MUL, CK_MAX, CK_MIN, CK_MEAN } ck_elementwise_kind;

// out = act(inputs[0] ∘ inputs[1] ∘ …), from left to right; equal sizes and blocks; out may be any inputs[k].
typedef struct {
  const ck_tensor *inputs;
  int64_t count;
  const float *coefficients;  // for CK_SUM: `count` factors, or NULL for 1
  ck_tensor out;
  int32_t kind;
  ck_activation activation;
} ck_elementwise_args;

// out[c] = in[c] / (k + alpha·Σ_{j = c − ⌊(n−1)/2⌋}^{c + ⌊n/2⌋} in[j]²)^beta, per pixel; alpha is already divided by
// n where that is wanted. Channels beyond the ends count as zero. n ≤ 1024. Not in place.
typedef struct {
  ck_tensor in, out;
  int64_t n;
  float alpha, beta, k;
} ck_lrn_args;

// Softmax over the middle axis of outer × classes × inner, with the maximum subtracted. May be in place.
typedef struct {
  const float *in;
  float *out;
  int64_t outer, classes, inner;
} ck_softmax_args;

// out[r,i] = (in[r,i] − μ_r)/√(σ²_r + epsilon), μ_r and σ²_r the mean and the biased variance of row r. May be in place.
typedef struct {
  const float *in;
  float *out;
  int64_t rows, length;
  float epsilon;
} ck_standardize_args;

// out = in, between any two layouts of the same sizes: block 1 ↔ vector length, other strides, halos. Lanes beyond
// c of a blocked `out` become 0. Not in place.
typedef struct {
  ck_tensor in, out;
} ck_copy_args;

// out = in with before[d] and after[d] times `value` around each axis d; C-order arrays; 1 ≤ rank ≤ 8.
typedef struct {
  const float *in;
  float *out;
  int64_t rank;
  int64_t in_shape[8], before[8], after[8];
  float value;
} ck_pad_args;

// out[i₀, i₁, …] = in[offset + Σ i_d·strides[d]]; `out` in C order with counts[d] elements along axis d; 1 ≤ rank ≤ 8.
// Strides may be 0 (the element is repeated) or negative. Not in place.
typedef struct {
  const float *in;
  float *out;
  int64_t rank, offset;
  int64_t counts[8], strides[8];
} ck_rearrange_args;

// Each pixel of `planes` images of h × w becomes scale_h × scale_w pixels. out[y] lies at (y + ½)/scale − ½ of `in`,
// between two rows and two columns whose values are weighted by the distance to the other; beyond the edges the
// outermost pixel is repeated. C-order arrays, not in place.
typedef struct {
  const float *in;
  float *out;
  int64_t planes, h, w, scale_h, scale_w;
} ck_upscale_bilinear_args;

// out = the inputs one after the other along `axis` (0 n, 1 c, 2 h, 3 w); any mix of layouts; channel offsets need
// not be multiples of a block, but copying is fastest when they are. Lanes beyond c of a blocked `out` become 0.
typedef struct {
  const ck_tensor *inputs;
  int64_t count;
  ck_tensor out;
  int32_t axis;
} ck_concat_args;

#endif

// Every op in double precision on C-order arrays: the oracle of the fast kernels and the unfused interpreter.
// It shares no code with them. The formulas are those of ck_args.h; images are n × c × h × w. Unless stated
// otherwise `out` must not overlap an input. Any `bias` may be NULL.
#ifndef CK_REFERENCE_H
#define CK_REFERENCE_H

#include <stdint.h>
#include "ck_args.h"

// out[n,f,y,x] = bias[f] + Σ w[f,c,ky,kx]·in[n, g·C/groups + c, y·stride_h − pad_top + ky·dilation_h, …]; pixels
// outside the h × w image count as zero, so right and bottom padding follow from out_h and out_w.
// weights: filters × channels/groups × kernel_h × kernel_w.
void ckr_conv2d(const double *in, const double *weights, const double *bias, double *out, int64_t n, int64_t channels,
                int64_t h, int64_t w, int64_t filters, int64_t out_h, int64_t out_w, int64_t kernel_h,
                int64_t kernel_w, int64_t stride_h, int64_t stride_w, int64_t dilation_h, int64_t dilation_w,
                int64_t pad_top, int64_t pad_left, int64_t groups);

// out[n,f,y,x] = bias[f] + Σ w[f,c,ky,kx]·in[n,c,iy,ix] over all taps with iy·stride_h + ky − crop_top = y, and so for x.
// weights: filters × channels × kernel_h × kernel_w.
void ckr_transposed_conv2d(const double *in, const double *weights, const double *bias, double *out, int64_t n,
                           int64_t channels, int64_t h, int64_t w, int64_t filters, int64_t out_h, int64_t out_w,
                           int64_t kernel_h, int64_t kernel_w, int64_t stride_h, int64_t stride_w, int64_t crop_top,
                           int64_t crop_left);

// out[r,u] = bias[u] + Σ_i w[u,i]·in[r,i]; weights: units × inputs.
void ckr_dense(const double *in, const double *weights, const double *bias, double *out, int64_t rows, int64_t inputs,
               int64_t units);

// mode: ck_pool_mode. `planes` is n × c.
void ckr_pool2d(const double *in, double *out, int64_t planes, int64_t h, int64_t w, int64_t out_h, int64_t out_w,
                int64_t kernel_h, int64_t kernel_w, int64_t stride_h, int64_t stride_w, int64_t pad_top,
                int64_t pad_left, int64_t pad_bottom, int64_t pad_right, int32_t mode);

// mode: ck_global_mode. out[p] over `pixels` pixels of plane p.
void ckr_global_pool(const double *in, double *out, int64_t planes, int64_t pixels, int32_t mode);

// kind: ck_activation_kind. May be in place.
void ckr_activation(const double *in, double *out, int64_t count, int32_t kind, double p0, double p1);

// out[n,c,i] = in[n,c,i]·scale[c] + shift[c]; NULL is 1 and 0. May be in place.
void ckr_scale_shift(const double *in, const double *scale, const double *shift, double *out, int64_t n,
                     int64_t channels, int64_t pixels);

// kind: ck_elementwise_kind; coefficients for CK_SUM, or NULL. May be in place.
void ckr_elementwise(const double *const *inputs, int64_t inputs_count, const double *coefficients, double *out,
                     int64_t count, int32_t kind);

// Across `window` channels: ⌊(window−1)/2⌋ before and ⌊window/2⌋ behind.
void ckr_lrn(const double *in, double *out, int64_t n, int64_t channels, int64_t pixels, int64_t window, double alpha,
             double beta, double k);

// Over the middle axis. May be in place.
void ckr_softmax(const double *in, double *out, int64_t outer, int64_t classes, int64_t inner);

// out[i] = in[i].
void ckr_widen(const float *in, double *out, int64_t count);

// rank ≤ 8.
void ckr_pad(const double *in, double *out, int64_t rank, const int64_t *in_shape, const int64_t *before,
             const int64_t *after, double value);

// inputs[k] is outer × widths[k]; out is outer × Σ widths. The axis and all behind it are the width.
void ckr_concat(const double *const *inputs, const int64_t *widths, int64_t inputs_count, double *out, int64_t outer);

#endif

// Everything but convolutions and dense layers, against double precision.
#include "rows.h"

// n × c × h × w of the images; channels beyond a block and an odd width.
enum { N = 2, C = 21, H = 9, W = 13, PIXELS = H * W, COUNT = N * C * PIXELS };

static int blocks_of(const ck_kernel *row, int64_t out[2]) {
  out[0] = 1, out[1] = row->block;
  return row->block > 1 ? 2 : 1;
}

static int pool(const ck_kernel *row) {
  int failed = 0;
  int64_t blocks[2];
  for (int b = 0; b < blocks_of(row, blocks); b++) {
    for (int mode = CK_POOL_MAX; mode <= CK_POOL_L2; mode++) {
      const int64_t kernel = 3, stride = 2, pad = mode % 2, oh = (H + 2 * pad - kernel) / stride + 1;
      const int64_t ow = (W + 2 * pad - kernel) / stride + 1, count = N * C * oh * ow;
      float *values = floats(COUNT);
      ck_pool2d_args args = {.in = tensor(N, C, H, W, blocks[b], 1, values),
                             .out = tensor(N, C, oh, ow, blocks[b], 1, 0),
                             .kernel_h = kernel, .kernel_w = kernel, .stride_h = stride, .stride_w = stride,
                             .pad_top = pad, .pad_left = pad, .pad_bottom = pad, .pad_right = pad, .mode = mode};
      run_row(row, &args);
      double *in = widened(values, COUNT), *wanted = doubles(count), *found = values_of(&args.out);
      ckr_pool2d(in, wanted, N * C, H, W, oh, ow, kernel, kernel, stride, stride, pad, pad, pad, pad, mode);
      failed += expect(row, "pooling", found, wanted, count, 1e-6);
      release(args.in), release(args.out), free(values), free(in), free(wanted), free(found);
    }
  }
  return failed;
}

static int global_pool(const ck_kernel *row) {
  int failed = 0;
  int64_t blocks[2];
  for (int b = 0; b < blocks_of(row, blocks); b++) {
    for (int mode = CK_GLOBAL_MEAN; mode <= CK_GLOBAL_L2; mode++) {
      float *values = floats(COUNT), *out = floats(N * C);
      ck_global_pool_args args = {.in = tensor(N, C, H, W, blocks[b], 1, values), .out = out, .mode = mode};
      run_row(row, &args);
      double *in = widened(values, COUNT), *wanted = doubles(N * C), *found = widened(out, N * C);
      ckr_global_pool(in, wanted, N * C, PIXELS, mode);
      failed += expect(row, "global pooling", found, wanted, N * C, 1e-5);
      release(args.in), free(values), free(out), free(in), free(wanted), free(found);
    }
  }
  return failed;
}

// Ops that take an image and give one of the same size. `kind` is an activation or a kind of elementwise.
static int same_size(const ck_kernel *row, int64_t block, int64_t halo, int kind) {
  float *values = floats(COUNT), *other = floats(COUNT), *factors = floats(C), *shifts = floats(C);
  // Activations far out, too.
  for (int i = 0; i < COUNT; i += 7) values[i] *= 20;
  ck_tensor in = tensor(N, C, H, W, block, halo, values), out = tensor(N, C, H, W, block, halo, 0);
  ck_tensor pair[2] = {in, tensor(N, C, H, W, block, halo, other)};
  double *from = widened(values, COUNT), *with = widened(other, COUNT), *f = widened(factors, C);
  double *s = widened(shifts, C), *wanted = doubles(COUNT);
  const double *both[2] = {from, with};
  // Powers, logarithms and exponentials may lose more than sums.
  double tolerance = 2e-6;
  switch (row->op) {
    case CK_OP_ACTIVATION:
      run_row(row, &(ck_activation_args){in, out, {kind, 0.7f, 1.3f}});
      ckr_activation(from, wanted, COUNT, kind, 0.7f, 1.3f);
      break;
    case CK_OP_SCALE_SHIFT:
      run_row(row, &(ck_scale_shift_args){in, out, factors, shifts, {CK_LINEAR, 0, 0}});
      ckr_scale_shift(from, f, s, wanted, N, C, PIXELS);
      break;
    case CK_OP_PARAMETRIC_RECTIFY:
      run_row(row, &(ck_parametric_rectify_args){in, out, factors});
      for (int i = 0; i < COUNT; i++) wanted[i] = from[i] > 0 ? from[i] : from[i] * f[i / PIXELS % C];
      break;
    case CK_OP_ELEMENTWISE:
      run_row(row, &(ck_elementwise_args){pair, 2, 0, out, kind, {CK_LINEAR, 0, 0}});
      ckr_elementwise(both, 2, 0, wanted, COUNT, kind);
      break;
    case CK_OP_LRN:
      run_row(row, &(ck_lrn_args){in, out, 5, 0.02f, 0.75f, 1.0f});
      ckr_lrn(from, wanted, N, C, PIXELS, 5, 0.02f, 0.75f, 1.0f);
      tolerance = 1e-5;
      break;
    case CK_OP_COPY:
      run_row(row, &(ck_copy_args){in, out});
      memcpy(wanted, from, COUNT * sizeof *wanted);
      break;
    default: return 1;
  }
  double *found = values_of(&out);
  const int failed = expect(row, "an image", found, wanted, COUNT, tolerance);
  release(in), release(out), release(pair[1]), free(values), free(other), free(factors), free(shifts);
  free(from), free(with), free(f), free(s), free(wanted), free(found);
  return failed;
}

static int images(const ck_kernel *row, int kinds) {
  int failed = 0;
  int64_t blocks[2];
  for (int b = 0; b < blocks_of(row, blocks); b++) {
    for (int kind = 0; kind < kinds; kind++) {
      failed += same_size(row, blocks[b], 0, kind) + same_size(row, blocks[b], 1, kind);
    }
  }
  return failed;
}

// Ops on rows of plain arrays.
static int rows_of(const ck_kernel *row, int64_t outer, int64_t middle, int64_t inner) {
  const int64_t count = outer * middle * inner;
  float *values = floats(count), *out = floats(count);
  double *in = widened(values, count), *wanted = doubles(count);
  if (row->op == CK_OP_SOFTMAX) {
    for (int64_t i = 0; i < count; i++) values[i] *= 30, in[i] = values[i];
    run_row(row, &(ck_softmax_args){values, out, outer, middle, inner});
    ckr_softmax(in, wanted, outer, middle, inner);
  } else {
    const int64_t length = middle * inner;
    run_row(row, &(ck_standardize_args){values, out, outer, length, 1e-3f});
    for (int64_t r = 0; r < outer; r++) {
      double sum = 0, squares = 0;
      for (int64_t i = 0; i < length; i++) sum += in[r * length + i];
      for (int64_t i = 0; i < length; i++) squares += pow(in[r * length + i] - sum / (double)length, 2);
      const double root = sqrt(squares / (double)length + 1e-3f);
      for (int64_t i = 0; i < length; i++) wanted[r * length + i] = (in[r * length + i] - sum / (double)length) / root;
    }
  }
  double *found = widened(out, count);
  const int failed = expect(row, "rows", found, wanted, count, 1e-5);
  free(values), free(out), free(in), free(wanted), free(found);
  return failed;
}

int check_others(const ck_kernel *row) {
  switch (row->op) {
    case CK_OP_POOL2D: return pool(row);
    case CK_OP_GLOBAL_POOL: return global_pool(row);
    case CK_OP_ACTIVATION: return images(row, CK_CLIP + 1);
    case CK_OP_ELEMENTWISE: return images(row, CK_MEAN + 1);
    case CK_OP_SCALE_SHIFT:
    case CK_OP_PARAMETRIC_RECTIFY:
    case CK_OP_LRN:
    case CK_OP_COPY: return images(row, 1);
    case CK_OP_SOFTMAX:
    case CK_OP_STANDARDIZE: return rows_of(row, 3, 10, 1) + rows_of(row, 1, 1000, 1) + rows_of(row, 2, 21, 17);
    default: return check_training(row);
  }
}

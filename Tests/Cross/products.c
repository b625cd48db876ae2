// Convolutions and dense layers against double precision.
#include "rows.h"

typedef struct {
  const char *name;
  int64_t n, c, h, w, f, kernel, stride, dilation, pad, groups;
  int plain, residual, activation, pool;
} conv_case;

static const conv_case cases[] = {
    {"3×3", 1, 16, 9, 13, 24, 3, 1, 1, 1, 1, 0, 0, CK_LINEAR, 0},
    {"3×3, odd channels, residual", 2, 19, 7, 6, 21, 3, 1, 1, 1, 1, 0, 1, CK_RECTIFY, 0},
    {"3×3, 40 channels", 1, 40, 14, 15, 33, 3, 1, 1, 1, 1, 0, 1, CK_LINEAR, 0},
    {"5×5, odd channels, residual", 2, 19, 7, 6, 21, 5, 1, 1, 2, 1, 0, 1, CK_RECTIFY, 0},
    {"1×1", 1, 33, 5, 29, 17, 1, 1, 1, 0, 1, 0, 0, CK_RECTIFY, 0},
    {"1×1, stride 2", 1, 16, 9, 9, 40, 1, 2, 1, 0, 1, 0, 0, CK_LINEAR, 0},
    {"3×3, stride 2", 2, 10, 11, 12, 9, 3, 2, 1, 1, 1, 0, 0, CK_LEAKY_RECTIFY, 0},
    {"3×3, dilated", 1, 9, 10, 11, 18, 3, 1, 2, 2, 1, 0, 0, CK_TANH, 0},
    {"groups", 1, 24, 6, 7, 32, 3, 1, 1, 1, 4, 0, 0, CK_LINEAR, 0},
    {"plain image, 7×7, stride 2", 1, 3, 21, 23, 20, 7, 2, 1, 3, 1, 1, 0, CK_RECTIFY, 0},
    {"plain image, 5×5", 2, 1, 12, 10, 6, 5, 1, 1, 2, 1, 1, 0, CK_SIGMOID, 0},
    {"plain image, 3×3", 2, 3, 9, 21, 7, 3, 1, 1, 1, 1, 1, 0, CK_TANH, 0},
    {"3×3, pooled", 2, 20, 11, 14, 37, 3, 1, 1, 1, 1, 0, 0, CK_RECTIFY, 1},
    {"plain image, 11×11, stride 4", 1, 3, 31, 31, 16, 11, 4, 1, 2, 1, 1, 0, CK_ELU, 0},
    {"depthwise 3×3", 2, 21, 9, 12, 21, 3, 1, 1, 1, 21, 0, 0, CK_HARD_SWISH, 0},
    {"depthwise 3×3, stride 2", 1, 16, 10, 11, 16, 3, 2, 1, 1, 16, 0, 0, CK_RECTIFY, 0},
    {"depthwise 5×5", 1, 9, 8, 17, 9, 5, 1, 1, 2, 9, 0, 1, CK_SWISH, 0},
};

static int suits(const ck_kernel *row, const conv_case *k) {
  const int depthwise = k->groups == k->c && k->c > 1;
  if (k->pool && strncmp(row->algorithm, "winograd", 8)) return 0;
  if (!strcmp(row->algorithm, "depthwise")) return depthwise;
  const ck_winograd_form form = winograd_form(row);
  if (form.taps) {
    return k->kernel == form.taps && k->stride == 1 && k->dilation == 1 && k->groups == 1 && !k->plain;
  }
  if (!strcmp(row->algorithm, "rows")) {
    return k->plain && k->stride == 1 && k->groups == 1 && !k->residual && k->w >= 16;
  }
  return 1;
}

static int conv_case_fails(const ck_kernel *row, const conv_case *k) {
  const int64_t reach = (k->kernel - 1) * k->dilation + 1;
  const int64_t oh = (k->h + 2 * k->pad - reach) / k->stride + 1, ow = (k->w + 2 * k->pad - reach) / k->stride + 1;
  const int64_t size = k->n * k->c * k->h * k->w, weights_count = k->f * k->c / k->groups * k->kernel * k->kernel;
  // What is stored: the convolution, or the maximum over 2 × 2 of its pixels.
  const int64_t sh = k->pool ? oh / 2 : oh, sw = k->pool ? ow / 2 : ow;
  const int64_t count = k->n * k->f * oh * ow, stored = k->n * k->f * sh * sw;
  float *values = floats(size), *weights = floats(weights_count), *bias = floats(k->f), *more = floats(count);
  ck_conv2d_args args = {
      .in = tensor(k->n, k->c, k->h, k->w, k->plain ? 1 : row->block, k->pad, values),
      .out = tensor(k->n, k->f, sh, sw, row->block, 1, 0),
      .bias = bias,
      .kernel_h = k->kernel, .kernel_w = k->kernel, .stride_h = k->stride, .stride_w = k->stride,
      .dilation_h = k->dilation, .dilation_w = k->dilation, .pad_top = k->pad, .pad_left = k->pad,
      .groups = k->groups, .activation = {k->activation, 0.3f, 0}, .pool = k->pool ? 2 : 0,
  };
  if (k->residual) args.residual = tensor(k->n, k->f, oh, ow, row->block, 0, more);
  float *packed = floats(row->packing->floats(row, &args)), *back = floats(weights_count);
  row->packing->pack(row, &args, weights, packed);
  row->packing->unpack(row, &args, packed, back);
  int failed = memcmp(weights, back, (size_t)weights_count * sizeof *back) != 0;
  if (failed) printf("%s, %s: unpacking is not the inverse of packing\n", row->name, k->name);
  args.weights = packed;
  const ck_winograd_form form = winograd_form(row);
  if (form.taps) {
    args.workspace_floats =
        ck_winograd_floats(form, 5, (k->c + row->block - 1) / row->block * row->block, row->tile_n);
    args.workspace = floats(args.workspace_floats);
  }
  run_row(row, &args);
  double *in = widened(values, size), *w = widened(weights, weights_count), *b = widened(bias, k->f);
  double *wanted = doubles(count), *found = values_of(&args.out);
  ckr_conv2d(in, w, b, wanted, k->n, k->c, k->h, k->w, k->f, oh, ow, k->kernel, k->kernel, k->stride, k->stride,
             k->dilation, k->dilation, k->pad, k->pad, k->groups);
  for (int64_t i = 0; i < count && k->residual; i++) wanted[i] += more[i];
  ckr_activation(wanted, wanted, count, k->activation, 0.3f, 0);
  if (k->pool) {
    double *all = wanted;
    wanted = doubles(stored);
    ckr_pool2d(all, wanted, k->n * k->f, oh, ow, sh, sw, 2, 2, 2, 2, 0, 0, 0, 0, CK_POOL_MAX);
    free(all);
  }
  failed |= expect(row, k->name, found, wanted, stored, form.taps ? 1e-4 : 1e-5);
  // The halo is the writer's: its corners stand for all of it.
  const ck_tensor *o = &args.out;
  if (o->data[-o->stride_h - o->stride_w] != 0 || o->data[sh * o->stride_h + sw * o->stride_w] != 0) {
    printf("%s, %s: the halo is not zero\n", row->name, k->name);
    failed = 1;
  }
  release(args.in), release(args.out);
  if (k->residual) release(args.residual);
  if (form.taps) free(args.workspace);
  free(values), free(weights), free(bias), free(more), free(packed), free(back);
  free(in), free(w), free(b), free(wanted), free(found);
  return failed;
}

int check_conv2d(const ck_kernel *row) {
  int failed = 0, ran = 0;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    if (!suits(row, &cases[i])) continue;
    failed += conv_case_fails(row, &cases[i]);
    ran++;
  }
  if (!ran) printf("%s: no case\n", row->name);
  return failed + !ran;
}

// - by_input: whether weights lie transposed, as `unpacked` rows take them.
static int dense_case_fails(const ck_kernel *row, const int64_t size[3], int epilogue, int by_input) {
  const int64_t rows = size[0], inputs = size[1], units = size[2], count = rows * units;
  float *values = floats(rows * inputs), *weights = floats(units * inputs), *bias = floats(units);
  float *more = floats(count), *out = floats(count);
  ck_dense_args args = {.in = values, .out = out, .residual = epilogue ? more : 0, .bias = bias, .rows = rows,
                        .inputs = inputs, .units = units, .weights_by_input = by_input,
                        .activation = {epilogue ? CK_GELU : CK_LINEAR, 0, 0}};
  float *packed = floats(row->packing->floats(row, &args));
  row->packing->pack(row, &args, weights, packed);
  for (int64_t i = 0; by_input && i < inputs * units; i++) packed[i] = weights[i % units * inputs + i / units];
  args.weights = packed;
  run_row(row, &args);
  double *in = widened(values, rows * inputs), *w = widened(weights, units * inputs), *b = widened(bias, units);
  double *wanted = doubles(count), *found = widened(out, count);
  ckr_dense(in, w, b, wanted, rows, inputs, units);
  for (int64_t i = 0; i < count && args.residual; i++) wanted[i] += more[i];
  ckr_activation(wanted, wanted, count, args.activation.kind, 0, 0);
  const int failed = expect(row, "dense", found, wanted, count, 1e-5);
  free(values), free(weights), free(bias), free(more), free(out), free(packed);
  free(in), free(w), free(b), free(wanted), free(found);
  return failed;
}

int check_dense(const ck_kernel *row) {
  static const int64_t sizes[][3] = {{1, 1, 1}, {1, 300, 65}, {2, 17, 32}, {5, 64, 70}, {7, 129, 10}, {9, 2100, 100}};
  int failed = 0;
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    failed += dense_case_fails(row, sizes[s], s % 2, 0);
    if (!strcmp(row->algorithm, "unpacked")) failed += dense_case_fails(row, sizes[s], s % 2, 1);
  }
  return failed;
}

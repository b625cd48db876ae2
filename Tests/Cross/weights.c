// Gradients of filters against double precision.
#include "rows.h"

typedef struct {
  const char *name;
  int64_t n, c, h, w, f, kernel, stride, dilation, pad, groups, slices;
  int plain;
} weights_case;

static const weights_case cases[] = {
    {"3×3", 2, 19, 7, 9, 37, 3, 1, 1, 1, 1, 1, 0},
    {"3×3, one vector", 3, 33, 5, 6, 7, 3, 1, 1, 1, 1, 3, 0},
    {"1×1, stride 2", 2, 18, 7, 9, 40, 1, 2, 1, 0, 1, 2, 0},
    {"dilated, groups", 2, 21, 8, 9, 15, 3, 1, 2, 2, 3, 1, 0},
    {"plain image, 3×3", 2, 3, 9, 21, 18, 3, 1, 1, 1, 1, 2, 1},
    {"plain image, 5×5, stride 2", 2, 2, 13, 12, 6, 5, 2, 1, 2, 1, 1, 1},
    {"plain image, 7×7", 2, 3, 17, 18, 20, 7, 1, 1, 3, 1, 2, 1},
    {"plain image, dilated", 2, 3, 11, 23, 5, 3, 1, 2, 2, 1, 1, 1},
    {"depthwise 3×3, stride 2", 2, 21, 9, 12, 21, 3, 2, 1, 1, 21, 2, 0},
    {"3×3, groups of filters", 2, 40, 6, 9, 70, 3, 1, 1, 1, 1, 2, 0},
    {"5×5", 2, 18, 9, 10, 21, 5, 1, 1, 2, 1, 2, 0},
    {"depthwise 5×5", 2, 9, 8, 11, 9, 5, 1, 1, 2, 9, 1, 0},
};

static int case_fails(const ck_kernel *row, const weights_case *k) {
  const int64_t reach = (k->kernel - 1) * k->dilation + 1, inputs = k->c / k->groups, outputs = k->f / k->groups;
  const int64_t oh = (k->h + 2 * k->pad - reach) / k->stride + 1, ow = (k->w + 2 * k->pad - reach) / k->stride + 1;
  const int64_t taps = k->kernel * k->kernel, count = k->slices * k->f * inputs * taps;
  float *image = floats(k->n * k->c * k->h * k->w), *above = floats(k->n * k->f * oh * ow), *out = floats(count);
  ck_conv2d_weights_args args = {
      .in = tensor(k->n, k->c, k->h, k->w, k->plain ? 1 : row->block, k->pad, image),
      .g = tensor(k->n, k->f, oh, ow, row->block, 1, above), .out = out,
      .kernel_h = k->kernel, .kernel_w = k->kernel, .stride_h = k->stride, .stride_w = k->stride,
      .dilation_h = k->dilation, .dilation_w = k->dilation, .pad_top = k->pad, .pad_left = k->pad,
      .groups = k->groups, .slices = k->slices};
  const ck_winograd_form form = winograd_form(row);
  if (form.taps) {
    args.workspace_floats = ck_winograd_weights_floats(form, 5, k->c, k->f, row->block);
    args.workspace = floats(args.workspace_floats);
  }
  run_row(row, &args);
  double *wanted = doubles(count), *found = widened(out, count);
  for (int64_t i = 0; i < count; i++) {
    const int64_t kx = i % k->kernel, ky = i / k->kernel % k->kernel, c = i / taps % inputs;
    const int64_t f = i / taps / inputs % k->f, slice = i / taps / inputs / k->f, channel = f / outputs * inputs + c;
    for (int64_t n = k->n * slice / k->slices; n < k->n * (slice + 1) / k->slices; n++) {
      for (int64_t p = 0; p < oh * ow; p++) {
        const int64_t y = p / ow * k->stride - k->pad + ky * k->dilation;
        const int64_t x = p % ow * k->stride - k->pad + kx * k->dilation;
        if (y < 0 || y >= k->h || x < 0 || x >= k->w) continue;
        wanted[i] +=
            (double)image[((n * k->c + channel) * k->h + y) * k->w + x] * above[(n * k->f + f) * oh * ow + p];
      }
    }
  }
  const int failed = expect(row, k->name, found, wanted, count, 1e-5);
  release(args.in), release(args.g), free(args.workspace), free(image), free(above), free(out), free(wanted), free(found);
  return failed;
}

int check_conv2d_weights(const ck_kernel *row) {
  int failed = 0;
  const int rows = !strcmp(row->algorithm, "rows");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const weights_case *k = cases + i;
    if (rows && (!k->plain || k->stride > 1 || k->groups > 1 || k->w < 20)) continue;
    const int winograd = winograd_form(row).taps;
    if (winograd && (k->plain || k->kernel != winograd || k->stride * k->dilation * k->groups > 1)) continue;
    failed += case_fails(row, k);
  }
  return failed;
}

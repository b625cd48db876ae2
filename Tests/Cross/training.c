// The ops of training, against their definitions in double precision.
#include "rows.h"

// n × c × h × w of the images; channels beyond a block and an odd width.
enum { N = 3, C = 21, H = 9, W = 13, PIXELS = H * W, COUNT = N * C * PIXELS };

// Two images of the same size, as kernels see them and in C order, and one for the result.
typedef struct {
  ck_tensor a, b, out;
  float *x, *y;
  double *wanted;
} ck_case;

static ck_case begin_case(int64_t block, int64_t halo) {
  ck_case c = {.x = floats(COUNT), .y = floats(COUNT), .wanted = doubles(COUNT)};
  c.a = tensor(N, C, H, W, block, halo, c.x);
  c.b = tensor(N, C, H, W, block, 0, c.y);
  c.out = tensor(N, C, H, W, block, halo, 0);
  return c;
}

static int end_case(const ck_kernel *row, ck_case c, double tolerance) {
  double *found = values_of(&c.out);
  const int failed = expect(row, "an image", found, c.wanted, COUNT, tolerance);
  release(c.a), release(c.b), release(c.out), free(c.x), free(c.y), free(c.wanted), free(found);
  return failed;
}

static int channel_of(int64_t i) { return (int)(i / PIXELS % C); }

// Slopes by central differences of the reference.
static int activation_gradient(const ck_kernel *row, int64_t block, int64_t halo) {
  int failed = 0;
  for (int kind = CK_LINEAR; kind <= CK_CLIP; kind++) {
    ck_case c = begin_case(block, halo);
    const int reads_operand = kind == CK_SWISH || kind == CK_HARD_SWISH || kind == CK_GELU;
    const double p0 = 0.7, p1 = 1.3, step = 1e-5;
    for (int i = 0; i < COUNT; i++) {
      const double x = 4 * c.y[i], near[3] = {x - step, x, x + step};
      double y[3];
      ckr_activation(near, y, 3, kind, (float)p0, (float)p1);
      c.y[i] = (float)(reads_operand ? x : y[1]);
      c.wanted[i] = c.x[i] * (y[2] - y[0]) / (2 * step);
      // Within a step of a kink.
      const double kinks[5] = {0, 3, -3, p0, p1};
      for (int k = 0; k < 5; k++) {
        if (fabs(x - kinks[k]) <= 2 * step) c.wanted[i] = 0, c.x[i] = 0;
      }
    }
    release(c.a), release(c.b);
    c.a = tensor(N, C, H, W, block, halo, c.x);
    c.b = tensor(N, C, H, W, block, 0, c.y);
    run_row(row, &(ck_activation_gradient_args){c.a, c.b, c.out, {kind, (float)p0, (float)p1}});
    failed += end_case(row, c, 2e-6);
  }
  return failed;
}

// Σ over everything but the channels, moments, or what normalisation's gradients share: in two parts each.
static int sums(const ck_kernel *row, int64_t block, int64_t halo) {
  enum { slices = 2 };
  ck_case c = begin_case(block, halo);
  for (int i = 0; i < COUNT; i++) c.x[i] += 50;
  release(c.a);
  c.a = tensor(N, C, H, W, block, halo, c.x);
  const int64_t width = row->op == CK_OP_CHANNEL_SUM ? C : 2 * C;
  float *out = floats(slices * width), *moments = floats(2 * C);
  for (int i = 0; i < C; i++) moments[C + i] = moments[C + i] * moments[C + i] + 0.1f;
  double *wanted = doubles(slices * width);
  for (int slice = 0; slice < slices; slice++) {
    double *first = wanted + slice * width, *second = first + C;
    // Of three examples two are in the first part.
    const int64_t begin = slice ? 2 * C * PIXELS : 0, end = slice ? COUNT : 2 * C * PIXELS, count = (end - begin) / C;
    for (int64_t i = begin; i < end; i++) {
      first[channel_of(i)] += row->op == CK_OP_MOMENTS ? c.x[i] / (double)count : c.x[i];
    }
    for (int64_t i = begin; i < end && row->op != CK_OP_CHANNEL_SUM; i++) {
      const int k = channel_of(i);
      second[k] += row->op == CK_OP_MOMENTS
                       ? pow(c.x[i] - first[k], 2) / (double)count
                       : c.x[i] * (c.y[i] - moments[k]) / sqrt((double)moments[C + k] + 0.01f);
    }
  }
  if (row->op == CK_OP_CHANNEL_SUM) {
    run_row(row, &(ck_channel_sum_args){c.a, out, slices});
  } else if (row->op == CK_OP_MOMENTS) {
    run_row(row, &(ck_moments_args){c.a, out, slices});
  } else {
    run_row(row, &(ck_normalize_sums_args){.g = c.a, .x = c.b, .moments = moments, .out = out, .slices = slices, .epsilon = 0.01f});
  }
  double *found = widened(out, slices * width);
  int failed = 0;
  for (int64_t part = 0; part < slices * width; part += C) {
    failed += expect(row, "sums", found + part, wanted + part, C, 1e-6);
  }
  memset(c.wanted, 0, COUNT * sizeof *c.wanted);
  release(c.a), release(c.b), release(c.out), free(c.x), free(c.y), free(c.wanted);
  free(out), free(moments), free(wanted), free(found);
  return failed;
}

static int normalize(const ck_kernel *row, int64_t block, int64_t halo) {
  ck_case c = begin_case(block, halo);
  float *gamma = floats(C), *beta = floats(C), *moments = floats(2 * C), *sums = floats(2 * C);
  for (int i = 0; i < C; i++) moments[C + i] = moments[C + i] * moments[C + i] + 0.1f, sums[i] *= 100, sums[C + i] *= 100;
  for (int i = 0; i < COUNT; i++) {
    const int k = channel_of(i);
    const double root = sqrt((double)moments[C + k] + 0.01f), x = row->op == CK_OP_NORMALIZE ? c.x[i] : c.y[i];
    const double scaled = (x - moments[k]) / root, level = (sums[k] + scaled * sums[C + k]) / (N * PIXELS);
    c.wanted[i] = row->op == CK_OP_NORMALIZE ? gamma[k] * scaled + beta[k] : gamma[k] / root * (c.x[i] - level);
  }
  if (row->op == CK_OP_NORMALIZE) {
    run_row(row, &(ck_normalize_args){c.a, c.out, gamma, beta, moments, 0.01f, {CK_LINEAR, 0, 0}});
  } else {
    run_row(row, &(ck_normalize_gradient_args){c.a, c.b, c.out, gamma, moments, NULL, sums, 0.01f});
  }
  free(gamma), free(beta), free(moments), free(sums);
  return end_case(row, c, 2e-6);
}

static int batch_sum(const ck_kernel *row, int64_t block, int64_t halo) {
  ck_case c = begin_case(block, halo);
  ck_tensor out = tensor(1, C, H, W, block, halo, 0);
  for (int i = 0; i < COUNT; i++) c.wanted[i % (C * PIXELS)] += c.x[i];
  run_row(row, &(ck_batch_sum_args){c.a, out});
  double *found = values_of(&out);
  const int failed = expect(row, "one example", found, c.wanted, C * PIXELS, 1e-6);
  release(c.a), release(c.b), release(c.out), release(out), free(c.x), free(c.y), free(c.wanted), free(found);
  return failed;
}

static uint32_t word_of(uint64_t key, uint32_t stream, uint64_t block, int word) {
  uint32_t x[4] = {(uint32_t)block, (uint32_t)(block >> 32), stream, 0x72616E64}, k[2] = {(uint32_t)key, (uint32_t)(key >> 32)};
  for (int round = 0; round < 10; round++) {
    const uint64_t a = (uint64_t)0xD2511F53 * x[0], b = (uint64_t)0xCD9E8D57 * x[2];
    const uint32_t next[4] = {(uint32_t)(b >> 32) ^ x[1] ^ k[0], (uint32_t)b, (uint32_t)(a >> 32) ^ x[3] ^ k[1], (uint32_t)a};
    memcpy(x, next, sizeof x);
    k[0] += 0x9E3779B9, k[1] += 0xBB67AE85;
  }
  return x[word];
}

static double uniform_of(uint64_t key, uint64_t place) {
  return ((word_of(key, 7, place / 4, (int)(place % 4)) >> 9) + 0.5) / 8388608;
}

// What is random. `shared`: all pixels of a channel have one decision.
static int random_op(const ck_kernel *row, int64_t block, int64_t halo, int shared) {
  ck_case c = begin_case(block, halo);
  const float key[4] = {65535, 1, 300, 40000};
  const uint64_t bits = 65535ull | 1ull << 16 | 300ull << 32 | 40000ull << 48;
  // Beyond 2³² blocks: places have more than 32 bits.
  const int64_t far = row->op == CK_OP_DROP && !shared ? 1ll << 34 : 0;
  ck_random random = {key, 7, {C * PIXELS + far, PIXELS, W, 1}};
  if (shared) random = (ck_random){key, 7, {C, 1, 0, 0}};
  for (int i = 0; i < COUNT; i++) {
    const uint64_t place = shared ? i / PIXELS : i + (uint64_t)(i / (C * PIXELS)) * (uint64_t)far;
    if (row->op == CK_OP_DROP) {
      c.wanted[i] = uniform_of(bits, place) < 0.3f ? 0 : c.x[i] / (1 - (double)0.3f);
    } else if (row->op == CK_OP_NOISE) {
      const double a = (word_of(bits, 7, place / 2, (int)(place % 2) * 2) >> 9) + 0.5;
      const double b = (word_of(bits, 7, place / 2, (int)(place % 2) * 2 + 1) >> 9) + 0.5;
      c.wanted[i] = c.x[i] + 0.5 * sqrt(-2 * log(a / 8388608)) * cos(4 * acos(0) * b / 8388608);
    } else {
      c.wanted[i] = c.x[i] > 0 ? c.y[i] : c.y[i] / (3 + 5 * uniform_of(bits, place));
    }
  }
  if (row->op == CK_OP_DROP) {
    run_row(row, &(ck_drop_args){c.a, c.out, random, 0.3f});
  } else if (row->op == CK_OP_NOISE) {
    run_row(row, &(ck_noise_args){c.a, c.out, random, 0.5f});
  } else {
    run_row(row, &(ck_random_slopes_args){c.a, c.b, c.out, random, 3, 8});
  }
  return end_case(row, c, 1e-6);
}

static int extremum_gradient(const ck_kernel *row, int64_t block, int64_t halo) {
  int failed = 0;
  for (int kind = CK_MAX; kind <= CK_MIN; kind++) {
    for (int place = 0; place < 2; place++) {
      ck_case c = begin_case(block, halo);
      float *g = floats(COUNT);
      for (int i = 0; i < COUNT; i++) {
        if (i % 5 == 0) c.y[i] = c.x[i];
        const int is_first = kind == CK_MAX ? c.x[i] >= c.y[i] : c.x[i] <= c.y[i];
        c.wanted[i] = is_first == (place == 0) ? g[i] : 0;
      }
      release(c.b);
      c.b = tensor(N, C, H, W, block, 0, c.y);
      const ck_tensor both[2] = {c.a, c.b}, from = tensor(N, C, H, W, block, halo, g);
      run_row(row, &(ck_extremum_gradient_args){both, 2, place, from, c.out, kind});
      release(from), free(g);
      failed += end_case(row, c, 0);
    }
  }
  return failed;
}

static int lrn_gradient(const ck_kernel *row, int64_t block, int64_t halo) {
  enum { reach = 2 };
  ck_case c = begin_case(block, halo);
  const double alpha = 0.3f, beta = 0.75f;
  for (int i = 0; i < COUNT; i++) {
    double sum = 0, own = 0;
    for (int j = -reach; j <= reach; j++) {
      if (channel_of(i) + j < 0 || channel_of(i) + j >= C) continue;
      const int at = i + j * PIXELS;
      double base = 2;
      for (int k = -reach; k <= reach; k++) {
        if (channel_of(at) + k >= 0 && channel_of(at) + k < C) base += alpha * pow(c.y[at + k * PIXELS], 2);
      }
      sum += c.x[at] * c.y[at] * pow(base, -beta - 1);
      if (j == 0) own = c.x[i] * pow(base, -beta);
    }
    c.wanted[i] = own - 2 * alpha * beta * c.y[i] * sum;
  }
  run_row(row, &(ck_lrn_gradient_args){c.a, c.b, c.out, 2 * reach + 1, 0.3f, 0.75f, 2});
  return end_case(row, c, 2e-6);
}

static int pool_gradient(const ck_kernel *row, int64_t block, int64_t halo, int64_t kernel, int64_t stride, int64_t pad) {
  int failed = 0;
  for (int mode = CK_POOL_MAX; mode <= CK_POOL_L2; mode++) {
    const int64_t oh = (H + 2 * pad - kernel) / stride + 1, ow = (W + 2 * pad - kernel) / stride + 1, count = N * C * oh * ow;
    ck_case c = begin_case(block, halo);
    // Values that stand more than once.
    for (int i = 0; i < COUNT; i++) c.y[i] = (float)round(4 * c.y[i]) / 4;
    release(c.b);
    c.b = tensor(N, C, H, W, block, 0, c.y);
    float *g = floats(count), *pooled = floats(count);
    double *x = widened(c.y, COUNT), *y = doubles(count);
    ckr_pool2d(x, y, N * C, H, W, oh, ow, kernel, kernel, stride, stride, pad, pad, pad, pad, mode);
    for (int64_t i = 0; i < count; i++) {
      pooled[i] = (float)y[i];
      const int64_t plane = i / (oh * ow), top = i / ow % oh * stride - pad, left = i % ow * stride - pad;
      int64_t real = 0, padded = 0, is_done = 0;
      for (int pass = 0; pass < 2; pass++) {
        for (int64_t iy = top; iy < top + kernel; iy++) {
          for (int64_t ix = left; ix < left + kernel; ix++) {
            const int inside = iy >= 0 && iy < H && ix >= 0 && ix < W;
            if (pass == 0) real += inside, padded += iy < H + pad && ix < W + pad;
            if (pass == 0 || !inside) continue;
            const int64_t at = (plane * H + iy) * W + ix;
            if (mode == CK_POOL_AVERAGE_EXC_PAD) c.wanted[at] += g[i] / (double)real;
            if (mode == CK_POOL_AVERAGE_INC_PAD) c.wanted[at] += g[i] / (double)padded;
            if (mode == CK_POOL_L2 && y[i] > 0) c.wanted[at] += g[i] * x[at] / pooled[i];
            if (mode == CK_POOL_MAX && x[at] == y[i] && !is_done) c.wanted[at] += g[i], is_done = 1;
          }
        }
      }
    }
    const ck_tensor from = tensor(N, C, oh, ow, block, halo, g), result = tensor(N, C, oh, ow, block, 0, pooled);
    run_row(row, &(ck_pool2d_gradient_args){from, c.b, result, c.out, kernel, kernel, stride, stride, pad, pad, pad, pad, mode});
    release(from), release(result), free(g), free(pooled), free(x), free(y);
    failed += end_case(row, c, 1e-6);
  }
  return failed;
}

static int image_op(const ck_kernel *row, int64_t block, int64_t halo) {
  switch (row->op) {
    case CK_OP_ACTIVATION_GRADIENT: return activation_gradient(row, block, halo);
    case CK_OP_CHANNEL_SUM:
    case CK_OP_MOMENTS:
    case CK_OP_NORMALIZE_SUMS: return sums(row, block, halo);
    case CK_OP_NORMALIZE:
    case CK_OP_NORMALIZE_GRADIENT: return normalize(row, block, halo);
    case CK_OP_BATCH_SUM: return batch_sum(row, block, halo);
    case CK_OP_DROP: return random_op(row, block, halo, 0) + random_op(row, block, halo, 1);
    case CK_OP_NOISE:
    case CK_OP_RANDOM_SLOPES: return random_op(row, block, halo, 0);
    case CK_OP_EXTREMUM_GRADIENT: return extremum_gradient(row, block, halo);
    case CK_OP_LRN_GRADIENT: return lrn_gradient(row, block, halo);
    case CK_OP_POOL2D_GRADIENT:
      return pool_gradient(row, block, halo, 2, 2, 0) + pool_gradient(row, block, halo, 3, 2, 1) +
             pool_gradient(row, block, halo, 3, 1, 1) + pool_gradient(row, block, halo, 2, 3, 0);
    default: return -1;
  }
}

// ln Σ eˣ of a pixel's classes.
static double log_sum(const double *x, int64_t classes, int64_t terms) {
  double most = x[0], sum = 0;
  for (int64_t c = 1; c < classes; c++) most = fmax(most, x[c * terms]);
  for (int64_t c = 0; c < classes; c++) sum += exp(x[c * terms] - most);
  return most + log(sum);
}

// A pixel's loss, by its definition.
static double term(int kind, const double *x, const double *target, int64_t classes, int64_t terms, int has_classes, double p) {
  const double t = target[0];
  if (kind == CK_LOSS_MULTICLASS_HINGE) {
    double rival = -INFINITY;
    for (int64_t c = 0; c < classes; c++) rival = c == (int64_t)t ? rival : fmax(rival, x[c * terms]);
    return fmax(0, p + rival - x[(int64_t)t * terms]);
  }
  if (kind <= CK_LOSS_CROSS_ENTROPY) {
    double loss = 0;
    for (int64_t c = 0; c < classes; c++) {
      const double q = (1 - p) * (has_classes ? (int64_t)t == c : target[c * terms]) + p / (double)classes;
      loss += q * (kind == CK_LOSS_CROSS_ENTROPY ? -log(fmax(x[c * terms], 1e-7f)) : log_sum(x, classes, terms) - x[c * terms]);
    }
    return loss;
  }
  const double d = fabs(x[0] - t);
  switch (kind) {
    case CK_LOSS_SIGMOID_CROSS_ENTROPY: return fmax(x[0], 0) + log1p(exp(-fabs(x[0]))) - t * x[0];
    case CK_LOSS_BINARY_CROSS_ENTROPY: return -t * log(fmax(x[0], 1e-7f)) - (1 - t) * log(fmax(1 - x[0], 1e-7f));
    case CK_LOSS_SQUARED: return d * d;
    case CK_LOSS_ABSOLUTE: return d;
    case CK_LOSS_HUBER: return d <= p ? d * d / 2 : p * (d - p / 2);
    default: return fmax(0, p - x[0] * (2 * t - 1));
  }
}

// The loss, or its gradient by central differences.
static int loss(const ck_kernel *row, int kind, int64_t classes, int64_t terms, int has_classes) {
  enum { examples = 3 };
  const int over_classes = kind <= CK_LOSS_CROSS_ENTROPY || kind == CK_LOSS_MULTICLASS_HINGE;
  if (!over_classes) classes = 1, has_classes = 0;
  if (kind == CK_LOSS_MULTICLASS_HINGE) has_classes = 1;
  const int64_t each = classes * terms, count = examples * each, targets = has_classes ? examples * terms : count;
  const int is_gradient = row->op == CK_OP_LOSS_GRADIENT;
  const double p = kind <= CK_LOSS_CROSS_ENTROPY ? (double)0.1f : (double)0.3f;
  const int is_probability = kind == CK_LOSS_CROSS_ENTROPY || kind == CK_LOSS_BINARY_CROSS_ENTROPY;
  float *x = floats(count), *target = floats(targets), *g = floats(examples), *out = floats(count);
  for (int64_t i = 0; i < count; i++) x[i] = is_probability ? 0.5f + 0.45f * x[i] : 3 * x[i];
  for (int64_t i = 0; i < targets; i++) target[i] = has_classes ? floorf((target[i] + 1) / 2 * (float)classes) : target[i] > 0;
  double *wide = widened(x, count), *t = widened(target, targets), *wanted = doubles(count);
  for (int64_t i = 0; i < examples * terms; i++) {
    const int64_t at = i / terms * each + i % terms, to = has_classes ? i : at;
    const double here = term(kind, wide + at, t + to, classes, terms, has_classes, p);
    if (!is_gradient) wanted[i / terms] += here / (double)terms;
    for (int64_t c = 0; c < classes && is_gradient; c++) {
      double *place = wide + at + c * terms, step = 1e-6, kept = *place, near[2];
      for (int k = 0; k < 2; k++) {
        *place = kept + (k ? step : -step);
        near[k] = term(kind, wide + at, t + to, classes, terms, has_classes, p);
      }
      *place = kept;
      wanted[at + c * terms] = g[i / terms] / (double)terms * (near[1] - near[0]) / (2 * step);
    }
  }
  run_row(row, &(ck_loss_args){x, target, is_gradient ? g : NULL, out, examples, classes, terms, kind, has_classes, (float)p});
  const int64_t results = is_gradient ? count : examples;
  double *found = widened(out, results);
  const int failed = expect(row, "a loss", found, wanted, results, 2e-6);
  free(x), free(target), free(g), free(out), free(wide), free(t), free(wanted), free(found);
  return failed;
}

static int losses(const ck_kernel *row) {
  int failed = 0;
  for (int kind = CK_LOSS_SOFTMAX_CROSS_ENTROPY; kind <= CK_LOSS_MULTICLASS_HINGE; kind++) {
    for (int has_classes = 0; has_classes < 2; has_classes++) {
      failed += loss(row, kind, 10, 1, has_classes) + loss(row, kind, 37, 1, has_classes);
      failed += loss(row, kind, 5, 19, has_classes) + loss(row, kind, 1, 70, has_classes);
    }
  }
  return failed;
}

// Gradients of ops on rows of plain arrays.
static int rows_of(const ck_kernel *row, int64_t outer, int64_t middle, int64_t inner) {
  const int64_t count = outer * middle * inner, length = middle * inner;
  float *g = floats(count), *x = floats(count), *out = floats(count);
  double *wanted = doubles(count);
  if (row->op == CK_OP_SOFTMAX_GRADIENT) {
    for (int64_t i = 0; i < count; i++) {
      double sum = 0;
      const int64_t first = i / length * length + i % inner;
      for (int64_t c = 0; c < middle; c++) sum += (double)g[first + c * inner] * x[first + c * inner];
      wanted[i] = x[i] * (g[i] - sum);
    }
    run_row(row, &(ck_softmax_gradient_args){g, x, out, outer, middle, inner});
  } else {
    for (int64_t i = 0; i < count; i += length) {
      double mean = 0, variance = 0, level = 0, slope = 0;
      for (int64_t k = i; k < i + length; k++) mean += x[k] / (double)length;
      for (int64_t k = i; k < i + length; k++) variance += pow(x[k] - mean, 2) / (double)length;
      const double root = sqrt(variance + 1e-3f);
      for (int64_t k = i; k < i + length; k++) {
        level += g[k] / (double)length, slope += g[k] * (x[k] - mean) / root / (double)length;
      }
      for (int64_t k = i; k < i + length; k++) wanted[k] = (g[k] - level - (x[k] - mean) / root * slope) / root;
    }
    run_row(row, &(ck_standardize_gradient_args){g, x, out, outer, length, 1e-3f});
  }
  double *found = widened(out, count);
  const int failed = expect(row, "rows", found, wanted, count, 1e-5);
  free(g), free(x), free(out), free(wanted), free(found);
  return failed;
}

int check_training(const ck_kernel *row) {
  switch (row->op) {
    case CK_OP_LOSS:
    case CK_OP_LOSS_GRADIENT: return losses(row);
    case CK_OP_SOFTMAX_GRADIENT:
    case CK_OP_STANDARDIZE_GRADIENT: return rows_of(row, 3, 10, 1) + rows_of(row, 1, 1000, 1) + rows_of(row, 2, 21, 17);
    default: break;
  }
  int failed = 0;
  for (int64_t block = 1; block <= row->block; block += row->block - 1) {
    for (int64_t halo = 0; halo < 2; halo++) {
      const int result = image_op(row, block, halo);
      if (result < 0) return -1;
      failed += result;
    }
  }
  return row->block ? failed : -1;
}

// Packs weights as split bfloat16; plain C, so that any CPU can pack for any kernel.
//
// [tile of filters][step][h, l][vector of 16 filters][pair of inputs][filter] words, a word with the weights of two
// inputs, the first in its lower half. A step has 32 inputs: of blocked images [chunk of channels][ky][kx], of plain
// ones and of dense layers the next 32 in the order of the weights. What is not there is zero. It takes the bytes of
// floats. Unpacking gives h + l, which is within 2⁻¹⁶ of the weight; packing that again gives as much.
#include <string.h>
#include "../common/bf16.h"
#include "../include/ckernels.h"
#include "shape.h"
#include "weights_shape.h"

enum { VECTOR = 16, STEP_HALVES = 2 * 2 * VECTOR * CK_SPLIT_INPUTS };

// Of the h of (filter, step, input of the step), in halves of words; its l is half a step behind.
static int64_t place(int64_t tile_n, int64_t steps, int64_t filter, int64_t step, int64_t input) {
  const int64_t in_tile = filter % tile_n, vector = in_tile / VECTOR;
  return (filter / tile_n * steps + step) * STEP_HALVES + vector * VECTOR * CK_SPLIT_INPUTS +
         input / 2 * 2 * VECTOR + in_tile % VECTOR * 2 + input % 2;
}

static void put(uint16_t *at, float weight) {
  at[0] = ck_to_bf16(weight);
  // Of infinity nothing is missing.
  at[STEP_HALVES / 2] = (at[0] & 0x7F80) == 0x7F80 ? 0 : ck_to_bf16(weight - ck_from_bf16(at[0]));
}

static float get(const uint16_t *at) { return ck_from_bf16(at[0]) + ck_from_bf16(at[STEP_HALVES / 2]); }

static int64_t words(const ck_kernel *kernel, int64_t filters, int64_t steps) {
  return (filters + kernel->tile_n - 1) / kernel->tile_n * steps * (STEP_HALVES / 2);
}

typedef struct {
  int64_t channels, taps, steps;
  int patches;
} conv_order;

static conv_order conv_order_of(const ck_conv2d_args *a) {
  const ck_split_shape s = ck_split_shape_of(a);
  return (conv_order){a->in.c / a->groups, a->kernel_h * a->kernel_w, s.chunks * s.kernel_h * s.kernel_w, s.patches};
}

static int64_t conv_place(const ck_kernel *kernel, const conv_order *o, int64_t filter, int64_t c, int64_t tap) {
  const int64_t input = o->patches ? c * o->taps + tap : c, chunk = input / CK_SPLIT_INPUTS;
  return place(kernel->tile_n, o->steps, filter, o->patches ? chunk : chunk * o->taps + tap, input % CK_SPLIT_INPUTS);
}

static int64_t conv_words(const ck_kernel *kernel, const void *args) {
  const ck_conv2d_args *a = args;
  return words(kernel, a->out.c, conv_order_of(a).steps);
}

static void conv_pack(const ck_kernel *kernel, const void *args, const float *weights, float *packed) {
  const ck_conv2d_args *a = args;
  const conv_order o = conv_order_of(a);
  memset(packed, 0, (size_t)conv_words(kernel, args) * sizeof(uint32_t));
  for (int64_t f = 0; f < a->out.c; f++) {
    for (int64_t c = 0; c < o.channels; c++) {
      for (int64_t tap = 0; tap < o.taps; tap++) {
        put((uint16_t *)packed + conv_place(kernel, &o, f, c, tap), *weights++);
      }
    }
  }
}

static void conv_unpack(const ck_kernel *kernel, const void *args, const float *packed, float *weights) {
  const ck_conv2d_args *a = args;
  const conv_order o = conv_order_of(a);
  for (int64_t f = 0; f < a->out.c; f++) {
    for (int64_t c = 0; c < o.channels; c++) {
      for (int64_t tap = 0; tap < o.taps; tap++) {
        *weights++ = get((const uint16_t *)packed + conv_place(kernel, &o, f, c, tap));
      }
    }
  }
}

const ck_packing conv2d_split_packing = {conv_words, conv_pack, conv_unpack};

static int64_t dense_steps(const ck_dense_args *a) { return (a->inputs + CK_SPLIT_INPUTS - 1) / CK_SPLIT_INPUTS; }

static int64_t dense_place(const ck_kernel *kernel, const ck_dense_args *a, int64_t unit, int64_t input) {
  return place(kernel->tile_n, dense_steps(a), unit, input / CK_SPLIT_INPUTS, input % CK_SPLIT_INPUTS);
}

static int64_t dense_words(const ck_kernel *kernel, const void *args) {
  const ck_dense_args *a = args;
  return words(kernel, a->units, dense_steps(a));
}

static void dense_pack(const ck_kernel *kernel, const void *args, const float *weights, float *packed) {
  const ck_dense_args *a = args;
  memset(packed, 0, (size_t)dense_words(kernel, args) * sizeof(uint32_t));
  for (int64_t u = 0; u < a->units; u++) {
    for (int64_t i = 0; i < a->inputs; i++) put((uint16_t *)packed + dense_place(kernel, a, u, i), *weights++);
  }
}

static void dense_unpack(const ck_kernel *kernel, const void *args, const float *packed, float *weights) {
  const ck_dense_args *a = args;
  for (int64_t u = 0; u < a->units; u++) {
    for (int64_t i = 0; i < a->inputs; i++) *weights++ = get((const uint16_t *)packed + dense_place(kernel, a, u, i));
  }
}

const ck_packing dense_split_packing = {dense_words, dense_pack, dense_unpack};

int64_t ck_split_conv_floats(const ck_conv2d_args *args, int64_t images, int64_t rows) {
  const ck_split_shape s = ck_split_shape_of(args);
  return s.chunks * ck_split_plane(images * ck_split_rows(&s, rows) * s.pitch) * CK_SPLIT_INPUTS;
}

int64_t ck_split_weights_floats(const ck_conv2d_weights_args *args, int64_t images, int64_t rows) {
  const ck_split_weights_shape s = ck_split_weights_shape_of(args);
  return ck_split_weights_sums(&s) + images * ck_split_weights_image(&s, rows);
}

int64_t ck_split_dense_floats(int64_t inputs, int64_t rows) {
  return (inputs + CK_SPLIT_INPUTS - 1) / CK_SPLIT_INPUTS * ck_split_plane(rows) * CK_SPLIT_INPUTS;
}

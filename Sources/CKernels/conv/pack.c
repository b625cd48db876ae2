// Packs the weights of convolutions; plain C, so that any CPU can pack for any kernel.
#include "pack.h"

#include <string.h>
#include "../include/ckernels.h"
#include "winograd_shape.h"

static int64_t direct_floats(const ck_kernel *kernel, const void *args) {
  const ck_conv_packing p = ck_conv_packing_of(args, kernel->tile_n);
  return p.tiles * ck_conv_tile_floats(&p);
}

static void direct_pack(const ck_kernel *kernel, const void *args, const float *weights, float *packed) {
  const ck_conv_packing p = ck_conv_packing_of(args, kernel->tile_n);
  memset(packed, 0, (size_t)(p.tiles * ck_conv_tile_floats(&p)) * sizeof(float));
  for (int64_t f = 0; f < p.filters; f++) {
    for (int64_t c = 0; c < p.inputs; c++) {
      for (int64_t tap = 0; tap < p.taps; tap++) packed[ck_conv_place(&p, f, c, tap)] = *weights++;
    }
  }
}

static void direct_unpack(const ck_kernel *kernel, const void *args, const float *packed, float *weights) {
  const ck_conv_packing p = ck_conv_packing_of(args, kernel->tile_n);
  for (int64_t f = 0; f < p.filters; f++) {
    for (int64_t c = 0; c < p.inputs; c++) {
      for (int64_t tap = 0; tap < p.taps; tap++) *weights++ = packed[ck_conv_place(&p, f, c, tap)];
    }
  }
}

const ck_packing conv2d_direct_packing = {direct_floats, direct_pack, direct_unpack};
// Winograd's filters are transformed where they are used.
const ck_packing conv2d_winograd_f4x3_packing = {direct_floats, direct_pack, direct_unpack};
const ck_packing conv2d_winograd_f4x5_packing = {direct_floats, direct_pack, direct_unpack};

int64_t ck_winograd_floats(ck_winograd_form f, int64_t tiles, int64_t channels, int64_t tile_n) {
  return ck_winograd_points(f) * (ck_winograd_plane(tiles * channels) +
                                  ck_winograd_filter_plane(channels, tile_n) + ck_winograd_plane(tiles * tile_n));
}

// Depthwise: [channel block][tap][lane], zero beyond the last channel.
int64_t ck_winograd_weights_floats(ck_winograd_form f, int64_t tiles, int64_t channels, int64_t filters,
                                   int64_t block) {
  const ck_winograd_weights_shape s = ck_winograd_weights_shape_for(tiles, channels, filters, block);
  return ck_winograd_points(f) * (s.x_plane + s.g_plane + s.sum_plane);
}

static int64_t depthwise_floats(const ck_kernel *kernel, const void *args) {
  const ck_conv2d_args *a = args;
  return (a->out.c + kernel->block - 1) / kernel->block * a->kernel_h * a->kernel_w * kernel->block;
}

static int64_t depthwise_place(int64_t block, int64_t taps, int64_t c, int64_t tap) {
  return (c / block * taps + tap) * block + c % block;
}

static void depthwise_pack(const ck_kernel *kernel, const void *args, const float *weights, float *packed) {
  const ck_conv2d_args *a = args;
  const int64_t taps = a->kernel_h * a->kernel_w;
  memset(packed, 0, (size_t)depthwise_floats(kernel, args) * sizeof(float));
  for (int64_t c = 0; c < a->out.c; c++) {
    for (int64_t t = 0; t < taps; t++) packed[depthwise_place(kernel->block, taps, c, t)] = *weights++;
  }
}

static void depthwise_unpack(const ck_kernel *kernel, const void *args, const float *packed, float *weights) {
  const ck_conv2d_args *a = args;
  const int64_t taps = a->kernel_h * a->kernel_w;
  for (int64_t c = 0; c < a->out.c; c++) {
    for (int64_t t = 0; t < taps; t++) *weights++ = packed[depthwise_place(kernel->block, taps, c, t)];
  }
}

const ck_packing conv2d_depthwise_packing = {depthwise_floats, depthwise_pack, depthwise_unpack};

// As the graph has them.
static int64_t rows_floats(const ck_kernel *kernel, const void *args) {
  (void)kernel;
  const ck_conv2d_args *a = args;
  return a->out.c * (a->in.c / a->groups) * a->kernel_h * a->kernel_w;
}

static void rows_pack(const ck_kernel *kernel, const void *args, const float *weights, float *packed) {
  memcpy(packed, weights, (size_t)rows_floats(kernel, args) * sizeof(float));
}

static void rows_unpack(const ck_kernel *kernel, const void *args, const float *packed, float *weights) {
  memcpy(weights, packed, (size_t)rows_floats(kernel, args) * sizeof(float));
}

const ck_packing conv2d_rows_packing = {rows_floats, rows_pack, rows_unpack};

// The table of kernels.
#ifndef CK_TABLE_H
#define CK_TABLE_H

#include <stdint.h>
#include "ck_args.h"
#include "ck_training_args.h"

// CK_ISA_GENERIC is what every CPU of the architecture has: SSE2 on x86-64, NEON on arm64. CK_ISA_NEON rows are tuned
// for its 32 registers.
typedef enum {
  CK_ISA_GENERIC = 0,
  CK_ISA_AVX2 = 1,
  CK_ISA_AVX512 = 2,
  CK_ISA_AVX512_BF16 = 3,
  CK_ISA_AMX = 4,
  CK_ISA_NEON = 5,
} ck_isa;

typedef enum {
  CK_OP_CONV2D,
  CK_OP_DENSE,
  CK_OP_POOL2D,
  CK_OP_GLOBAL_POOL,
  CK_OP_ACTIVATION,
  CK_OP_SCALE_SHIFT,
  CK_OP_ELEMENTWISE,
  CK_OP_LRN,
  CK_OP_SOFTMAX,
  CK_OP_COPY,
  CK_OP_PAD,
  CK_OP_CONCAT,
  CK_OP_REARRANGE,
  CK_OP_PARAMETRIC_RECTIFY,
  CK_OP_STANDARDIZE,
  CK_OP_UPSCALE_BILINEAR,
  CK_OP_INTERLEAVE,
  CK_OP_PACK_WEIGHTS,
  CK_OP_CONV2D_WEIGHTS,
  CK_OP_ACTIVATION_GRADIENT,
  CK_OP_POOL2D_GRADIENT,
  CK_OP_CHANNEL_SUM,
  CK_OP_BATCH_SUM,
  CK_OP_MOMENTS,
  CK_OP_JOIN_MOMENTS,
  CK_OP_NORMALIZE,
  CK_OP_NORMALIZE_SUMS,
  CK_OP_NORMALIZE_GRADIENT,
  CK_OP_DROP,
  CK_OP_NOISE,
  CK_OP_RANDOM_SLOPES,
  CK_OP_FUNCTION,
  CK_OP_LOSS,
  CK_OP_LOSS_GRADIENT,
  CK_OP_EXTREMUM_GRADIENT,
  CK_OP_LRN_GRADIENT,
  CK_OP_SOFTMAX_GRADIENT,
  CK_OP_STANDARDIZE_GRADIENT,
  CK_OP_SCATTER,
  CK_OP_UPSCALE_BILINEAR_GRADIENT,
  CK_OP_COUNT,  // of ops, not one
} ck_op;

struct ck_kernel;

// The order of packed weights. `weights` is (filters, channels/groups, kernel_h, kernel_w) for conv2d and (units,
// inputs) for dense; `unpack` gives back what the kernel multiplies with: the weights, but for what its storage or its
// split rounds. The packed form depends on the row's tile, on the sizes, the groups and, for conv2d, the block of the
// input. These functions run on every CPU, also for rows that it cannot run.
typedef struct {
  int64_t (*floats)(const struct ck_kernel *kernel, const void *args);
  void (*pack)(const struct ck_kernel *kernel, const void *args, const float *weights, float *packed);
  void (*unpack)(const struct ck_kernel *kernel, const void *args, const float *packed, float *weights);
} ck_packing;

// One kernel for one instruction set. `args` is the args struct of its op. For `units` and for
// packing it needs valid sizes only: its data pointers may be NULL.
typedef struct ck_kernel {
  const char *name;       // "conv2d_direct_f32_avx512_14x32"
  const char *algorithm;  // "direct", "depthwise", "gemm", "window", …
  int32_t op, isa, storage;
  int32_t block;           // the block of its blocked tensors; 0: any block, or plain arrays only
  int32_t tile_m, tile_n;  // register tile: output pixels or rows × output channels or units; 0 without one

  // The number of independent units of work. NULL, as `run` is, in a row of another architecture.
  int64_t (*units)(const void *args);

  // Does units [begin, end), and zeroes the share of the output's halo that belongs to them. However the units are
  // split among calls and threads, the result has the same bits.
  void (*run)(const void *args, int64_t begin, int64_t end);

  // How its weights lie; NULL when the op has none.
  const ck_packing *packing;
} ck_kernel;

// Winograd's convolution F(out×out, taps×taps): out × out pixels at a time.
typedef struct {
  int32_t out, taps;
} ck_winograd_form;

// Floats of workspace with which a row of conv2d takes `tiles` tiles of out × out pixels at once. `channels` is a
// multiple of the row's block.
int64_t ck_winograd_floats(ck_winograd_form form, int64_t tiles, int64_t channels, int64_t tile_n);

// The same of conv2d_weights, for the gradient of filters between so many channels.
int64_t ck_winograd_weights_floats(ck_winograd_form form, int64_t tiles, int64_t channels, int64_t filters,
                                   int64_t block);

// Floats of workspace with which a row of conv2d in split bfloat16 takes the given rows of so many images of the output
// at once; more than one image go with all of their rows. Needs valid sizes only.
int64_t ck_split_conv_floats(const ck_conv2d_args *args, int64_t images, int64_t rows);
// The same of conv2d_weights.
int64_t ck_split_weights_floats(const ck_conv2d_weights_args *args, int64_t images, int64_t rows);
// The same of a dense layer: for so many rows of inputs.
int64_t ck_split_dense_floats(int64_t inputs, int64_t rows);

// All kernels of netc, whatever this CPU has, and those of other architectures without their code. The table is
// constant.
const ck_kernel *ck_kernels(int64_t *count);

// Rows for AMX once more, on a model of its tiles in plain C: the same code can be tested on any CPU. Very slow.
const ck_kernel *ck_modelled_kernels(int64_t *count);

#endif

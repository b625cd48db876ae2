// The table of all kernels. Each family's kernels.inc has one line per row; what is not there is not linked.
// Rows of another architecture are there without code, so that weights packed for them can be unpacked.
#include "include/ckernels.h"

#define CK_SYMBOL(op, algorithm, isa, what) op##_##algorithm##_f32_##isa##_##what
#define CK_TILED_SYMBOL(op, algorithm, isa, m, n, what) op##_##algorithm##_f32_##isa##_##m##x##n##_##what

#define CK_ROW(op, OP, algorithm, isa, ISA, block)            \
  int64_t CK_SYMBOL(op, algorithm, isa, units)(const void *); \
  void CK_SYMBOL(op, algorithm, isa, run)(const void *, int64_t, int64_t);
#define CK_TILED_ROW(op, OP, algorithm, isa, ISA, block, m, n)            \
  int64_t CK_TILED_SYMBOL(op, algorithm, isa, m, n, units)(const void *); \
  void CK_TILED_SYMBOL(op, algorithm, isa, m, n, run)(const void *, int64_t, int64_t);
#if defined(__x86_64__)
#define CK_X86_ROW CK_ROW
#define CK_X86_TILED_ROW CK_TILED_ROW
#else
#define CK_X86_ROW(...)
#define CK_X86_TILED_ROW(...)
#endif
#if defined(__aarch64__)
#define CK_ARM_ROW CK_ROW
#define CK_ARM_TILED_ROW CK_TILED_ROW
#else
#define CK_ARM_ROW(...)
#define CK_ARM_TILED_ROW(...)
#endif
#include "all_kernels.inc"
#undef CK_ROW
#undef CK_TILED_ROW
#undef CK_X86_ROW
#undef CK_X86_TILED_ROW
#undef CK_ARM_ROW
#undef CK_ARM_TILED_ROW

extern const ck_packing conv2d_direct_packing, conv2d_depthwise_packing, conv2d_rows_packing, dense_gemm_packing;
extern const ck_packing conv2d_winograd_f4x3_packing, conv2d_winograd_f4x5_packing;

#define CK_FACTS(op_, OP, algorithm_, ISA, block_) \
  .algorithm = #algorithm_, .op = CK_OP_##OP, .isa = CK_ISA_##ISA, .storage = CK_F32, .block = block_
#define CK_TILED_FACTS(op_, OP, algorithm_, isa_, ISA, block_, m, n)                                   \
  .name = #op_ "_" #algorithm_ "_f32_" #isa_ "_" #m "x" #n, CK_FACTS(op_, OP, algorithm_, ISA, block_), \
  .tile_m = m, .tile_n = n, .packing = &op_##_##algorithm_##_packing

#define CK_ROW(op_, OP, algorithm_, isa_, ISA, block_)                                            \
  {.name = #op_ "_" #algorithm_ "_f32_" #isa_, CK_FACTS(op_, OP, algorithm_, ISA, block_),         \
   .units = CK_SYMBOL(op_, algorithm_, isa_, units), .run = CK_SYMBOL(op_, algorithm_, isa_, run)},
#define CK_TILED_ROW(op_, OP, algorithm_, isa_, ISA, block_, m, n)    \
  {CK_TILED_FACTS(op_, OP, algorithm_, isa_, ISA, block_, m, n),      \
   .units = CK_TILED_SYMBOL(op_, algorithm_, isa_, m, n, units),      \
   .run = CK_TILED_SYMBOL(op_, algorithm_, isa_, m, n, run)},
#define CK_FOREIGN_ROW(op_, OP, algorithm_, isa_, ISA, block_) \
  {.name = #op_ "_" #algorithm_ "_f32_" #isa_, CK_FACTS(op_, OP, algorithm_, ISA, block_)},
#define CK_FOREIGN_TILED_ROW(...) {CK_TILED_FACTS(__VA_ARGS__)},
#if defined(__x86_64__)
#define CK_X86_ROW CK_ROW
#define CK_X86_TILED_ROW CK_TILED_ROW
#else
#define CK_X86_ROW CK_FOREIGN_ROW
#define CK_X86_TILED_ROW CK_FOREIGN_TILED_ROW
#endif
#if defined(__aarch64__)
#define CK_ARM_ROW CK_ROW
#define CK_ARM_TILED_ROW CK_TILED_ROW
#else
#define CK_ARM_ROW CK_FOREIGN_ROW
#define CK_ARM_TILED_ROW CK_FOREIGN_TILED_ROW
#endif
static const ck_kernel kernels[] = {
#include "all_kernels.inc"
};

const ck_kernel *ck_kernels(int64_t *count) {
  *count = (int64_t)(sizeof kernels / sizeof kernels[0]);
  return kernels;
}

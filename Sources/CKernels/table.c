// The table of all kernels. Each family's kernels.inc has one line per row; what is not there is not linked.
// Rows of another architecture are there without code, so that weights packed for them can be unpacked.
#include "include/ckernels.h"

#define CK_SYMBOL(op, algorithm, storage, isa, what) op##_##algorithm##_##storage##_##isa##_##what
#define CK_TILED_SYMBOL(op, algorithm, storage, isa, m, n, what) \
  op##_##algorithm##_##storage##_##isa##_##m##x##n##_##what

// Rows with code in this build; rows of another architecture.
#define CK_ROW(...) CK_ROW_OF(f32, F32, __VA_ARGS__)
#define CK_BF16_ROW(...) CK_ROW_OF(bf16, BF16, __VA_ARGS__)
#define CK_TILED_ROW(op, OP, algorithm, ...) \
  CK_TILED_ROW_OF(f32, F32, op, OP, algorithm, __VA_ARGS__, op##_##algorithm)
#define CK_BF16_TILED_ROW(...) CK_TILED_ROW_OF(bf16, BF16, __VA_ARGS__)
#if defined(__x86_64__)
#define CK_X86_ROW CK_ROW
#define CK_X86_TILED_ROW CK_TILED_ROW
#define CK_X86_BF16_ROW CK_BF16_ROW
#define CK_X86_BF16_TILED_ROW CK_BF16_TILED_ROW
#else
#define CK_X86_ROW(...) CK_FOREIGN_ROW_OF(f32, F32, __VA_ARGS__)
#define CK_X86_BF16_ROW(...) CK_FOREIGN_ROW_OF(bf16, BF16, __VA_ARGS__)
#define CK_X86_TILED_ROW(op, OP, algorithm, ...) \
  CK_FOREIGN_TILED_ROW_OF(f32, F32, op, OP, algorithm, __VA_ARGS__, op##_##algorithm)
#define CK_X86_BF16_TILED_ROW(...) CK_FOREIGN_TILED_ROW_OF(bf16, BF16, __VA_ARGS__)
#endif

#if defined(__aarch64__)
#define CK_ARM_ROW CK_ROW
#define CK_ARM_TILED_ROW CK_TILED_ROW
#else
#define CK_ARM_ROW(...) CK_FOREIGN_ROW_OF(f32, F32, __VA_ARGS__)
#define CK_ARM_TILED_ROW(op, OP, algorithm, ...) \
  CK_FOREIGN_TILED_ROW_OF(f32, F32, op, OP, algorithm, __VA_ARGS__, op##_##algorithm)
#endif

#define CK_ROW_OF(storage, STORAGE, op, OP, algorithm, isa, ISA, block) \
  int64_t CK_SYMBOL(op, algorithm, storage, isa, units)(const void *);  \
  void CK_SYMBOL(op, algorithm, storage, isa, run)(const void *, int64_t, int64_t);
#define CK_TILED_ROW_OF(storage, STORAGE, op, OP, algorithm, isa, ISA, block, m, n, packing) \
  int64_t CK_TILED_SYMBOL(op, algorithm, storage, isa, m, n, units)(const void *);           \
  void CK_TILED_SYMBOL(op, algorithm, storage, isa, m, n, run)(const void *, int64_t, int64_t);
#define CK_FOREIGN_ROW_OF(...)
#define CK_FOREIGN_TILED_ROW_OF(...)
#include "all_kernels.inc"
#include "modelled_kernels.inc"
#undef CK_ROW_OF
#undef CK_TILED_ROW_OF
#undef CK_FOREIGN_ROW_OF
#undef CK_FOREIGN_TILED_ROW_OF

extern const ck_packing conv2d_direct_packing, conv2d_depthwise_packing, conv2d_rows_packing;
extern const ck_packing dense_gemm_packing, dense_unpacked_packing;
extern const ck_packing conv2d_winograd_f4x3_packing, conv2d_winograd_f4x5_packing;
extern const ck_packing conv2d_split_packing, dense_split_packing;
extern const ck_packing conv2d_direct_bf16_packing, conv2d_winograd_bf16_packing, dense_gemm_bf16_packing;

#define CK_FACTS(STORAGE, op_, OP, algorithm_, isa_, ISA, block_) \
  .algorithm = #algorithm_, .op = CK_OP_##OP, .isa = CK_ISA_##ISA, .storage = CK_##STORAGE, .block = block_
#define CK_TILED_FACTS(storage_, STORAGE, op_, OP, algorithm_, isa_, ISA, block_, m, n, packing_) \
  .name = #op_ "_" #algorithm_ "_" #storage_ "_" #isa_ "_" #m "x" #n,                             \
  CK_FACTS(STORAGE, op_, OP, algorithm_, isa_, ISA, block_), .tile_m = m, .tile_n = n, .packing = &packing_##_packing
#define CK_FOREIGN_ROW_OF(storage_, STORAGE, op_, OP, algorithm_, isa_, ISA, block_) \
  {.name = #op_ "_" #algorithm_ "_" #storage_ "_" #isa_, CK_FACTS(STORAGE, op_, OP, algorithm_, isa_, ISA, block_)},
#define CK_FOREIGN_TILED_ROW_OF(...) {CK_TILED_FACTS(__VA_ARGS__)},
#define CK_ROW_OF(storage_, STORAGE, op_, OP, algorithm_, isa_, ISA, block_)                                           \
  {.name = #op_ "_" #algorithm_ "_" #storage_ "_" #isa_, CK_FACTS(STORAGE, op_, OP, algorithm_, isa_, ISA, block_), \
   .units = CK_SYMBOL(op_, algorithm_, storage_, isa_, units), .run = CK_SYMBOL(op_, algorithm_, storage_, isa_, run)},
#define CK_TILED_ROW_OF(storage_, STORAGE, op_, OP, algorithm_, isa_, ISA, block_, m, n, packing_)     \
  {CK_TILED_FACTS(storage_, STORAGE, op_, OP, algorithm_, isa_, ISA, block_, m, n, packing_),          \
   .units = CK_TILED_SYMBOL(op_, algorithm_, storage_, isa_, m, n, units),                             \
   .run = CK_TILED_SYMBOL(op_, algorithm_, storage_, isa_, m, n, run)},
static const ck_kernel kernels[] = {
#include "all_kernels.inc"
};

static const ck_kernel modelled[] = {
#include "modelled_kernels.inc"
};

const ck_kernel *ck_kernels(int64_t *count) {
  *count = (int64_t)(sizeof kernels / sizeof kernels[0]);
  return kernels;
}

const ck_kernel *ck_modelled_kernels(int64_t *count) {
  *count = (int64_t)(sizeof modelled / sizeof modelled[0]);
  return modelled;
}

// Holds the kernels of the machine that this was compiled for against the reference in double precision. It needs no
// Swift, so a C compiler for another architecture and an emulator are enough.
#include "rows.h"

// How often denormals reach a result.
static int denormals_survive(void) {
  volatile float small = 1e-38f;
  const uint32_t state = ck_denormals_flush();
  const int inside = small * 0.1f != 0;
  ck_denormals_restore(state);
  const int outside = small * 0.1f == 0;
  if (inside || outside) printf("denormals: %d inside of a run, %d outside\n", inside, !outside);
  return inside || outside;
}

int main(void) {
  ck_cpu_info cpu;
  ck_cpu_detect(&cpu);
  int64_t count;
  const ck_kernel *rows = ck_kernels(&count);
  int failed = denormals_survive(), checked = 0, plain = 0, bf16 = 0;
  for (int64_t i = 0; i < count; i++) {
    const ck_kernel *row = rows + i;
    if (!row->run || !(cpu.isa_mask >> row->isa & 1)) continue;
    // The rows of bf16 that every CPU has are generic: the tests of any build run the same text.
    if (row->storage != CK_F32) {
      bf16++;
      continue;
    }
    const int result = row->op == CK_OP_CONV2D  ? check_conv2d(row)
                       : row->op == CK_OP_DENSE ? check_dense(row)
                       : row->op == CK_OP_CONV2D_WEIGHTS ? check_conv2d_weights(row)
                                                : check_others(row);
    // Plain C, without a vector: the tests of this architecture's build stand for it.
    if (result < 0 && row->isa == CK_ISA_GENERIC) {
      plain++;
      continue;
    }
    if (result != 0) printf("FAILED %s\n", row->name);
    failed += result != 0;
    checked++;
  }
  printf("%d rows checked, %d of plain C and %d of bf16 left out, %d failures\n", checked, plain, bf16, failed);
  return failed != 0 || checked == 0;
}

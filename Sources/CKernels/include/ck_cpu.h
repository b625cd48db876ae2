// What this CPU offers, and its treatment of denormals.
#ifndef CK_CPU_H
#define CK_CPU_H

#include <stdint.h>

typedef struct {
  // Bit `1 << isa` for each ck_isa that CPU and operating system let a program use. For CK_ISA_AMX the operating
  // system has been asked (arch_prctl), and its rows use AVX-512's bfloat16 instructions, too.
  int32_t isa_mask;
  char vendor[16];  // "GenuineIntel", "AuthenticAMD", "" on arm64
  char brand[64];   // "Intel(R) Xeon(R) …"
  int32_t avx512_bf16, amx_bf16, amx_int8;
} ck_cpu_info;

void ck_cpu_detect(ck_cpu_info *out);

// Makes this thread treat denormal operands and results as zero (FTZ and DAZ on x86-64, FZ on arm64).
// Returns the state to hand to ck_denormals_restore.
uint32_t ck_denormals_flush(void);
void ck_denormals_restore(uint32_t state);

#endif

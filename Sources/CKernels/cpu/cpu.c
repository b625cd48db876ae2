#define _GNU_SOURCE
#include "../include/ck_cpu.h"

#include <string.h>
#include "../include/ck_table.h"

#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

// Linux gives a process the state of the tiles when it asks for it; threads inherit that.
static int may_use_tiles(void) {
#if defined(__linux__)
  enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
  return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
#else
  return 0;
#endif
}

static uint64_t enabled_state(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

static int bit(uint32_t word, int index) { return (int)(word >> index & 1); }

void ck_cpu_detect(ck_cpu_info *out) {
  memset(out, 0, sizeof *out);
  out->isa_mask = 1 << CK_ISA_GENERIC;
  uint32_t a, b, c, d;
  if (!__get_cpuid(0, &a, &b, &c, &d)) return;
  memcpy(out->vendor, &b, 4);
  memcpy(out->vendor + 4, &d, 4);
  memcpy(out->vendor + 8, &c, 4);
  for (uint32_t leaf = 0; leaf < 3; leaf++) {
    uint32_t words[4];
    if (!__get_cpuid(0x80000002 + leaf, &words[0], &words[1], &words[2], &words[3])) break;
    memcpy(out->brand + 16 * leaf, words, 16);
  }
  uint32_t features;
  if (!__get_cpuid(1, &a, &b, &features, &d) || !bit(features, 27)) return;  // OSXSAVE
  const uint64_t state = enabled_state();
  uint32_t b7, c7, d7, a71 = 0;
  if (!__get_cpuid_count(7, 0, &a, &b7, &c7, &d7)) return;
  if (a >= 1) __get_cpuid_count(7, 1, &a71, &b, &c, &d);
  const int ymm = (state & 0x6) == 0x6, zmm = (state & 0xE6) == 0xE6, tiles = (state & 0x60000) == 0x60000;
  const int avx2 = ymm && bit(features, 28) && bit(features, 12) && bit(b7, 5);  // AVX, FMA, AVX2
  const int avx512 = avx2 && zmm && bit(b7, 16) && bit(b7, 17) && bit(b7, 30) && bit(b7, 31);  // F, DQ, BW, VL
  out->avx512_bf16 = avx512 && bit(a71, 5);
  out->amx_bf16 = avx512 && tiles && bit(d7, 24) && bit(d7, 22);  // AMX-TILE, AMX-BF16
  out->amx_int8 = avx512 && tiles && bit(d7, 24) && bit(d7, 25);
  if (avx2) out->isa_mask |= 1 << CK_ISA_AVX2;
  if (avx512) out->isa_mask |= 1 << CK_ISA_AVX512;
  if (out->avx512_bf16) out->isa_mask |= 1 << CK_ISA_AVX512_BF16;
  if (out->amx_bf16 && out->avx512_bf16 && may_use_tiles()) out->isa_mask |= 1 << CK_ISA_AMX;
}

enum { FLUSH_TO_ZERO = 0x8000, DENORMALS_ARE_ZERO = 0x40 };

uint32_t ck_denormals_flush(void) {
  const uint32_t state = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(state | FLUSH_TO_ZERO | DENORMALS_ARE_ZERO);
  return state;
}

void ck_denormals_restore(uint32_t state) { __builtin_ia32_ldmxcsr(state); }

#else

void ck_cpu_detect(ck_cpu_info *out) {
  memset(out, 0, sizeof *out);
  out->isa_mask = 1 << CK_ISA_GENERIC;
#if defined(__aarch64__)
  out->isa_mask |= 1 << CK_ISA_NEON;
#endif
}

#if defined(__aarch64__)

// FPCR.FZ: denormal operands and results of single and double precision are zero.
enum { FLUSH_TO_ZERO = 1 << 24 };

uint32_t ck_denormals_flush(void) {
  uint64_t state;
  __asm__ volatile("mrs %0, fpcr" : "=r"(state));
  __asm__ volatile("msr fpcr, %0" : : "r"(state | FLUSH_TO_ZERO));
  return (uint32_t)state;
}

void ck_denormals_restore(uint32_t state) { __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)state)); }

#else

uint32_t ck_denormals_flush(void) { return 0; }
void ck_denormals_restore(uint32_t state) { (void)state; }

#endif
#endif

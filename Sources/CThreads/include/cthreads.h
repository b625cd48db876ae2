// What Swift has no word for.
#ifndef CTHREADS_H
#define CTHREADS_H

// Tells the CPU that this thread spins: the sibling hyper-thread and the power budget get the time.
static inline void ct_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("isb");
#endif
}

// Processors that this process may run on, at least 1.
int ct_cpu_count(void);

#endif

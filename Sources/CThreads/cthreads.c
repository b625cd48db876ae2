#define _GNU_SOURCE
#include "cthreads.h"

#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

int ct_cpu_count(void) {
#if defined(__linux__)
  // The kernel refuses a set that is smaller than its own.
  for (int most = 1024; most <= 1 << 20; most *= 4) {
    cpu_set_t *set = CPU_ALLOC(most);
    if (!set) break;
    const size_t size = CPU_ALLOC_SIZE(most);
    const int failed = sched_getaffinity(0, size, set), count = failed ? 0 : CPU_COUNT_S(size, set);
    CPU_FREE(set);
    if (count > 0) return count;
  }
#endif
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

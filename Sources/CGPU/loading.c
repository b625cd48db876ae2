#define _GNU_SOURCE
#include <link.h>
#include "cgpu.h"

static int find_interpreter(struct dl_phdr_info *program, size_t size, void *found) {
  (void)size;
  for (int i = 0; i < program->dlpi_phnum; i++) {
    if (program->dlpi_phdr[i].p_type == PT_INTERP) *(int *)found = 1;
  }
  // The program itself comes first.
  return 1;
}

int cgpu_can_load(void) {
  int found = 0;
  dl_iterate_phdr(find_interpreter, &found);
  return found;
}

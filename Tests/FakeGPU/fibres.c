// The threads of a block as fibres: each runs until its end or the next barrier. A fibre that meets no barrier goes on
// with the next thread, so that kernels without barriers are plain loops.
#define _GNU_SOURCE
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <sched.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include "fake_cuda.h"

typedef struct {
  unsigned x, y, z;
} shim_index;

typedef struct {
  shim_index *thread, *block, *block_size, *grid_size;
  void (**barrier)(int line);
  char *shared_begin, *shared_end;
  unsigned char *is_busy;
} shim_interface;

enum { STACK_BYTES = 128 << 10, MOST_THREADS = 1024, LAUNCH_FAILED = 719 };

typedef struct {
  char *stack;
  jmp_buf state;
  // The thread that it stopped in, and the line of the barrier; 0 when it has nothing left to do.
  unsigned thread;
  int line;
  int is_started;
} fibre;

static struct {
  shim_interface shim;
  void (*kernel)(const void *);
  const void *arguments;
  unsigned threads, next;
  fibre *fibres[MOST_THREADS];
  fibre *running;
  jmp_buf scheduler;
  ucontext_t home;
} run;

static void enter(unsigned thread) {
  const shim_index size = *run.shim.block_size;
  *run.shim.thread = (shim_index){thread % size.x, thread / size.x % size.y, thread / size.x / size.y};
  run.running->thread = thread;
}

static void barrier(int line) {
  run.running->line = line;
  if (!_setjmp(run.running->state)) _longjmp(run.scheduler, 1);
}

static void body(void) {
  while (run.next < run.threads) {
    enter(run.next++);
    run.kernel(run.arguments);
  }
  run.running->line = 0;
  _longjmp(run.scheduler, 1);
}

static void resume(fibre *one) {
  run.running = one;
  if (_setjmp(run.scheduler)) return;
  if (one->is_started) {
    enter(one->thread);
    _longjmp(one->state, 1);
  }
  one->is_started = 1;
  static ucontext_t begin;
  getcontext(&begin);
  begin.uc_stack.ss_sp = one->stack;
  begin.uc_stack.ss_size = STACK_BYTES;
  begin.uc_link = &run.home;
  makecontext(&begin, body, 0);
  setcontext(&begin);
}

static fibre *fibre_number(unsigned index) {
  if (!run.fibres[index]) {
    run.fibres[index] = calloc(1, sizeof(fibre));
    run.fibres[index]->stack = malloc(STACK_BYTES);
  }
  return run.fibres[index];
}

static int run_block(void) {
  run.next = 0;
  // What lay in shared memory before means nothing: not-a-number shows who reads it.
  memset(run.shim.shared_begin, 0xff, (size_t)(run.shim.shared_end - run.shim.shared_begin));
  unsigned count = 0;
  int line = 0;
  // The first round, up to the first barrier of every thread.
  while (run.next < run.threads) {
    fibre *one = fibre_number(count++);
    one->is_started = 0;
    resume(one);
    if (count > 1 && one->line != line) return LAUNCH_FAILED;
    line = one->line;
    if (line == 0) break;
  }
  // A fibre that met a barrier at one thread may have run others without one before.
  if (line != 0 && count != run.threads) return LAUNCH_FAILED;
  while (line != 0) {
    int next = 0;
    for (unsigned i = 0; i < count; i++) {
      resume(run.fibres[i]);
      if (i > 0 && run.fibres[i]->line != next) return LAUNCH_FAILED;
      next = run.fibres[i]->line;
    }
    line = next;
  }
  return 0;
}

static int run_grid(const unsigned grid[3], const unsigned block[3]) {
  *run.shim.barrier = barrier;
  *run.shim.grid_size = (shim_index){grid[0], grid[1], grid[2]};
  *run.shim.block_size = (shim_index){block[0], block[1], block[2]};
  run.threads = block[0] * block[1] * block[2];
  // Backwards: no block may count on another one.
  for (uint64_t i = (uint64_t)grid[0] * grid[1] * grid[2]; i-- > 0;) {
    *run.shim.block = (shim_index){(unsigned)(i % grid[0]), (unsigned)(i / grid[0] % grid[1]),
                                   (unsigned)(i / grid[0] / grid[1])};
    const int status = run_block();
    if (status) {
      fprintf(stderr, "fake CUDA: a barrier is not reached by all threads of a block\n");
      return status;
    }
  }
  return 0;
}

int fake_run_kernel(void *library, void (*kernel)(const void *), const void *arguments, const unsigned grid[3],
                    const unsigned block[3]) {
  void (*connect)(shim_interface *);
  *(void **)&connect = dlsym(library, "shim_connect");
  connect(&run.shim);
  run.kernel = kernel;
  run.arguments = arguments;
  while (__atomic_test_and_set(run.shim.is_busy, __ATOMIC_ACQUIRE)) sched_yield();
  const int status = run_grid(grid, block);
  __atomic_clear(run.shim.is_busy, __ATOMIC_RELEASE);
  return status;
}

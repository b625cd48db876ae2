// The parts of the fake driver: see fake_cuda.c.
#ifndef FAKE_CUDA_H
#define FAKE_CUDA_H

#include <stdint.h>

// Runs every thread of every block of a launch. Returns 0, or the driver's error number: a barrier that not all threads
// of a block reach is a launch failure.
int fake_run_kernel(void *library, void (*kernel)(const void *), const void *arguments, const unsigned grid[3],
                    const unsigned block[3]);

#endif

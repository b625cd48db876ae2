// What stands in for CUDA when the host's compiler reads a kernel text: indices, shared memory, barriers.
//
// A block's threads are fibres of one thread, which the fake driver switches at barriers; blocks run one after the
// other. So indices and shared memory are plain variables of the module.
#ifndef KERNEL_SHIM_H
#define KERNEL_SHIM_H

extern "C" {
float expf(float);
float expm1f(float);
float log1pf(float);
float tanhf(float);
float erfcf(float);
float logf(float);
float cosf(float);
double sqrt(double);
float powf(float, float);
float sqrtf(float);
float fabsf(float);
}

struct shim_index {
  unsigned x, y, z;
};

// How the fake driver and a module reach each other.
struct shim_interface {
  shim_index *thread, *block, *block_size, *grid_size;
  void (**barrier)(int line);
  char *shared_begin, *shared_end;
  // Set by the driver that runs a kernel of the module: several may have loaded it.
  unsigned char *is_busy;
};

static shim_index threadIdx, blockIdx, blockDim, gridDim;
static void (*shim_barrier)(int line);
static unsigned char shim_is_busy;
// The linker knows where a section begins and ends, if its name is one of C.
extern char __start_kernel_shared __attribute__((weak, visibility("hidden")));
extern char __stop_kernel_shared __attribute__((weak, visibility("hidden")));

extern "C" __attribute__((visibility("default"))) void shim_connect(shim_interface *interface) {
  *interface = {&threadIdx, &blockIdx, &blockDim, &gridDim, &shim_barrier, &__start_kernel_shared,
                &__stop_kernel_shared, &shim_is_busy};
}

#define __syncthreads() shim_barrier(__LINE__)
#define NETC_SHARED static __attribute__((section("kernel_shared")))
#define NETC_DEVICE static inline __attribute__((unused))

// A kernel takes one structure by value, which begins with `pointers` addresses of device memory. Beside the function
// stand its sizes, as the driver finds them in a real binary.
#define NETC_KERNEL(name, Arguments, pointers)                                                              \
  static void name##_of(const Arguments &a);                                                                \
  extern "C" __attribute__((visibility("default"))) const unsigned name##_sizes[2] = {sizeof(Arguments), pointers}; \
  extern "C" __attribute__((visibility("default"))) void name(const void *a) {                              \
    name##_of(*(const Arguments *)a);                                                                       \
  }                                                                                                         \
  static void name##_of(const Arguments &a)

#endif
